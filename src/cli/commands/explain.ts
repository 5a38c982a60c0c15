import type { Explanation } from '../../contract/explain.js';
import type { CommandLine } from '../options.js';
import { callAdmin, findProxy } from '../proxy/running-proxy.js';
import { tableOf } from '../terminal/table.js';
import { chainOf } from './ask.js';

/** Prints what would happen to a request now, target by target. Nothing is sent, and nothing is spent. */
export const explain = async (line: CommandLine): Promise<void> => {
  const proxy = await findProxy(line);
  const { chain } = line.options;
  const explanation = await callAdmin(proxy, 'POST /explain', {
    ...(chain === undefined ? {} : { model: chainOf(chain, proxy.settings) }),
    ...(line.words.length === 0 ? {} : { messages: [{ role: 'user', content: line.words.join(' ') }] }),
  });
  console.log(explanationText(explanation));
};

const explanationText = ({ chain, decision, targets }: Explanation): string => {
  const rows = targets.map(({ target, step, state, reason, retryAt }) => [
    target,
    step,
    reason ?? state,
    retryAt === undefined ? '' : `until ${new Date(retryAt).toLocaleString()}`,
  ]);
  return `Chain "${chain}"\n${tableOf(rows)}\n${decisionText(decision)}`;
};

const decisionText = (decision: Explanation['decision']): string => {
  if (decision.kind === 'asks') return `A request would go to ${decision.target}.`;
  if (decision.kind === 'refuses') return `A request would be refused with ${decision.status}.`;
  const { targets, maxMs } = decision;
  return `A request would wait for ${targets.join(' or ')}, at most ${Math.round(maxMs / 1000)} s.`;
};
