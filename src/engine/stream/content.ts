import type { Usage } from '../../ledger/ledger.js';

type Fields = Readonly<Record<string, unknown>>;

/** Finish reasons that make an answer even without text. */
const MEANINGFUL_ENDS = new Set(['length', 'tool_calls', 'function_call', 'content_filter']);
/** Finish reasons that are an error without further details, as Cohere sends them. */
const FAILED_ENDS = new Set(['error', 'timeout']);
const CONTENT_FIELDS = ['content', 'reasoning', 'reasoning_content', 'tool_calls', 'function_call', 'refusal', 'audio'];

/** What a provider's answer contains: a whole answer, or one chunk of a stream. */
export interface Content {
  /** An error in place of an answer, as an object with the key `error`. */
  readonly error?: Fields;
  /** It has text, reasoning, a tool call, or a finish reason that counts as an answer. */
  readonly real: boolean;
  /** The indexes of the choices that ended. */
  readonly finished: readonly number[];
  /** It has no choices, like a last chunk that reports usage. */
  readonly empty: boolean;
  /** Its plain text. */
  readonly text: string;
  /** It has a tool call, or a part of one. */
  readonly calls: boolean;
  /** It has something other than text, reasoning and tool calls: sound, a refusal, or text in parts. */
  readonly other: boolean;
  readonly usage?: Usage;
}

export const NO_CONTENT: Content = {
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
  if (answer === undefined) return { ...NO_CONTENT, empty: true };
  const choices = choicesOf(answer);
  const error = errorOf(answer, choices);
  const usage = usageOf(answer);
  const messages = choices.map(messageOf);
  const has = (keys: readonly string[]): boolean =>
    messages.some((message) => keys.some((key) => isPresent(message[key])));
  return {
    ...(error === undefined ? {} : { error }),
    ...(usage === undefined ? {} : { usage }),
    real: choices.some(hasContent),
    finished: choices.flatMap(({ finish_reason: reason, index }) =>
      typeof reason === 'string' ? [typeof index === 'number' ? index : 0] : [],
    ),
    empty: choices.length === 0,
    text: messages.map(({ content }) => (typeof content === 'string' ? content : '')).join(''),
    calls: has(['tool_calls', 'function_call']),
    other: has(['refusal', 'audio']) || messages.some(({ content }) => Array.isArray(content)),
  };
};

/** Returns the bytes of text, reasoning and tool calls in a chunk that was parsed from JSON. */
export const textBytesIn = (value: unknown): number =>
  choicesOf(fields(value) ?? {}).reduce((sum, choice) => {
    const { content, reasoning, reasoning_content: thoughts, refusal, tool_calls: calls } = messageOf(choice);
    const functions = listOf(calls).map((call) => fields(fields(call)?.function) ?? {});
    // Some providers send the same reasoning under both names.
    const texts = [content, reasoning ?? thoughts, refusal, choice.text];
    return [...texts, ...functions.flatMap((each) => [each.name, each.arguments])].reduce<number>(
      (bytes, text) => bytes + (typeof text === 'string' ? Buffer.byteLength(text) : 0),
      sum,
    );
  }, 0);

const choicesOf = ({ choices }: Fields): Fields[] =>
  listOf(choices)
    .map(fields)
    .filter((choice) => choice !== undefined);

const messageOf = (choice: Fields): Fields => fields(choice.delta ?? choice.message) ?? {};

const errorOf = (answer: Fields, choices: readonly Fields[]): Fields | undefined => {
  if (answer.error !== undefined && answer.error !== null) return answer;
  const failed = choices.find(({ error }) => error !== undefined && error !== null);
  if (failed !== undefined) return { error: failed.error };
  const broken = choices.find(({ finish_reason: reason }) => FAILED_ENDS.has(String(reason).toLowerCase()));
  if (broken !== undefined) return { error: { message: `the answer ended with the reason "${broken.finish_reason}"` } };
  // Cloudflare and Cerebras send errors without the key `error`.
  const isFlatError =
    choices.length === 0 &&
    answer.object === undefined &&
    ('errors' in answer || 'status_code' in answer || 'detail' in answer);
  return isFlatError ? { error: answer } : undefined;
};

const hasContent = (choice: Fields): boolean => {
  if (MEANINGFUL_ENDS.has(String(choice.finish_reason))) return true;
  if (typeof choice.text === 'string' && choice.text !== '') return true;
  const message = messageOf(choice);
  return CONTENT_FIELDS.some((key) => isPresent(message[key]));
};

const isPresent = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== '';

/** Reads usage from wherever a provider puts it. */
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

/** A provider or a plugin's translation may report a negative number, which would add to a quota. */
const isCount = (value: unknown): value is number => Number.isFinite(value) && (value as number) >= 0;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const fields = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
