import type { Usage } from '../../ledger/ledger.js';

type Fields = Readonly<Record<string, unknown>>;

/** Ends that are an answer even where no text came with them. */
const MEANINGFUL_ENDS = new Set(['length', 'tool_calls', 'function_call', 'content_filter']);
/** Ends that are an error and say no more, as Cohere's. */
const FAILED_ENDS = new Set(['error', 'timeout']);
const SPOKEN = ['content', 'reasoning', 'reasoning_content', 'tool_calls', 'function_call', 'refusal', 'audio'];

/** What stands inside a provider's answer, whole or one chunk of it. */
export interface Content {
  /** An error in place of an answer, as an object with a key `error`. */
  readonly error?: Fields;
  /** It has text, reasoning, a tool call, or an end that means something. */
  readonly real: boolean;
  /** The choices that came to their end, by index. */
  readonly finished: readonly number[];
  /** It has no choices at all, as a last chunk that tells usage. */
  readonly empty: boolean;
  /** The text in it, as far as it is plain text. */
  readonly text: string;
  /** It has a tool call, or a part of one. */
  readonly calls: boolean;
  /** It has what neither text nor reasoning nor a tool call is: sound, a refusal, text in parts. */
  readonly other: boolean;
  readonly usage?: Usage;
}

export const NOTHING: Content = {
  real: false,
  finished: [],
  empty: false,
  text: '',
  calls: false,
  other: false,
};

/** Reads an answer or a chunk that was parsed from JSON. */
export const contentOf = (value: unknown): Content => {
  const answer = fields(Array.isArray(value) ? value[0] : value);
  if (answer === undefined) return { ...NOTHING, empty: true };
  const choices = (Array.isArray(answer.choices) ? answer.choices : [])
    .map(fields)
    .filter((each) => each !== undefined);
  const error = errorOf(answer, choices);
  const usage = usageOf(answer);
  const messages = choices.map(messageOf);
  const has = (keys: readonly string[]): boolean =>
    messages.some((message) => keys.some((key) => isSomething(message[key])));
  return {
    ...(error === undefined ? {} : { error }),
    ...(usage === undefined ? {} : { usage }),
    real: choices.some(speaks),
    finished: choices.flatMap(({ finish_reason: reason, index }) =>
      typeof reason === 'string' ? [typeof index === 'number' ? index : 0] : [],
    ),
    empty: choices.length === 0,
    text: messages.map(({ content }) => (typeof content === 'string' ? content : '')).join(''),
    calls: has(['tool_calls', 'function_call']),
    other: has(['refusal', 'audio']) || messages.some(({ content }) => Array.isArray(content)),
  };
};

const messageOf = (choice: Fields): Fields => fields(choice.delta ?? choice.message) ?? {};

const errorOf = (answer: Fields, choices: readonly Fields[]): Fields | undefined => {
  if (answer.error !== undefined && answer.error !== null) return answer;
  const failed = choices.find(({ error }) => error !== undefined && error !== null);
  if (failed !== undefined) return { error: failed.error };
  const broken = choices.find(({ finish_reason: reason }) => FAILED_ENDS.has(String(reason).toLowerCase()));
  if (broken !== undefined) return { error: { message: `it ended with the reason "${broken.finish_reason}"` } };
  // Cloudflare and Cerebras have envelopes without `error`.
  const flat =
    choices.length === 0 &&
    answer.object === undefined &&
    ('errors' in answer || 'status_code' in answer || 'detail' in answer);
  return flat ? { error: answer } : undefined;
};

const speaks = (choice: Fields): boolean => {
  if (MEANINGFUL_ENDS.has(String(choice.finish_reason))) return true;
  if (typeof choice.text === 'string' && choice.text !== '') return true;
  const message = messageOf(choice);
  return SPOKEN.some((key) => isSomething(message[key]));
};

const isSomething = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== '';

/** Usage from wherever a provider puts it. */
const usageOf = (answer: Fields): Usage | undefined => {
  const usage = fields(answer.usage) ?? fields(fields(answer.x_groq)?.usage);
  const input = usage?.prompt_tokens;
  const output = usage?.completion_tokens;
  if (!isCount(input)) return undefined;
  // OpenAI's name, and DeepSeek's.
  const cached = fields(usage?.prompt_tokens_details)?.cached_tokens ?? usage?.prompt_cache_hit_tokens;
  return {
    input,
    output: isCount(output) ? output : 0,
    ...(isCount(cached) ? { cached } : {}),
  };
};

/** A plugin's translation, or a provider, may have reckoned wrongly: less than nothing would be given back to a quota. */
const isCount = (value: unknown): value is number => Number.isFinite(value) && (value as number) >= 0;

const fields = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
