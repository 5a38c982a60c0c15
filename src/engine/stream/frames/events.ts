import type { Usage } from '../../../ledger/ledger.js';
import type { TokenUsage } from '../../../plugin/door/attempt.js';
import type { StreamEvent } from '../../../plugin/door/translate.js';
import { type Fields, isFields } from '../../../plugin/fields.js';
import { asError, errorIn } from '../../../plugin/readers/errors/error-shape.js';
import { parseBody } from '../../parse-body.js';
import { type Content, contentOf, NO_CONTENT } from './content.js';
import { type Frame, frameOf, framesIn, readFrame, withData } from './sse.js';

/** One event of a stream: its bytes as the caller gets them, and what they contain. */
export interface SseEvent {
  readonly bytes: Buffer;
  readonly content: Content;
  /** The chunk of a chat completion that it is, or stands for; absent if its data are no JSON object. */
  readonly value?: Fields | undefined;
  /** The event itself, if its bytes are in the caller's own protocol. */
  readonly native?: StreamEvent | undefined;
  /** It is the `[DONE]` at the end of a stream. */
  readonly done: boolean;
  /** It shows nothing but that the connection is alive: a comment, a ping, or empty data. */
  readonly silent: boolean;
}

const NO_BYTES = Buffer.alloc(0);
const PING = /^(?:ping|heartbeat|keep-?alive)$/i;

export const readEvents = (frames: Buffer): SseEvent[] => framesIn(frames).map(readEvent);

const readEvent = (bytes: Buffer): SseEvent => {
  const frame = readFrame(bytes);
  const error = errorOfFrame(frame);
  if (error !== undefined) return { bytes, content: { ...NO_CONTENT, error }, done: false, silent: false };
  const { data, event } = frame;
  if (data === undefined) return { bytes, content: NO_CONTENT, done: false, silent: true };
  if (isDone(data)) return { bytes, content: NO_CONTENT, done: true, silent: false };
  const value = data.trim() === '' ? null : parseBody(data);
  // SDKs fail on these: they parse empty data, and read the choices of a ping.
  if (value === null || isPing(event, value)) {
    return { bytes: NO_BYTES, content: NO_CONTENT, done: false, silent: true };
  }
  const content = contentOf(value);
  if (isFields(value)) return { bytes, content, value, done: false, silent: false };
  return { bytes, content: { ...NO_CONTENT, error: content.error ?? NOT_JSON }, done: false, silent: false };
};

export const NOT_JSON: Fields = { error: { message: 'a frame that is not JSON' } };

/** Finds an error outside the data of a frame, or in an event of that name. */
export const errorOfFrame = ({ event, data, error, bare }: Frame): Fields | undefined => {
  if (error !== undefined) return asError(parseBody(error));
  if (event === 'error') return asError(data === undefined ? 'an event named "error"' : parseBody(data));
  const value = bare === undefined ? undefined : parseBody(bare);
  return isFields(value) ? errorIn(value) : undefined;
};

/** Returns whether an event says nothing but that the connection is alive. */
export const isPing = (event: string | undefined, value: unknown): boolean =>
  (event !== undefined && PING.test(event)) ||
  (isFields(value) && value.choices === undefined && [value.type, value.event].some((name) => PING.test(String(name))));

/** Returns whether a last frame is whole apart from its blank line. */
export const isWholeFrame = (bytes: Buffer): boolean => {
  const { data, error, bare } = readFrame(bytes);
  const text = data ?? error ?? bare;
  if (text === undefined) return bytes.toString('latin1').startsWith(':');
  return isDone(text) || typeof parseBody(text) !== 'string';
};

/** Returns the same event with `text` as its text. Leaves out log probabilities, which belong to the original text. */
export const withText = (event: SseEvent, text: string): SseEvent => {
  const { bytes, content, value = {} } = event;
  const choices = Array.isArray(value.choices) ? value.choices.filter(isFields) : [];
  const changed = choices.map(({ logprobs: _, ...choice }) => ({
    ...choice,
    delta: { ...(isFields(choice.delta) ? choice.delta : {}), content: text },
  }));
  const chunk = { ...value, choices: changed };
  return { ...event, value: chunk, content: { ...content, text }, bytes: withData(bytes, chunk) };
};

/** Returns the same event with the tokens of `before` added to its usage. Returns it as it is if it has no `usage`. */
export const withUsageAdded = (event: SseEvent, before: Usage): SseEvent => {
  const { value, content, bytes } = event;
  if (content.usage === undefined || !isFields(value?.usage)) return event;
  const usage = { ...value.usage, ...tokensOf({ ...content.usage, estimated: false }, before) };
  const changed = { ...value, usage };
  return { ...event, value: changed, bytes: withData(bytes, changed) };
};

/** Returns a chunk that reports an estimated usage. `first` is the first chunk of the stream. */
export const usageEvent = (first: Fields, usage: TokenUsage, before?: Usage): SseEvent => {
  const { id, created, model } = first;
  const value = {
    id,
    object: first.object ?? 'chat.completion.chunk',
    created,
    model,
    choices: [],
    usage: { ...tokensOf(usage, before), ...(usage.estimated ? { estimated: true } : {}) },
  };
  return {
    bytes: Buffer.from(frameOf(value)),
    content: { ...NO_CONTENT, empty: true },
    value,
    done: false,
    silent: false,
  };
};

const tokensOf = (usage: TokenUsage, before: Usage = { input: 0, output: 0 }): Fields => {
  const [promptTokens, completionTokens] = [before.input + usage.input, before.output + usage.output];
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
};

const isDone = (data: string): boolean => data.trim() === '[DONE]';
