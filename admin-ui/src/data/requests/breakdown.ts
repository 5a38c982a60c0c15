import type { Totals, UsageReport } from '../../../../src/contract/requests.js';
import { counted, durationText, numberText, shortNumber } from '../format.js';
import { endpointOf, shortEndpointOf } from './request-words.js';
import { slotsOf } from './usage.js';

/** By what the totals can be broken down. */
export type By = 'provider' | 'target' | 'model' | 'chain' | 'key' | 'endpoint' | 'time';

interface Kind {
  readonly value: By;
  readonly text: string;
  /** The part of a report; undefined if the log does not count it. */
  readonly group: (report: UsageReport) => Readonly<Record<string, Totals>> | undefined;
  /** The query of the page Requests for one name. */
  readonly query?: (name: string) => Readonly<Record<string, string>>;
}

const KINDS: readonly Kind[] = [
  { value: 'provider', text: 'Provider', group: ({ providers }) => providers, query: (provider) => ({ provider }) },
  { value: 'target', text: 'Target', group: ({ targets }) => targets, query: (search) => ({ search }) },
  { value: 'model', text: 'Model', group: ({ models }) => models, query: (search) => ({ search }) },
  { value: 'chain', text: 'Chain', group: ({ chains }) => chains, query: (chain) => ({ chain }) },
  { value: 'key', text: 'Key', group: ({ keys }) => keys, query: (search) => ({ search }) },
  { value: 'endpoint', text: 'Endpoint', group: ({ paths }) => paths },
];

const OTHERS = '(others)';

export interface Row {
  readonly name: string;
  /** More about the name, for a tooltip. */
  readonly about?: string;
  /** The start of an hour or a day, epoch ms. */
  readonly at?: number;
  readonly totals: Totals;
  /** The page with its requests. */
  readonly href?: string;
}

/** The choices for a report over so many days. */
export const choicesFor = (
  report: UsageReport,
  days: number,
): readonly { readonly value: By; readonly text: string }[] => [
  ...KINDS.filter(({ group }) => group(report) !== undefined),
  { value: 'time', text: days === 1 && report.hours !== undefined ? 'Hour' : 'Day' },
];

/** The rows of a report over the last `days` days, unsorted. */
export const rowsOf = (report: UsageReport, by: By, days: number, now: number): readonly Row[] => {
  const kind = KINDS.find(({ value }) => value === by);
  if (kind === undefined)
    return slotsOf(report, days, now)
      .filter(({ totals }) => totals.requests > 0 || totals.avoided > 0)
      .map(({ at, label, totals }) => ({ name: label, at, totals }));
  const range = days === 1 ? { range: 'today' } : days === 7 ? { range: '7d' } : {};
  return Object.entries(kind.group(report) ?? {}).map(([name, totals]) => ({
    name: by === 'endpoint' ? shortEndpointOf({ path: name }) : name,
    ...(by === 'endpoint' && name !== OTHERS && { about: endpointOf({ path: name }) }),
    totals,
    ...(kind.query !== undefined &&
      name !== OTHERS && { href: `/admin/requests?${new URLSearchParams({ ...kind.query(name), ...range })}` }),
  }));
};

/** What the rows of a report leave out, in words; empty if nothing. */
export const restText = ({ total }: UsageReport, by: By, rows: readonly Row[]): string => {
  if (by !== 'chain' && by !== 'key' && by !== 'endpoint') return '';
  const rest = total.requests - rows.reduce((sum, { totals }) => sum + totals.requests, 0);
  if (rest <= 0) return '';
  return `${counted(rest, 'request')} without ${by === 'endpoint' ? 'an endpoint' : `a ${by}`}: refused before it was known, or counted by an older version of 429chain.`;
};

/** A column of the table and of the CSV file. */
export interface Column {
  /** Its name in addresses and in the CSV file. */
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly value: (totals: Totals) => number | undefined;
  readonly text: (value: number) => string;
}

export const COLUMNS: readonly Column[] = [
  {
    id: 'requests',
    title: 'Requests',
    about: 'Received requests; for a target, those that were sent to it',
    value: ({ requests }) => requests,
    text: numberText,
  },
  { id: 'failures', title: 'Failed', about: 'Not answered', value: ({ failures }) => failures, text: numberText },
  {
    id: 'cancelled',
    title: 'Stopped',
    about: 'Stopped by the caller',
    value: ({ cancelled }) => cancelled,
    text: numberText,
  },
  {
    id: 'saved',
    title: 'Rescued',
    about: 'Answered although the first target of the chain could not',
    value: ({ saved }) => saved,
    text: numberText,
  },
  {
    id: 'avoided',
    title: '429s avoided',
    about: 'Times a target at its limit was skipped',
    value: ({ avoided }) => avoided,
    text: numberText,
  },
  {
    id: 'rate_limited',
    title: '429s hit',
    about: 'Times a limit was hit',
    value: ({ rateLimited }) => rateLimited,
    text: numberText,
  },
  {
    id: 'prompt_tokens',
    title: 'Tokens in',
    about: 'Tokens of prompts',
    value: ({ promptTokens }) => promptTokens,
    text: shortNumber,
  },
  {
    id: 'completion_tokens',
    title: 'Tokens out',
    about: 'Tokens of answers',
    value: ({ completionTokens }) => completionTokens,
    text: shortNumber,
  },
  {
    id: 'p50_ms',
    title: 'Median',
    about: 'Half of the answers were faster',
    value: ({ p50Ms }) => p50Ms,
    text: durationText,
  },
  {
    id: 'p99_ms',
    title: 'p99',
    about: '99 of 100 answers were faster',
    value: ({ p99Ms }) => p99Ms,
    text: durationText,
  },
];

/** The order of rows: the id of a column, or `name`. */
export interface Order {
  readonly by: string;
  readonly descending: boolean;
}

/** Most requests first; hours and days: the latest first. */
export const orderFor = (by: By): Order => ({ by: by === 'time' ? 'name' : 'requests', descending: true });

/** Rows in an order. Unknown values come last, and equal ones by name. */
export const sorted = (rows: readonly Row[], { by, descending }: Order): readonly Row[] => {
  const column = COLUMNS.find(({ id }) => id === by);
  const sign = descending ? -1 : 1;
  return rows.toSorted((one, other) => {
    if (column === undefined) return sign * compareNames(one, other);
    const [a, b] = [column.value(one.totals), column.value(other.totals)];
    if (a === b) return compareNames(one, other);
    if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
    return sign * (a - b);
  });
};

const collator = new Intl.Collator('en', { numeric: true });

const compareNames = (one: Row, other: Row): number =>
  one.at === undefined || other.at === undefined ? collator.compare(one.name, other.name) : one.at - other.at;
