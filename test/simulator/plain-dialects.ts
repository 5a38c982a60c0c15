import { wholeSeconds } from '../../src/demo/dialect.js';
import { goDuration } from '../../src/demo/dialects/groq.js';
import type { SimulatedDialect, WorldRefused } from './dialects.js';
import type { WorldStanding } from './gate.js';

type Headers = Record<string, string>;

const PLAIN = { covers: 'model', type: 'openai-compatible' } as const;
const COMPLETIONS = { idPrefix: 'chatcmpl-', streamUsage: 'no choices' } as const;

const error = (message: string, type: string, code: string | null = null): object => ({
  error: { message, type, param: null, code },
});

/** The same words for every limit, as gateways have them. */
const LIMITED = error('Rate limit exceeded', 'rate_limit_error', 'rate_limit_exceeded');
const TOO_LARGE = error(
  'The prompt exceeds the maximum context length',
  'invalid_request_error',
  'context_length_exceeded',
);

/** What can never fit is refused as such; everything else is a 429 with `headers`. */
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

/** Limits of the minute in headers that name no window, resets as Go prints durations. */
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

/** The window in each header's name, resets in whole seconds; a refusal says the same and no more. */
export const suffixed: SimulatedDialect = {
  ...PLAIN,
  completions: COMPLETIONS,
  answerHeaders: suffixedHeaders,
  refuse: refuseWith(({ standings, now }) => suffixedHeaders(standings, now)),
};

/** `t` is when the window ends, or when the next unit of one without an end comes back. */
const ietfHeaders = (standings: readonly WorldStanding[]): Headers => {
  const [standing] = standings.filter(({ dimension }) => dimension === 'requests');
  if (standing === undefined) return {};
  const { limit, remaining, windowMs, nextMs = 0 } = standing;
  return {
    ratelimit: `"default";r=${remaining};t=${Math.ceil(nextMs / 1000)}`,
    'ratelimit-policy': `"default";q=${limit};w=${windowMs / 1000}`,
  };
};

/** The IETF's draft, for requests. */
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

/** Says nothing until it refuses, and then how long. */
export const hinted: SimulatedDialect = {
  ...PLAIN,
  completions: COMPLETIONS,
  answerHeaders: () => ({}),
  refuse: refuseWith(retryAfter),
};

/** Says nothing until it refuses, and then until when, on its own clock. */
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

/** Says nothing, ever. As NVIDIA NIM does. */
export const silent: SimulatedDialect = {
  ...PLAIN,
  completions: COMPLETIONS,
  answerHeaders: () => ({}),
  refuse: refuseWith(() => ({}), { status: 429, title: 'Too Many Requests' }),
};
