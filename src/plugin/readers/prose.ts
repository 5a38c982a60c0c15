import type { Dimension, Duration } from '../../contract/quota.js';
import { durationOf } from './headers.js';

/** A limit that an error message or its structured details state. */
export interface StatedLimit {
  readonly dimension: Dimension;
  readonly window?: Duration | undefined;
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  /** The units that the refused request needed. */
  readonly requested?: number | undefined;
}

const WINDOWS: Readonly<Record<string, Duration>> = {
  second: '1s',
  min: '1m',
  minute: '1m',
  hour: '1h',
  hourly: '1h',
  // Ollama Cloud's session.
  session: '5h',
  day: '1d',
  daily: '1d',
  week: '7d',
  weekly: '7d',
  month: '30d',
  monthly: '30d',
};

const N = String.raw`\d{1,3}(?:,\d{3}){1,5}|\d{1,15}`;
const UNIT = 'second|min(?:ute)?|hour|day|week|month';
const USE = 'session|hourly|daily|weekly|monthly';

/** The known sentences that state a limit. Quantifiers are bounded because the input may be hostile. */
const SENTENCES: readonly RegExp[] = [
  // Groq, OpenAI: "on tokens per minute (TPM): Limit 6000, Used 3513, Requested ~3166."
  String.raw`\bon (?<what>[a-z ]{1,24}) per (?<unit>${UNIT})[^:]{0,16}: Limit ~?(?<limit>${N})(?:, Used ~?(?<used>${N}))?(?:, Requested ~?(?<requested>${N}))?`,
  // Azure: "Rate limit of 50 per 86400s exceeded for UserByModelByDay."
  String.raw`\brate limit of (?<limit>${N}) per (?<seconds>\d{1,9})s exceeded for (?<what>\w{1,64})`,
  // Cohere, OpenRouter: "limited to 20 API calls / minute", "limited to 8 requests per minute".
  String.raw`\blimited to (?<limit>${N}) (?<what>API calls|calls|requests|tokens) ?(?:/|per) ?(?<unit>${UNIT})`,
  // xAI: "Tokens per Minute (actual/limit): 65605/16000."
  String.raw`\b(?<what>requests|tokens) per (?<unit>${UNIT}) \(actual/limit\): (?<used>${N})/(?<limit>${N})`,
  // Cerebras: "Tokens per day limit exceeded".
  String.raw`\b(?<what>requests|tokens) per (?<unit>${UNIT}) limit exceeded`,
  // Ollama Cloud: "you have reached your weekly usage limit". OpenCode Zen: "Monthly usage limit reached".
  String.raw`\breached your (?<unit>${USE}) usage limit`,
  String.raw`\b(?<unit>${USE}) usage limit reached`,
  // Gemini: "Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 0".
  String.raw`\bquota exceeded for metric: (?<what>[\w./-]{1,200}), limit: (?<limit>${N})`,
].map((source) => new RegExp(source, 'gi'));

const WAIT = /\b(?:try again|retry|retrying|resets?) (?:in|after) |\bplease wait /gi;
const SPAN_PART =
  /\s{0,2}(\d{1,12}(?:\.\d{1,12})?)\s?(ms|millisecond|s|sec|second|m|min|minute|h|hour|d|day)s?(?![a-z])/iy;

/** Every limit that an error message states, once per dimension and window. */
export const parseLimits = (text: string): StatedLimit[] => {
  const limits = new Map<string, StatedLimit>();
  for (const sentence of SENTENCES) {
    for (const { groups = {} } of text.matchAll(sentence)) {
      const limit = limitOf(groups);
      if (limit === undefined) continue;
      const key = `${limit.dimension} ${limit.window}`;
      if (!limits.has(key)) limits.set(key, limit);
    }
  }
  return [...limits.values()];
};

/** The wait that a message asks for, in ms: "try again in 6m54.72s", "Please wait 5631 seconds", "Resets in 13 days". */
export const parseWait = (text: string): number | undefined => {
  for (const { index, 0: words } of text.matchAll(WAIT)) {
    const wait = spanAt(text, index + words.length);
    if (wait !== undefined) return wait;
  }
  return undefined;
};

/** The dimension that a name means; `undefined` for what 429chain does not count, such as seconds of audio or output tokens. */
export const dimensionOf = (name: string): Dimension | undefined => {
  const word = name.toLowerCase();
  if (word.includes('concurrent')) return 'concurrent';
  if (word.includes('token'))
    return word.includes('output') ? undefined : word.includes('input') ? 'input_tokens' : 'tokens';
  return /request|call|^userby/.test(word) ? 'requests' : undefined;
};

/** Seconds as a window: 86400 → `1d`, 300 → `5m`; `undefined` for 0 or less. */
export const windowOfSeconds = (seconds: number): Duration | undefined => {
  if (!(seconds > 0)) return undefined;
  const [length, unit] = UNITS.find(([each]) => seconds % each === 0) ?? [1, 's'];
  return `${seconds / length}${unit}`;
};

const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'm'],
] as const;

const limitOf = ({ what, unit, seconds, ...numbers }: Partial<Record<string, string>>): StatedLimit | undefined => {
  const dimension = dimensionOf(what ?? 'requests');
  if (dimension === undefined) return undefined;
  const [limit, used, requested] = [numbers.limit, numbers.used, numbers.requested].map(countOf);
  const window = unit === undefined ? windowOfSeconds(Number(seconds)) : WINDOWS[unit.toLowerCase()];
  return { dimension, window, limit, remaining: remainingOf(limit, used, requested), requested };
};

/** What is left: unknown if the sentence states only what was requested, else 0 unless it states what was used. */
const remainingOf = (limit?: number, used?: number, requested?: number): number | undefined => {
  if (limit !== undefined && used !== undefined) return Math.max(0, limit - used);
  return requested === undefined ? 0 : undefined;
};

const countOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text.replaceAll(',', ''));

/** The duration at `start`, such as `6m 11.52s` or `13 days`, in ms. */
const spanAt = (text: string, start: number): number | undefined => {
  let total: number | undefined;
  SPAN_PART.lastIndex = start;
  for (let part = SPAN_PART.exec(text); part !== null; part = SPAN_PART.exec(text)) {
    const [, amount, unit = ''] = part;
    const ms = durationOf(`${amount}${/^m(s|illi)/i.test(unit) ? 'ms' : unit[0]?.toLowerCase()}`);
    total = (total ?? 0) + (ms ?? 0);
  }
  return total;
};
