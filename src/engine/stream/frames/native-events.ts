import type { NativeAnswers } from '../../../plugin/door/native.js';
import { isFields } from '../../../plugin/fields.js';
import { namedError } from '../../../plugin/readers/errors/error-shape.js';
import { parseBody } from '../../parse-body.js';
import { contentOf, NO_CONTENT } from './content.js';
import { errorOfFrame, isPing, NOT_JSON, type SseEvent } from './events.js';
import { framesIn, readFrame } from './sse.js';

/** Reads the frames of one stream. */
export type FrameReader = (frames: Buffer) => readonly SseEvent[];

/**
 * Returns a reader for a provider that speaks the caller's protocol. Its events have the bytes that the provider sent, and the
 * content of the chat chunk that they stand for. Throws what `answers` throws.
 */
export const nativeReader = (answers: NativeAnswers): FrameReader => {
  const read = answers.stream();
  const readOne = (bytes: Buffer): SseEvent => {
    const frame = readFrame(bytes);
    const { event, data: text } = frame;
    const plain = { bytes, content: NO_CONTENT, done: false, silent: false };
    const error = errorOfFrame(frame);
    if (error !== undefined) return { ...plain, content: { ...NO_CONTENT, error } };
    const data = text === undefined || isEmpty(text) ? undefined : parseBody(text);
    if (data === undefined) return { ...plain, silent: true };
    const failed = isFields(data) ? namedError(data) : NOT_JSON;
    if (failed !== undefined) return { ...plain, content: { ...NO_CONTENT, error: failed } };
    const native = { event, data };
    const value = read(native);
    if (value === undefined) {
      return { ...plain, native, done: isLast(answers, native), silent: isPing(event, data) };
    }
    return { ...plain, native, value, content: contentOf(value), done: isLast(answers, native) };
  };
  return (frames) => framesIn(frames).map(readOne);
};

/** Some gateways end every stream as OpenAI ends chat completions. */
const isEmpty = (text: string): boolean => text.trim() === '' || text.trim() === '[DONE]';

const isLast = ({ lastEvents }: NativeAnswers, { event, data }: NonNullable<SseEvent['native']>): boolean =>
  lastEvents.includes(String(isFields(data) ? (data.type ?? event) : event));
