import type { ExplainedTarget, Explanation } from '../../contract/explain.js';
import { freeText, trainingText } from '../../engine/rules/standing.js';
import { printable } from '../../logging/printable.js';
import type { CommandLine } from '../options.js';
import { checkChainName } from '../proxy/chain-name.js';
import { callAdmin, findProxy } from '../proxy/running-proxy.js';
import { tableOf } from '../terminal/table.js';

/** Prints what would happen to a request now, target by target. Sends nothing to the providers. */
export const explain = async (line: CommandLine): Promise<void> => {
  const proxy = await findProxy(line);
  const { chain } = line.options;
  const explanation = await callAdmin(proxy, 'POST /explain', {
    ...(chain === undefined ? {} : { model: checkChainName(chain, proxy.settings) }),
    ...(line.words.length === 0 ? {} : { messages: [{ role: 'user', content: line.words.join(' ') }] }),
  });
  console.log(printable(explanationText(explanation)));
};

const explanationText = ({ chain, decision, targets }: Explanation): string => {
  const rows = targets.map(({ target, step, state, reason, retryAt, free, training }) => [
    target,
    STEPS[step],
    reason ?? [state, ...groundsOf(free, training)].join(' · '),
    retryAt === undefined ? '' : `until ${new Date(retryAt).toLocaleString()}`,
  ]);
  return `Chain "${chain}"\n${tableOf(rows)}\n${decisionText(decision)}`;
};

/** Why a target may be asked in a chain with rules, or which rule forbids it. */
const groundsOf = (free: ExplainedTarget['free'], training: ExplainedTarget['training']): string[] => [
  ...(free === undefined ? [] : [freeText(free)]),
  ...(training === undefined ? [] : [trainingText(training)]),
];

const STEPS: Readonly<Record<Explanation['targets'][number]['step'], string>> = {
  asked: 'chosen',
  skipped: 'skipped',
  'not reached': 'not reached',
};

const decisionText = (decision: Explanation['decision']): string => {
  if (decision.kind === 'asks') return `429chain would send the request to ${decision.target}.`;
  if (decision.kind === 'refuses') return `429chain would refuse the request with status ${decision.status}.`;
  const { targets, maxMs } = decision;
  return `The request would wait for ${targets.join(' or ')}, up to ${Math.round(maxMs / 1000)} s.`;
};
