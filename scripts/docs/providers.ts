import { type Adaptation, durationOf } from '429chain/plugin';
import { durationText } from '../../src/plugin/readers/headers/headers.js';
import { CASES, type Case, tellOf } from '../../test/plugins/captured.js';
import { host, typeOf } from './provider-types.js';
import { table } from './table.js';

const codeOf = (value: unknown): string => `\`${value}\``;

const changeOf = (adaptation: Adaptation): string => {
  if ('drop' in adaptation) return 'removed';
  if ('rename' in adaptation) return `sent as ${codeOf(adaptation.rename)}`;
  if ('cap' in adaptation) return `at most ${codeOf(adaptation.cap)}`;
  if ('flatten' in adaptation) return 'text parts joined into one string';
  if ('default' in adaptation) return `${codeOf(adaptation.default)} if absent`;
  const replaced =
    'map' in adaptation ? Object.entries(adaptation.map) : [[adaptation.from ?? '*', adaptation.replace]];
  return replaced.map(([from, to]) => `${codeOf(from)} → ${codeOf(to)}`).join(', ');
};

const conditionOf = ({ when = {} }: Adaptation): string =>
  [
    ...(when.model === undefined ? [] : [`model matches ${codeOf(when.model.source)}`]),
    ...(when.notModel === undefined ? [] : [`model does not match ${codeOf(when.notModel.source)}`]),
    ...(when.with === undefined ? [] : [`${codeOf(when.with)} is present`]),
    ...(when.without === undefined ? [] : [`${codeOf(when.without)} is absent`]),
    ...(when.empty === undefined ? [] : ['empty']),
    ...(when.not === undefined ? [] : [`not ${when.not.map(codeOf).join(' or ')}`]),
  ].join(', ');

/** A table of the changes that a provider type makes to requests. */
export const adaptationsTable = async (name: string): Promise<string> => {
  const { adaptations = [] } = await typeOf(name);
  const rows = adaptations.map((each) => [codeOf(each.field), changeOf(each), conditionOf(each), each.why]);
  return table(['field', 'change', 'condition', 'why'], rows);
};

/** Formats `requests 86400000 14400 14370 3000`, as `tellOf` returns it, for people. */
const readLimitText = (line: string): string => {
  const [dimension = '', windowMs = ''] = line.split(' ');
  const name = dimension.replace('_', ' ');
  return durationOf(`${windowMs}ms`) === undefined ? name : `${name} per ${durationText(Number(windowMs))}`;
};

const waitText = (wait: unknown): string => {
  if (wait === Number.POSITIVE_INFINITY) return 'permanently';
  return typeof wait === 'number' ? durationText(wait) : '';
};

const rowOf = (each: Case, result: ReturnType<typeof tellOf>): readonly string[] => {
  const answer = each.case.replace(`${each.status} `, '').replaceAll('<', '\\<');
  if (result.class === 'ok') {
    const limits = (result.limits as string[]).map(readLimitText).join(', ');
    return [answer, String(each.status), limits === '' ? 'no limits' : `limits: ${limits}`, '', ''];
  }
  return [
    answer,
    String(each.status),
    codeOf(result.class),
    result.scope === 'nothing' ? 'nothing' : `the ${result.scope}`,
    result.scope === 'nothing' ? '' : waitText(result.wait),
  ];
};

/** A table of captured answers of these providers, and how 429chain classifies each. */
export const answersTable = async (...providers: readonly string[]): Promise<string> => {
  const simulated = await host();
  const cases = CASES.filter(({ provider }) => providers.includes(provider));
  const missing = providers.filter((provider) => !cases.some((each) => each.provider === provider));
  if (missing.length > 0) throw new Error(`There are no captured answers from ${missing.join(', ')}.`);
  const several = providers.length > 1;
  const rows = cases
    .toSorted(
      (one, other) => providers.indexOf(one.provider) - providers.indexOf(other.provider) || one.status - other.status,
    )
    .map((each) => {
      const [answer = '', ...rest] = rowOf(each, tellOf(simulated, each));
      return [several ? `${each.provider}: ${answer}` : answer, ...rest];
    });
  return table(['answer', 'status', 'class', 'cools down', 'for'], rows);
};

/** The providers with captured answers. */
export const CAPTURED: readonly string[] = [...new Set(CASES.map(({ provider }) => provider))];
