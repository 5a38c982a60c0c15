import type { Dimension, Duration } from '../../../contract/quota.js';
import { windowOfSeconds } from '../headers/windows.js';
import { ownWords } from './phrases.js';

/** A limit that an error message or its structured details state. */
export interface StatedLimit {
  readonly dimension: Dimension;
  readonly window?: Duration | undefined;
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  /** The units that the refused request needed. */
  readonly requested?: number | undefined;
}

const DAY = 86_400;

/** Words for a span, in seconds. A session is Ollama Cloud's. The last letters are those of RPM, TPD and the like. */
const SECONDS: ReadonlyMap<string, number> = new Map([
  ...['second', 'sec', 's'].map((word) => [word, 1] as const),
  ...['minute', 'min', 'm'].map((word) => [word, 60] as const),
  ...['hour', 'hourly', 'hr', 'h'].map((word) => [word, 3_600] as const),
  ['session', 18_000],
  ...['day', 'daily', 'today', 'd'].map((word) => [word, DAY] as const),
  ...['week', 'weekly', 'w'].map((word) => [word, 7 * DAY] as const),
  ...['month', 'monthly'].map((word) => [word, 30 * DAY] as const),
]);

const N = String.raw`(?:\d{1,3}(?:,\d{3}){1,5}|\d{1,15}(?:\.\d{1,3})?)(?:[km](?![a-z]))?`;
const UNIT = 'second|sec|min(?:ute)?|hour|hr|day|week|month';
const USE = 'session|hourly|daily|weekly|monthly';
const WHAT = '(?:(?:api|input|output|prompt|total|uncached) )?(?:requests?|reqs?|calls?|queries|messages?|tokens?)';
const PER = String.raw`\s?(?:/|per|every|each|an?|in)\s?(?:(?<count>\d{1,5})\s?)?(?<unit>${UNIT}|[smhd])s?(?![a-z])`;
const LETTERS = '(?<letters>[RQ]P[SMHDW]|[IO]?TP[SMHDW])';
const LEAD = String.raw`(?:\b(?:limit(?:ed|s)?(?: is| of| to)?|exceed(?:s|ed|ing)?(?: the| your)?(?: limit(?: of)?)?|allow(?:s|ed)?|only|max(?:imum)?(?: of)?|up to|at most|quota(?: of)?)[:=]?|[:(]|^)\s{0,2}`;
const OVER = '(?:has been |was |is )?(?:exceeded|reached|hit|exhausted|used up)';
const NUMBERS = `: Limit:? ~?(?<limit>${N})(?:, Used:? ~?(?<used>${N}))?(?:, Requested:? ~?(?<requested>${N}))?`;

/** The known sentences that state a limit. Quantifiers are bounded because the input may be hostile. */
const SENTENCES: readonly RegExp[] = [
  // Groq, OpenAI: "on tokens per minute (TPM): Limit 6000, Used 3513, Requested ~3166."
  String.raw`\bon (?<what>[a-z ]{1,24}) per (?<unit>${UNIT})[^:]{0,16}${NUMBERS}`,
  String.raw`\b(?<what>${WHAT}) per (?<unit>${UNIT})[^:]{0,16}${NUMBERS}`,
  // Azure: "Rate limit of 50 per 86400s exceeded for UserByModelByDay."
  String.raw`\brate limit of (?<limit>${N}) per (?<seconds>\d{1,9})s exceeded for (?<what>\w{1,64})`,
  // Cohere, OpenRouter, Anthropic: "limited to 20 API calls / minute", "limit: 20 requests per 1m", "limit of 5 requests/min".
  `${LEAD}~?(?<limit>${N}) (?<what>${WHAT})${PER}`,
  // flask-limiter: "Rate limit exceeded: 10 per 1 minute"
  String.raw`\b(?:limit|exceeded|limit exceeded)[:=]? {0,2}(?<limit>${N}) per (?<count>\d{1,5})\s?(?<unit>${UNIT})s?\b`,
  // xAI: "Tokens per Minute (actual/limit): 65605/16000."
  String.raw`\b(?<what>requests|tokens) per (?<unit>${UNIT}) \(actual/limit\): (?<used>${N})/(?<limit>${N})`,
  // Cerebras: "Tokens per day limit exceeded".
  String.raw`\b(?<what>${WHAT}) per (?<unit>${UNIT}) (?:rate )?(?:limit|quota) ${OVER}`,
  // SiliconFlow: "Details:TPM limit reached." Others: "TPM limit 1000", "exceeded 40 RPM", "limit: 20 RPM", "exceeded your RPM limit".
  String.raw`\b${LETTERS} (?:rate )?(?:limit|quota) ${OVER}`,
  String.raw`\b${LETTERS} (?:rate )?limit(?: is| of)?[:=]? ?(?<limit>${N})`,
  String.raw`${LEAD}~?(?<limit>${N}) ${LETTERS}\b`,
  String.raw`\b(?:reached|exceeded|hit|over) (?:the |your )?${LETTERS} (?:rate )?(?:limit|quota)(?: of (?<limit>${N}))?`,
  // Ollama Cloud: "you have reached your weekly usage limit". OpenCode Zen: "Monthly usage limit reached".
  String.raw`\b(?:reached|exceeded|hit) (?:the|your) (?<unit>${USE}) (?:usage |rate |(?<what>${WHAT}) )?(?:limit|quota)(?: of (?<limit>${N}))?`,
  String.raw`\b(?<unit>${USE}) (?:usage |rate |(?<what>${WHAT}) )?(?:limit|quota)(?: of (?<limit>${N})(?: requests| calls)?)? ${OVER}`,
  // ModelScope: "You have exceeded today's quota for model x"
  String.raw`\bexceeded (?<unit>today)'s quota\b`,
  // Gemini: "Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 0".
  String.raw`\bquota exceeded for metric: (?<what>[\w./-]{1,200}), limit: (?<limit>${N})`,
].map((source) => new RegExp(source, 'gi'));

const LONGEST = 8 * 1024;
/** What stands in short quotation marks names something, and states no limit. */
const SHORT_QUOTATION = /"[^"]{0,40}"|`[^`]{0,40}`/g;

/** Every limit that an error message states, once per dimension and window. Quotations, which may be the prompt, are skipped. */
export const parseLimits = (text: string): StatedLimit[] => {
  const said = ownWords(text.slice(0, LONGEST)).replace(SHORT_QUOTATION, '…');
  const limits = new Map<string, StatedLimit>();
  for (const sentence of SENTENCES) {
    for (const { groups = {} } of said.matchAll(sentence)) {
      const limit = limitOf(groups);
      if (limit === undefined) continue;
      const key = `${limit.dimension} ${limit.window}`;
      if (!limits.has(key)) limits.set(key, limit);
    }
  }
  return [...limits.values()];
};

/** The dimension that a name means; `undefined` for what 429chain does not count, such as seconds of audio or images. */
export const dimensionOf = (name: string): StatedLimit['dimension'] | undefined => {
  const word = name.toLowerCase();
  if (word.includes('concurrent')) return 'concurrent';
  if (word.includes('token'))
    return word.includes('output') ? 'output_tokens' : word.includes('input') ? 'input_tokens' : 'tokens';
  return /request|\breq|call|quer|message|^userby/.test(word) ? 'requests' : undefined;
};

/** RPM → requests, TPM → tokens, ITPM → input tokens. */
const dimensionOfLetters = (letters: string): StatedLimit['dimension'] =>
  (({ R: 'requests', Q: 'requests', T: 'tokens', I: 'input_tokens', O: 'output_tokens' }) as const)[
    letters[0]?.toUpperCase() as 'R' | 'Q' | 'T' | 'I' | 'O'
  ];

const limitOf = (groups: Partial<Record<string, string>>): StatedLimit | undefined => {
  const { what, letters } = groups;
  const dimension = letters === undefined ? dimensionOf(what ?? 'requests') : dimensionOfLetters(letters);
  if (dimension === undefined) return undefined;
  const [limit, used, requested] = [groups.limit, groups.used, groups.requested].map(countOf);
  const window = windowOfSeconds(secondsOf(groups));
  return { dimension, window, limit, remaining: remainingOf(limit, used, requested), requested };
};

const secondsOf = ({ letters, unit, count = '1', seconds }: Partial<Record<string, string>>): number => {
  const word = letters?.at(-1) ?? unit;
  return word === undefined ? Number(seconds) : Number(count) * (SECONDS.get(word.toLowerCase()) ?? 0);
};

/** What is left: unknown if the sentence states only what was requested, else 0 unless it states what was used. */
const remainingOf = (limit?: number, used?: number, requested?: number): number | undefined => {
  if (limit !== undefined && used !== undefined) return Math.max(0, limit - used);
  return requested === undefined ? 0 : undefined;
};

/** `7,000`, `1k` or `1.5M` as a number. */
const countOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const factor = /k$/i.test(text) ? 1e3 : /m$/i.test(text) ? 1e6 : 1;
  return Math.round(Number(text.replace(/[,km]/gi, '')) * factor);
};
