import type { Dimension, Duration, ScopeKind, Signal } from '../../contract/quota.js';
import type { ResponseHead } from '../door/attempt.js';
import { headerOf, numberOf, parseResetTime } from './headers.js';
import { readStructuredRateLimit } from './ietf-rate-limit.js';
import { windowOfSeconds } from './prose.js';

/** How a provider means headers whose names do not say it: Groq's `-requests` are a day's, OpenAI's a minute's. */
interface HeaderMeaning {
  readonly window?: Duration;
  /** Room returns bit by bit; the reset is the moment of being full again. */
  readonly refills?: true;
}

/** For the headers that name no window of their own. */
export type HeaderMeanings = Partial<Readonly<Record<'requests' | 'tokens', HeaderMeaning>>>;

/** One limit as headers tell it. In `name`, `*` stands for `limit`, `remaining` and `reset`. */
interface HeaderRow extends HeaderMeaning {
  readonly name: string;
  readonly dimension: Dimension;
  readonly scope?: ScopeKind;
  /** Neither the name nor a table says the window; other headers may. */
  readonly unsuffixed?: 'requests' | 'tokens';
}

const WINDOWS = [
  ['minute', '1m'],
  ['hour', '1h'],
  ['day', '1d'],
] as const;

const ROWS: readonly HeaderRow[] = [
  ...(['requests', 'tokens'] as const).flatMap((dimension): HeaderRow[] => [
    // Groq, OpenAI, Azure, Fireworks, SambaNova.
    { name: `x-ratelimit-*-${dimension}`, dimension, unsuffixed: dimension },
    // Cerebras, SambaNova, Mistral's tokens.
    ...WINDOWS.map(([unit, window]) => ({ name: `x-ratelimit-*-${dimension}-${unit}`, dimension, window })),
    { name: `anthropic-ratelimit-${dimension}-*`, dimension, window: '1m' },
  ]),
  ...WINDOWS.map(([unit, window]) => ({ name: `x-ratelimit-*-req-${unit}`, dimension: 'requests', window }) as const),
  { name: 'x-ratelimit-*-tokens-prompt', dimension: 'input_tokens' },
  { name: 'anthropic-ratelimit-input-tokens-*', dimension: 'input_tokens', window: '1m' },
  // Cohere's trial: one countdown for all models.
  { name: 'x-trial-endpoint-call-*', dimension: 'requests', window: '1m', scope: 'provider' },
];

/** Names so bare that they are asked only where nothing better was said. They count requests, never tokens. */
const BARE_ROWS: readonly HeaderRow[] = [
  { name: 'x-ratelimit-*', dimension: 'requests', unsuffixed: 'requests' },
  { name: 'ratelimit-*', dimension: 'requests' },
];

/** Azure's `x-ratelimit-type` on a 429 names the quota that is spent, and only there. */
const SPENT_TYPES: ReadonlyMap<string | undefined, Pick<Signal, 'dimension' | 'window' | 'scope'>> = new Map([
  ['UserByMinute', { dimension: 'requests', window: '1m', scope: 'provider' }],
  ['UserByModelByDay', { dimension: 'requests', window: '1d' }],
  ['UserConcurrentRequests', { dimension: 'concurrent', scope: 'provider' }],
]);

/**
 * Reads every dialect of rate-limit headers that providers were seen to speak. A window that neither a header nor
 * `meanings` names is left out.
 * @returns `undefined` when there are none.
 */
export const readRateLimitHeaders = (head: ResponseHead, meanings: HeaderMeanings = {}): Signal[] | undefined => {
  const read = (rows: readonly HeaderRow[]) => rows.flatMap((row) => signalOf(head, row, meanings));
  const named = [...read(ROWS), ...readStructuredRateLimit(head), ...spentType(head)];
  const signals = named.length > 0 ? named : read(BARE_ROWS);
  return signals.length > 0 ? signals : undefined;
};

const signalOf = ({ headers, at }: ResponseHead, row: HeaderRow, meanings: HeaderMeanings): Signal[] => {
  const nameOf = (part: string): string => row.name.replace('*', part);
  const limit = countOf(numberOf(headers, nameOf('limit')));
  const remaining = countOf(numberOf(headers, nameOf('remaining')));
  // A reset alone says nothing: Together sends one with every answer.
  if (limit === undefined && remaining === undefined) return [];
  const { window, refills }: HeaderMeaning =
    row.unsuffixed === undefined ? row : (meanings[row.unsuffixed] ?? windowOfOthers(headers, row.unsuffixed));
  return [
    {
      dimension: row.dimension,
      limit,
      remaining,
      resetAt: parseResetTime(headerOf(headers, nameOf('reset')), at),
      ...(window === undefined ? {} : { window }),
      ...(row.scope === undefined ? {} : { scope: row.scope }),
      ...(refills === undefined ? {} : { refills }),
    },
  ];
};

/** The window of an unsuffixed pair, where its neighbours tell it. */
const windowOfOthers = (headers: ResponseHead['headers'], dimension: string): HeaderMeaning => {
  const window = windowOfSeconds(numberOf(headers, `x-ratelimit-renewalperiod-${dimension}`) ?? 0);
  if (window !== undefined) return { window };
  // SambaNova: beside a pair of the day, the plain one is the minute's.
  return numberOf(headers, `x-ratelimit-limit-${dimension}-day`) === undefined ? {} : { window: '1m' };
};

const spentType = ({ headers, at }: ResponseHead): Signal[] => {
  const spent = SPENT_TYPES.get(headerOf(headers, 'x-ratelimit-type'));
  const resetAt = parseResetTime(headerOf(headers, 'x-ratelimit-timeremaining'), at);
  return spent === undefined || resetAt === undefined ? [] : [{ ...spent, remaining: 0, resetAt }];
};

/** -1 stands for "no limit" in some places. */
const countOf = (count: number | undefined): number | undefined =>
  count === undefined || count < 0 ? undefined : count;
