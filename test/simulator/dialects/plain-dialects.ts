import { wholeSeconds } from '../../../src/demo/dialect.js';
import { goDuration } from '../../../src/demo/dialects/groq.js';
import type { WorldStanding } from '../gate.js';
import type { SimulatedDialect, WorldRefused } from './dialects.js';

type Headers = Record<string, string>;

const PLAIN = { covers: 'model', type: 'openai-compatible' } as const;
const COMPLETIONS = { idPrefix: 'chatcmpl-', streamUsage: 'no choices' } as const;

const error = (message: string, type: string, code: string | null = null): object => ({
  error: { message, type, param: null, code },
});

/** The same words for every limit, as gateways use them. */
const LIMITED = error('Rate limit exceeded', 'rate_limit_error', 'rate_limit_exceeded');
const TOO_LARGE = error(
  'The prompt exceeds the maximum context length',
  'invalid_request_error',
  'context_length_exceeded',
);

/** A request that never fits is refused as too large; every other refusal is a 429 with `headers`. */
const refuseWith =
  (headers: (refused: WorldRefused) => Headers, body: object = LIMITED): SimulatedDialect['refuse'] =>
  (refused) =>
    refused.refusal.retryAfterMs === Number.POSITIVE_INFINITY
      ? { status: 400, body: TOO_LARGE }
      : { status: 429, headers: headers(refused), body };

const retryAfter = ({ refusal }: WorldRefused): Headers =>
  refusal.retryAfterMs === undefined ? {} : { 'retry-after': wholeSeconds(refusal.retryAfterMs) };

const windowed = (standings: readonly WorldStanding[]): readonly (WorldStanding & { readonly resetAt: number })[] =>
  standings.flatMap((standing) => (standing.resetAt === undefined ? [] : [{ ...standing, resetAt: standing.resetAt }]));

const triple = (name: (part: string) => string, { limit, remaining }: WorldStanding, reset: string): Headers => ({
  [name('limit')]: String(limit),
  [name('remaining')]: String(remaining),
  [name('reset')]: reset,
});

const openaiHeaders = (standings: readonly WorldStanding[], now: number): Headers =>
  Object.assign(
    {},
    ...windowed(standings)
      .filter(({ called, dimension }) => called === 'minute' && dimension !== 'input_tokens')
      .map((each) => triple((part) => `x-ratelimit-${part}-${each.dimension}`, each, goDuration(each.resetAt - now))),
  );

/** Limits per minute in headers without a window, with resets as Go durations. */
export const openai: SimulatedDialect = {
  ...PLAIN,
  completions: COMPLETIONS,
  answerHeaders: openaiHeaders,
  refuse: refuseWith((refused) => ({ ...openaiHeaders(refused.standings, refused.now), ...retryAfter(refused) })),
};

const suffixedHeaders = (standings: readonly WorldStanding[], now: number): Headers =>
  Object.assign(
    {},
    ...windowed(standings).map((each) =>
      triple(
        (part) => `x-ratelimit-${part}-${each.dimension}-${each.called}`,
        each,
        String(Math.ceil((each.resetAt - now) / 1000)),
      ),
    ),
  );

/** The window in each header's name, resets in whole seconds; a refusal states the same. */
export const suffixed: SimulatedDialect = {
  ...PLAIN,
  completions: COMPLETIONS,
  answerHeaders: suffixedHeaders,
  refuse: refuseWith(({ standings, now }) => suffixedHeaders(standings, now)),
};

/** `t` is when the window ends, or when the next unit is free if it has no end. */
const ietfHeaders = (standings: readonly WorldStanding[]): Headers => {
  const [standing] = standings.filter(({ dimension }) => dimension === 'requests');
  if (standing === undefined) return {};
  const { limit, remaining, windowMs, nextMs = 0 } = standing;
  return {
    ratelimit: `"default";r=${remaining};t=${Math.ceil(nextMs / 1000)}`,
    'ratelimit-policy': `"default";q=${limit};w=${windowMs / 1000}`,
  };
};

/** The IETF draft, for requests. */
export const ietf: SimulatedDialect = {
  ...PLAIN,
  completions: COMPLETIONS,
  answerHeaders: ietfHeaders,
  refuse: refuseWith((refused) => ({ ...ietfHeaders(refused.standings), ...retryAfter(refused) })),
};

const epochHeaders = (standings: readonly WorldStanding[]): Headers => {
  const [standing] = windowed(standings).filter(({ dimension }) => dimension === 'requests');
  return standing === undefined
    ? {}
    : triple((part) => `x-ratelimit-${part}`, standing, String(Math.ceil(standing.resetAt / 1000)));
};

/** Bare names for requests, and the reset as a moment on the provider's clock. */
export const epoch: SimulatedDialect = {
  ...PLAIN,
  covers: 'account',
  completions: COMPLETIONS,
  answerHeaders: epochHeaders,
  refuse: refuseWith(({ standings }) => epochHeaders(standings)),
};

/** The window in each header's name, with answers alone; a refusal states nothing. */
export const answersOnly: SimulatedDialect = {
  ...suffixed,
  refuse: refuseWith(() => ({}), { status: 429, title: 'Too Many Requests' }),
};

/** The same, of a provider whose type knows a limit per minute, which its headers do not state. */
export const asGroq: SimulatedDialect = { ...answersOnly, type: 'groq' };

/** States nothing until it refuses, then how long to wait. */
export const hinted: SimulatedDialect = {
  ...PLAIN,
  completions: COMPLETIONS,
  answerHeaders: () => ({}),
  refuse: refuseWith(retryAfter),
};

/** States nothing until it refuses, then until when, on its own clock. */
export const dated: SimulatedDialect = {
  ...PLAIN,
  completions: COMPLETIONS,
  answerHeaders: () => ({}),
  refuse: refuseWith(({ refusal: { retryAfterMs }, now }) =>
    retryAfterMs === undefined
      ? {}
      : { 'retry-after': new Date(Math.ceil((now + retryAfterMs) / 1000) * 1000).toUTCString() },
  ),
};

/** States nothing until it refuses, then everything in one sentence, as Groq does. */
export const worded: SimulatedDialect = {
  ...PLAIN,
  completions: COMPLETIONS,
  answerHeaders: () => ({}),
  refuse: ({ refusal: { dimension, called, limit, remaining, requested, retryAfterMs = 0 } }) => {
    const what = `on ${dimension} per ${called ?? 'minute'}: Limit ${limit}`;
    if (retryAfterMs === Number.POSITIVE_INFINITY) {
      const message = `Request too large for this model ${what}, Requested ${requested}, please reduce it and try again.`;
      return { status: 413, body: error(message, dimension, 'rate_limit_exceeded') };
    }
    const words = `${what}, Used ${limit - remaining}, Requested ${requested}. Please try again in ${retryAfterMs}ms.`;
    return { status: 429, body: error(`Rate limit reached ${words}`, dimension, 'rate_limit_exceeded') };
  },
};

/** Never states anything, like NVIDIA NIM. */
export const silent: SimulatedDialect = {
  ...PLAIN,
  completions: COMPLETIONS,
  answerHeaders: () => ({}),
  refuse: refuseWith(() => ({}), { status: 429, title: 'Too Many Requests' }),
};

/** States nothing until it refuses, and then always the same time, whatever is true. */
const hasty = (header: string): SimulatedDialect => ({
  ...PLAIN,
  completions: COMPLETIONS,
  answerHeaders: () => ({}),
  refuse: refuseWith(() => ({ 'retry-after': header })),
});

export const atOnce = hasty('0');
export const inASecond = hasty('1');
export const longAgo = hasty('Thu, 01 Jan 2026 00:00:00 GMT');
