import type { NamedStanding, WindowName } from '../allowance.js';
import { type Dialect, modelList, type RefusedRequest, type Reply, wholeSeconds } from '../dialect.js';

/** The limits in headers. Requests per minute and tokens per day appear only in the message of a 429. */
const HEADER_LIMITS: readonly (readonly [dimension: NamedStanding['dimension'], called: WindowName])[] = [
  ['requests', 'day'],
  ['tokens', 'minute'],
];

const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
] as const;

/** Formats whole ms as Go does: `370ms`, `7.66s`, `1h23m31s`. */
export const goDuration = (ms: number): string => {
  if (ms > 0 && ms < 1000) return `${ms}ms`;
  let rest = ms;
  let text = '';
  for (const [unit, size] of UNITS) {
    if (text === '' && rest < size) continue;
    text += `${Math.floor(rest / size)}${unit}`;
    rest %= size;
  }
  return `${text}${rest / 1000}s`;
};

const headersOf = (standings: readonly NamedStanding[], now: number): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const [dimension, called] of HEADER_LIMITS) {
    const standing = standings.find((each) => each.dimension === dimension && each.called === called);
    if (standing?.resetAt === undefined) continue;
    headers[`x-ratelimit-limit-${dimension}`] = String(standing.limit);
    headers[`x-ratelimit-remaining-${dimension}`] = String(standing.remaining);
    headers[`x-ratelimit-reset-${dimension}`] = goDuration(standing.resetAt - now);
  }
  return headers;
};

const failure = (status: number, message: string, type: string, code?: string): Reply => ({
  status,
  body: { error: { message, type, ...(code === undefined ? {} : { code }) } },
});

const refuse = ({ model, refusal, standings, now }: RefusedRequest): Reply => {
  const { dimension, called = 'minute', limit, remaining, requested, retryAfterMs } = refusal;
  if (retryAfterMs === undefined) {
    const message = `${model} is currently over capacity. Please try again and back off exponentially. Visit https://groqstatus.com to see if there is an active incident.`;
    return failure(503, message, 'internal_server_error');
  }
  const initials = `${dimension[0]}P${called[0]}`.toUpperCase();
  const where = `for model \`${model}\` in organization \`org_demo\` service tier \`on_demand\` on ${dimension} per ${called} (${initials})`;
  if (retryAfterMs === Number.POSITIVE_INFINITY) {
    const message = `Request too large ${where}: Limit ${limit}, Requested ${requested}, please reduce your message size and try again.`;
    return failure(413, message, dimension, 'rate_limit_exceeded');
  }
  const message = `Rate limit reached ${where}: Limit ${limit}, Used ${limit - remaining}, Requested ${requested}. Please try again in ${goDuration(retryAfterMs)}. Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing`;
  return {
    ...failure(429, message, dimension, 'rate_limit_exceeded'),
    headers: { ...headersOf(standings, now), 'retry-after': wholeSeconds(retryAfterMs) },
  };
};

export const groq: Dialect = {
  covers: 'model',
  completions: {
    idPrefix: 'chatcmpl-',
    streamUsage: 'unasked',
    firstFields: (id) => ({ x_groq: { id: `req_${id}` } }),
    usageFields: (id, usage) => ({ x_groq: { id: `req_${id}`, usage } }),
  },
  answerHeaders: headersOf,
  refuse,
  wrongKey: () => failure(401, 'Invalid API Key', 'invalid_request_error', 'invalid_api_key'),
  unknownModel: (model) =>
    failure(
      404,
      `The model \`${model}\` does not exist or you do not have access to it.`,
      'invalid_request_error',
      'model_not_found',
    ),
  badRequest: (message) => failure(400, message, 'invalid_request_error'),
  listModels: (ids) => modelList(ids, 'Groq', { active: true, context_window: 131_072, max_completion_tokens: 32_768 }),
};
