import type { Repair } from '../door/attempt.js';
import type { ErrorFacts } from './errors/error-body.js';

const N = String.raw`\d{1,3}(?:,\d{3}){1,3}|\d{1,9}`;
const BOUND = `(?:max_(?:completion_|output_|new_)?tokens|maxOutputTokens|maximum (?:number of )?(?:completion|output) tokens)`;

/**
 * Sentences that state the largest `max_tokens` of a model. They count only in a message that is about it. Quantifiers are
 * bounded because the input may be hostile.
 */
const CEILINGS: readonly RegExp[] = [
  // "must be less than or equal to 8192", "should be <= 4096", "must be at most 4096", "Expected a value <= 4096"
  String.raw`(?:less than or equal to|<=|\u2264|at most|no (?:more|larger|greater) than|not exceed|up to|cannot exceed)\s{0,3}[\`'"]?(?<most>${N})`,
  String.raw`\bless than\s{0,3}[\`'"]?(?<below>${N})`,
  // DeepSeek: "the valid range of max_tokens is [1, 8192]". Alibaba: "Range of max_tokens should be [1, 8192]"
  String.raw`\brange\b.{0,60}\[\s?\d{1,3}\s?,\s?(?<most>${N})\s?\]`,
  String.raw`\brange\b.{0,60}\[\s?\d{1,3}\s?,\s?(?<below>${N})\s?\)`,
  String.raw`\bbetween \d{1,3} and (?<most>${N})`,
  // Gemini: "the supported range is from 1 (inclusive) to 65537 (exclusive)"
  String.raw`\brange is from \d{1,3} \(inclusive\) to (?<below>${N}) \(exclusive\)`,
  // Anthropic: "max_tokens: 32000 > 8192, which is the maximum allowed number of output tokens"
  String.raw`\d{1,9} > (?<most>${N})\b`,
  String.raw`\bmaximum (?:allowed )?(?:value|number|limit)?\b.{0,40}?\b(?:is|of|:)\s{0,3}[\`'"]?(?<most>${N})`,
  String.raw`\b(?:limit|maximum|max)(?: is|:| of)?\s{0,3}(?<most>${N})`,
].map((source) => new RegExp(source, 'i'));

/** Sentences that state how many tokens this request may have: the bound depends on its prompt. */
const WINDOWS: readonly RegExp[] = [
  // "maximum context length is 131072 tokens. However, you requested 140000 tokens (90000 in the messages, 50000 in the completion)"
  String.raw`\bmaximum context length is (?<most>${N}) tokens.{0,80}\((?<prompt>${N}) in the messages, (?<bound>${N}) in the completion`,
  // vLLM: "maximum context length is 32768 tokens and your request has 5000 input tokens"
  String.raw`\bmaximum context length is (?<most>${N}) tokens? and your request has (?<prompt>${N}) input tokens`,
  String.raw`\bmaximum context length is (?<most>${N}) tokens.{0,40}\brequested (?<bound>${N}) output tokens and your prompt contains (?:at least )?(?<prompt>${N}) input tokens`,
  // TGI: "\`inputs\` tokens + \`max_new_tokens\` must be <= 8193. Given: 7000 \`inputs\` tokens and 2000 \`max_new_tokens\`"
  String.raw`must be <= (?<most>${N})\. Given: (?<prompt>${N}) .{0,12}inputs`,
].map((source) => new RegExp(source, 'is'));

/** OpenRouter: "You requested up to 8192 tokens, but can only afford 1848." */
const AFFORD = new RegExp(String.raw`\bcan only afford (?<most>${N})`, 'i');
/** Groq: "on output tokens per minute (OTPM): Limit 1000, Used 100, Requested 1434" */
const OUTPUT_LIMIT = new RegExp(
  String.raw`\boutput tokens per \w{3,6}[^:]{0,16}: Limit (?<most>${N})(?:, Used (?<used>${N}))?, Requested`,
  'i',
);

/** An answer with less room is of no use. */
const LEAST_ROOM = 64;

/** How to lower the bound on the answer so that a provider accepts the request. */
export const boundRepairs = ({ message, param, details }: ErrorFacts): Repair[] => {
  const once = onceIn(message);
  if (once !== undefined) return once < LEAST_ROOM ? [] : [{ cap: 'max_tokens', to: once, once: true }];
  const output = numbersIn(OUTPUT_LIMIT, message);
  if (output !== undefined) {
    const { most = 0, used = 0 } = output;
    return used === 0 ? [{ cap: 'max_tokens', to: most }] : capOnce(most - used);
  }
  const ceiling = ceilingIn(message, param) ?? detailedCeiling(details);
  return ceiling === undefined || ceiling < 1 ? [] : [{ cap: 'max_tokens', to: ceiling }];
};

const capOnce = (to: number): Repair[] => (to < LEAST_ROOM ? [] : [{ cap: 'max_tokens', to, once: true }]);

const onceIn = (message: string): number | undefined => {
  const afford = numbersIn(AFFORD, message)?.most;
  if (afford !== undefined) return afford;
  for (const sentence of WINDOWS) {
    const { most, prompt } = numbersIn(sentence, message) ?? {};
    if (most !== undefined && prompt !== undefined) return most - prompt;
  }
  return undefined;
};

const ceilingIn = (message: string, param: string | undefined): number | undefined => {
  const named = new RegExp(BOUND, 'i').exec(message);
  const isAbout = named !== null || /^max_\w{0,20}tokens$/.test(param ?? '') || /\bcompletion tokens\b/i.test(message);
  if (!isAbout || /\bcontext\b.{0,40}\blength\b|\binput tokens\b/i.test(message)) return undefined;
  const text = named === null ? message : message.slice(Math.max(0, named.index - 100), named.index + 300);
  for (const sentence of CEILINGS) {
    const { most, below } = numbersIn(sentence, text) ?? {};
    if (most !== undefined) return most;
    if (below !== undefined) return below - 1;
  }
  return undefined;
};

/** FastAPI: `{ loc: ["body", "max_tokens"], type: "less_than_equal", ctx: { le: 8192 } }`. */
const detailedCeiling = (details: ErrorFacts['details']): number | undefined => {
  for (const { loc, type, ctx, msg } of details) {
    const isBound = Array.isArray(loc) && /^max_\w{0,20}tokens$/.test(String(loc.at(-1)));
    if (!isBound || !/^less_than|^value_error\.number\.not_l[et]$/.test(String(type))) continue;
    const { le, lt, limit_value: older } = (ctx ?? {}) as Readonly<Record<string, unknown>>;
    const stated = Number(
      le ?? older ?? (lt === undefined ? /(\d{1,9})\D{0,2}$/.exec(String(msg))?.[1] : Number(lt) - 1),
    );
    if (Number.isInteger(stated) && stated > 0) return stated;
  }
  return undefined;
};

const numbersIn = (
  sentence: RegExp,
  text: string,
): Partial<Record<'most' | 'below' | 'prompt' | 'used', number>> | undefined => {
  const groups = sentence.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const numbers = Object.entries(groups).filter(([, digits]) => digits !== undefined);
  return Object.fromEntries(numbers.map(([name, digits]) => [name, Number(digits.replaceAll(',', ''))]));
};
