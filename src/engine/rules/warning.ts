import type { ChainRules } from '../../config/settings.js';
import { barOf, type Standing } from './standing.js';

interface RuledChain {
  readonly name: string;
  readonly targets: readonly { readonly id: string; readonly standing: Standing }[];
  readonly rules?: ChainRules | undefined;
}

/** Returns a warning about a chain whose rules let no target be asked; `undefined` for any other. */
export const rulesWarning = (chain: RuledChain): string | undefined => {
  const { name, targets, rules } = chain;
  if (rules === undefined) return undefined;
  const bars = targets.map((target) => barOf(target, chain));
  const broken = [...new Set(bars.flatMap((bar) => (bar === undefined ? [] : [rules[bar.rule]])))];
  if (bars.some((bar) => bar === undefined)) return undefined;
  const reasons = targets.map(({ id }, index) => `${id}: ${bars[index]?.reason}`).join(' · ');
  return `Chain "${name}" cannot answer: ${broken.map((setting) => `\`${setting}\``).join(' and ')} ${broken.length === 1 ? 'forbids' : 'forbid'} all of its targets. ${reasons}`;
};
