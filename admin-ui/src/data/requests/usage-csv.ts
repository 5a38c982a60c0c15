import type { Totals, UsageReport } from '../../../../src/contract/requests.js';

const COLUMNS: readonly (readonly [title: string, value: (totals: Totals) => number | undefined])[] = [
  ['requests', ({ requests }) => requests],
  ['failures', ({ failures }) => failures],
  ['cancelled', ({ cancelled }) => cancelled],
  ['saved', ({ saved }) => saved],
  ['rate_limited', ({ rateLimited }) => rateLimited],
  ['avoided', ({ avoided }) => avoided],
  ['prompt_tokens', ({ promptTokens }) => promptTokens],
  ['completion_tokens', ({ completionTokens }) => completionTokens],
  ['p50_ms', ({ p50Ms }) => p50Ms],
  ['p99_ms', ({ p99Ms }) => p99Ms],
];

/** A report as CSV (RFC 4180): one line for the total and for each day, provider, chain and target. Unknown values are empty. */
export const usageCsv = ({ total, days, providers, chains, targets }: UsageReport): string => {
  const rows: (readonly [of: string, name: string, totals: Totals])[] = [
    ['total', '', total],
    ...days.map((day) => ['day', day.day, day] as const),
    ...named('provider', providers),
    ...named('chain', chains),
    ...named('target', targets),
  ];
  const lines = [
    ['of', 'name', ...COLUMNS.map(([title]) => title)],
    ...rows.map(([of, name, totals]) => [of, name, ...COLUMNS.map(([, value]) => String(value(totals) ?? ''))]),
  ];
  return lines.map((fields) => `${fields.map(field).join(',')}\r\n`).join('');
};

const named = (of: string, group: Readonly<Record<string, Totals>>): (readonly [string, string, Totals])[] =>
  Object.entries(group).map(([name, totals]) => [of, name, totals]);

const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
