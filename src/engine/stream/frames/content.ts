import type { Usage } from '../../../ledger/ledger.js';
import { type Fields, fieldsIn, fieldsOf, isFields } from '../../../plugin/fields.js';
import { errorIn } from '../../../plugin/readers/errors/error-shape.js';
import { endCauseOf, endKindOf } from '../../../plugin/readers/finish-reasons.js';

/** Fields of a message that say something about the answer. Every other one is a part of it, also an unknown one. */
const ABOUT = new Set(['role', 'name', 'id', 'index', 'type', 'channel', 'model', 'created', 'token_ids', 'citations']);
/** Parts of a message that another target could not continue. */
const WHOLE_PARTS = ['refusal', 'audio', 'images'];

/** What a provider's answer contains: a whole answer, or one chunk of a stream. */
export interface Content {
  /** An error in place of an answer, as an object with the key `error`. */
  readonly error?: Fields | undefined;
  /** It has text, reasoning, a tool call, or a finish reason that counts as an answer. */
  readonly real: boolean;
  /** The indexes of the choices that ended with a known finish reason. */
  readonly finished: readonly number[];
  /** It has no choices, like a last chunk that reports usage. */
  readonly empty: boolean;
  /** Its plain text. */
  readonly text: string;
  /** It has a tool call, or a part of one. */
  readonly calls: boolean;
  /** It has something other than text, reasoning and tool calls: sound, pictures, a refusal, or text in parts. */
  readonly other: boolean;
  readonly usage?: Usage | undefined;
}

export const NO_CONTENT: Content = {
  error: undefined,
  real: false,
  finished: [],
  empty: false,
  text: '',
  calls: false,
  other: false,
  usage: undefined,
};
const NO_ANSWER: Content = { ...NO_CONTENT, empty: true };

/** Reads an answer or a chunk that was parsed from JSON. */
export const contentOf = (value: unknown): Content => {
  const answer = fields(Array.isArray(value) ? value[0] : value);
  if (answer === undefined) return NO_ANSWER;
  const choices = choicesOf(answer);
  const error = errorIn(answer) ?? brokenEnd(choices);
  const usage = usageOf(answer);
  const finished: number[] = [];
  let real = false;
  let text = '';
  let calls = false;
  let other = false;
  for (const choice of choices) {
    const { index } = choice;
    const message = messageOf(choice);
    const { content } = message;
    const end = endKindOf(choice.finish_reason);
    real ||= end === 'answer' || hasContent(choice, message);
    if (end === 'stop' || end === 'answer') finished.push(typeof index === 'number' ? index : 0);
    if (typeof content === 'string') text += content;
    calls ||= isPresent(message.tool_calls) || isPresent(message.function_call);
    other ||= Array.isArray(content) || WHOLE_PARTS.some((key) => isPresent(message[key]));
  }
  return { error, real, finished, empty: choices.length === 0, text, calls, other, usage };
};

/** Returns the bytes of text, reasoning and tool calls in a chunk that was parsed from JSON. */
export const textBytesIn = (value: unknown): number => {
  let bytes = 0;
  for (const choice of choicesOf(fieldsOf(value))) {
    const { content, reasoning, reasoning_content: thoughts, refusal, tool_calls: calls } = messageOf(choice);
    // Some providers send the same reasoning under both names.
    bytes += bytesOf(content) + bytesOf(reasoning ?? thoughts) + bytesOf(refusal) + bytesOf(choice.text);
    if (calls === undefined) continue;
    for (const call of fieldsIn(calls)) {
      const { name, arguments: given } = fieldsOf(call.function);
      bytes += bytesOf(name) + bytesOf(given);
    }
  }
  return bytes;
};

const bytesOf = (text: unknown): number => (typeof text === 'string' ? Buffer.byteLength(text) : 0);

export const choicesOf = ({ choices }: Fields): readonly Fields[] => fieldsIn(choices);

export const messageOf = (choice: Fields): Fields => fieldsOf(choice.delta ?? choice.message);

/** Whether a choice ended because it became too long. */
export const isTruncated = ({ finish_reason: reason }: Fields): boolean =>
  ['length', 'context'].includes(endCauseOf(reason) ?? '');

/** A choice that its provider gave up, without further details. */
const brokenEnd = (choices: readonly Fields[]): Fields | undefined => {
  const broken = choices.find(({ finish_reason: reason }) => endKindOf(reason) === 'broken');
  return broken && { error: { message: `the answer ended with the reason "${broken.finish_reason}"` } };
};

const hasContent = (choice: Fields, message: Fields): boolean => {
  if (typeof choice.text === 'string' && choice.text !== '') return true;
  for (const key in message) if (!ABOUT.has(key) && isPresent(message[key])) return true;
  return false;
};

const isPresent = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.length > 0;
  return isFields(value)
    ? Object.keys(value).length > 0
    : value !== undefined && value !== null && value !== '' && value !== false;
};

/** Reads usage from wherever a provider puts it. */
const usageOf = (answer: Fields): Usage | undefined => {
  const usage = fields(answer.usage) ?? fields(fields(answer.x_groq)?.usage);
  const input = usage?.prompt_tokens;
  const output = usage?.completion_tokens;
  if (!isCount(input)) return undefined;
  // OpenAI's name, and DeepSeek's.
  const cached = fields(usage?.prompt_tokens_details)?.cached_tokens ?? usage?.prompt_cache_hit_tokens;
  const known = { input, output: isCount(output) ? output : 0 };
  return isCount(cached) ? { ...known, cached } : known;
};

/** No answer has more. */
const MOST_TOKENS = 1e8;

/** A provider or a plugin's translation may report a negative number, which would add to a quota, or an impossible one. */
const isCount = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= MOST_TOKENS;

const fields = (value: unknown): Fields | undefined => (isFields(value) ? value : undefined);
