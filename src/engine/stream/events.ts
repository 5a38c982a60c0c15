import { parseBody } from '../parse-body.js';
import { type Content, contentOf, NO_CONTENT } from './content.js';
import { type Frame, framesIn, readFrame } from './sse.js';

/** One event of a chat stream: its bytes as they came, and what they contain. */
export interface SseEvent {
  readonly bytes: Buffer;
  readonly content: Content;
  /** It is the `[DONE]` at the end of a stream. */
  readonly done: boolean;
  /** It has no data, like a comment. */
  readonly silent: boolean;
}

export const readEvents = (frames: Buffer): SseEvent[] =>
  framesIn(frames).map((bytes) => {
    const frame = readFrame(bytes);
    return {
      bytes,
      content: contentOfFrame(frame),
      done: frame.data !== undefined && isDone(frame.data),
      silent: frame.data === undefined,
    };
  });

/** Returns whether a last frame is whole apart from its blank line. */
export const isWholeFrame = (bytes: Buffer): boolean => {
  const { data } = readFrame(bytes);
  if (data === undefined) return bytes.toString('latin1').startsWith(':');
  return isDone(data) || typeof parseBody(data) !== 'string';
};

/**
 * Returns the same frame with `text` as its text. Leaves out log probabilities, which belong to the original text.
 * @throws SyntaxError when the frame's data is not JSON
 */
export const withText = ({ bytes }: SseEvent, text: string): Buffer => {
  const value = JSON.parse(readFrame(bytes).data ?? '') as { choices?: { delta?: object; logprobs?: unknown }[] };
  const choices = (value.choices ?? []).map(({ logprobs: _, ...choice }) => ({
    ...choice,
    delta: { ...choice.delta, content: text },
  }));
  return Buffer.from(`data: ${JSON.stringify({ ...value, choices })}\n\n`);
};

/** Matches frames that may contain more than text, or that are not JSON. */
const NOTABLE =
  /"error"|event:|\[DONE\]|"usage"\s*:\s*\{|"finish_reason"\s*:\s*"|"tool_calls"\s*:\s*\[|"function_call"\s*:\s*\{|(?:^|[\r\n])data: ?[^{ ]/;

/** Returns whether frames may contain more than text. Searches the bytes, since most frames contain only text. */
export const areNotable = (frames: Buffer): boolean => NOTABLE.test(frames.toString('latin1'));

const isDone = (data: string): boolean => data.trim() === '[DONE]';

const contentOfFrame = ({ event, data }: Frame): Content => {
  if (data === undefined || isDone(data)) return NO_CONTENT;
  const value = parseBody(data);
  if (event === 'error') {
    const isEnvelope = value !== null && typeof value === 'object' && 'error' in value;
    return { ...NO_CONTENT, error: isEnvelope ? (value as Record<string, unknown>) : { error: value } };
  }
  return typeof value === 'string'
    ? { ...NO_CONTENT, error: { error: { message: 'a frame that is not JSON' } } }
    : contentOf(value);
};
