import { parseBody } from '../parse-body.js';
import { type Content, contentOf, NOTHING } from './content.js';
import { eventsIn, type Frame, frameOf } from './sse.js';

/** One frame of a chat stream: its bytes as they came, and what stands in them. */
export interface SseEvent {
  readonly bytes: Buffer;
  readonly content: Content;
  /** The `[DONE]` that ends a stream. */
  readonly done: boolean;
  /** It has no data: a comment, or nothing. */
  readonly silent: boolean;
}

export const readEvents = (frames: Buffer): SseEvent[] =>
  eventsIn(frames).map((bytes) => {
    const frame = frameOf(bytes);
    return {
      bytes,
      content: contentOfFrame(frame),
      done: frame.data?.trim() === '[DONE]',
      silent: frame.data === undefined,
    };
  });

/** A last frame without its blank line: nothing of it is missing. */
export const isWholeFrame = (bytes: Buffer): boolean => {
  const { data } = frameOf(bytes);
  if (data === undefined) return bytes.toString('latin1').startsWith(':');
  return data.trim() === '[DONE]' || typeof parseBody(data) !== 'string';
};

/** The same frame with `text` for its text, and without what belonged to all of it. Throws where it is no JSON. */
export const withText = ({ bytes }: SseEvent, text: string): Buffer => {
  const value = JSON.parse(frameOf(bytes).data ?? '') as { choices?: { delta?: object; logprobs?: unknown }[] };
  const choices = (value.choices ?? []).map(({ logprobs: _, ...choice }) => ({
    ...choice,
    delta: { ...choice.delta, content: text },
  }));
  return Buffer.from(`data: ${JSON.stringify({ ...value, choices })}\n\n`);
};

/** What a frame holds that says more than text does, or is no JSON. Looked for in the bytes: most are only text. */
const SIGNS =
  /"error"|event:|\[DONE\]|"usage"\s*:\s*\{|"finish_reason"\s*:\s*"|"tool_calls"\s*:\s*\[|"function_call"\s*:\s*\{|(?:^|[\r\n])data: ?[^{ ]/;

/** Frames that may hold more than text. */
export const areNotable = (frames: Buffer): boolean => SIGNS.test(frames.toString('latin1'));

const contentOfFrame = ({ event, data }: Frame): Content => {
  if (data === undefined || data.trim() === '[DONE]') return NOTHING;
  const value = parseBody(data);
  if (event === 'error') {
    const named = value !== null && typeof value === 'object' && 'error' in value;
    return { ...NOTHING, error: named ? (value as Record<string, unknown>) : { error: value } };
  }
  return typeof value === 'string'
    ? { ...NOTHING, error: { error: { message: 'a frame that is no JSON' } } }
    : contentOf(value);
};
