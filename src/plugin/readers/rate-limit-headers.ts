import type { Dimension, Duration, ScopeKind, Signal } from '../../contract/quota.js';
import type { ResponseHead } from '../door/attempt.js';
import { headerOf, numberOf, parseResetTime } from './headers.js';
import { readStructuredRateLimit } from './ietf-rate-limit.js';
import { windowOfSeconds } from './prose.js';

/** What headers mean whose names do not say it: Groq's `-requests` are per day, OpenAI's per minute. */
interface HeaderMeaning {
  readonly window?: Duration;
  /** The quota refills continuously, and the reset is when it is full again. */
  readonly refills?: true;
}

/** What headers without a window in their name mean, for requests and tokens. */
export type HeaderMeanings = Partial<Readonly<Record<'requests' | 'tokens', HeaderMeaning>>>;

/** The headers of one limit. In `name`, `*` stands for `limit`, `remaining` and `reset`. */
interface HeaderRow extends HeaderMeaning {
  readonly name: string;
  readonly dimension: Dimension;
  readonly scope?: ScopeKind;
  /** The name does not say the window; `HeaderMeanings` or other headers may. */
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

/** Generic names, read only if there are no specific ones. They count requests, never tokens. */
const BARE_ROWS: readonly HeaderRow[] = [
  { name: 'x-ratelimit-*', dimension: 'requests', unsuffixed: 'requests' },
  { name: 'ratelimit-*', dimension: 'requests' },
];

/** The exhausted quota, by the name in Azure's `x-ratelimit-type`, which only a 429 has. */
const SPENT_TYPES: ReadonlyMap<string | undefined, Pick<Signal, 'dimension' | 'window' | 'scope'>> = new Map([
  ['UserByMinute', { dimension: 'requests', window: '1m', scope: 'provider' }],
  ['UserByModelByDay', { dimension: 'requests', window: '1d' }],
  ['UserConcurrentRequests', { dimension: 'concurrent', scope: 'provider' }],
]);

/**
 * Reads all known rate-limit headers. A signal has no `window` if neither a header nor `meanings` states it.
 * @returns `undefined` if there are no such headers
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
  // A reset alone means nothing: Together sends one with every response.
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

/** The window of headers without one in their name, if other headers state it. */
const windowOfOthers = (headers: ResponseHead['headers'], dimension: string): HeaderMeaning => {
  const window = windowOfSeconds(numberOf(headers, `x-ratelimit-renewalperiod-${dimension}`) ?? 0);
  if (window !== undefined) return { window };
  // SambaNova: beside headers per day, the plain ones are per minute.
  return numberOf(headers, `x-ratelimit-limit-${dimension}-day`) === undefined ? {} : { window: '1m' };
};

const spentType = ({ headers, at }: ResponseHead): Signal[] => {
  const spent = SPENT_TYPES.get(headerOf(headers, 'x-ratelimit-type'));
  const resetAt = parseResetTime(headerOf(headers, 'x-ratelimit-timeremaining'), at);
  return spent === undefined || resetAt === undefined ? [] : [{ ...spent, remaining: 0, resetAt }];
};

/** Some providers send -1 for "no limit". */
const countOf = (count: number | undefined): number | undefined =>
  count === undefined || count < 0 ? undefined : count;
