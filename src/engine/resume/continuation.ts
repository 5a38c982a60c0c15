import type { Prefill } from '../../plugin/door/provider-type.js';
import { isProof, isShort, type ResumeMode } from './overlap.js';
import type { Transcript } from './transcript.js';

type Body = Readonly<Record<string, unknown>>;

/** An answer that broke off, and how to ask for the rest. */
export interface Continuation {
  /** What the caller has of the answer. */
  readonly transcript: Transcript;
  /** The message to a target that takes no prefill. `{lastWords}` stands for the last words that the caller got. */
  readonly instruction: string;
}

/** The field to drop for a target that refuses a prefill. Not a field of a request, but learned like one. */
export const PREFILL = 'prefill';

/** Most characters that a target is asked to repeat. */
const MOST_LAST_WORDS = 60;

/** Splits the text that the caller got: the target sees the first part as its own message, and is asked to repeat the second. */
const splitText = (text: string): { begun: string; lastWords: string } => {
  const length = Math.min(MOST_LAST_WORDS, Math.ceil(text.length / 2));
  const end = text.slice(-length);
  const fromWord = end.slice(end.search(/\s/)).trimStart();
  const cut = isProof(fromWord) ? fromWord : text.slice(-Math.max(length, MOST_LAST_WORDS / 2)).trimStart();
  // Half of a surrogate pair means nothing.
  const lastWords = /^[\uDC00-\uDFFF]/.test(cut) ? cut.slice(1) : cut;
  return { begun: text.slice(0, text.length - lastWords.length).trimEnd(), lastWords };
};

/**
 * Returns the body that asks for the rest of the answer, and the mode in which it asks. Asks for the whole answer again
 * when the caller got hardly any text, or when the answer broke inside a tool call.
 */
export const continuedRequest = (
  body: Body,
  { transcript, instruction }: Continuation,
  prefill?: Prefill,
): { body: Body; resumeMode: ResumeMode } => {
  const { text, callsBroken } = transcript;
  const messages = Array.isArray(body.messages) ? (body.messages as unknown[]) : [];
  if (callsBroken || isShort(text)) return { body, resumeMode: { kind: 'restart' } };
  if (prefill !== undefined) {
    // Providers refuse a prefill that ends with white space.
    const beginning = { role: 'assistant', content: text.trimEnd(), ...prefill.message };
    return { body: { ...body, ...prefill.body, messages: [...messages, beginning] }, resumeMode: { kind: 'prefill' } };
  }
  const { begun, lastWords } = splitText(text);
  if (begun === '') return { body, resumeMode: { kind: 'restart' } };
  const answer = { role: 'assistant', content: begun };
  const ask = { role: 'user', content: instruction.replaceAll('{lastWords}', () => lastWords) };
  return { body: { ...body, messages: [...messages, answer, ask] }, resumeMode: { kind: 'instruct', lastWords } };
};
