import type { Prefill } from '../../plugin/door/provider-type.js';
import { isProof, isShort, type ResumeMode } from './overlap.js';
import type { Transcript } from './transcript.js';

type Body = Readonly<Record<string, unknown>>;

/** A request to go on with an answer that broke off. */
export interface Continuation {
  /** What the caller has got of it. */
  readonly transcript: Transcript;
  /** What a target is asked that takes no beginning of its own answer; `{lastWords}` stands for the last words that went out. */
  readonly instruction: string;
}

/** What a target that refuses the beginning of its own answer is asked without: no field, but learned like one. */
export const PREFILL = 'prefill';

/** Characters that a target is asked to begin with, at most. */
const LAST_WORDS = 60;

/** Divides what was sent: a target sees the beginning as its own message, and is told to go on with the last words. */
const divided = (text: string): { begun: string; lastWords: string } => {
  const length = Math.min(LAST_WORDS, Math.ceil(text.length / 2));
  const end = text.slice(-length);
  const fromWord = end.slice(end.search(/\s/)).trimStart();
  const cut = isProof(fromWord) ? fromWord : text.slice(-Math.max(length, LAST_WORDS / 2)).trimStart();
  // The second half of a sign says nothing.
  const lastWords = /^[\uDC00-\uDFFF]/.test(cut) ? cut.slice(1) : cut;
  return { begun: text.slice(0, text.length - lastWords.length).trimEnd(), lastWords };
};

/**
 * The request's body as it asks for the rest, and how it does so. Where hardly anything of the text went out, or the
 * answer broke inside a tool call, it is asked for anew.
 */
export const continued = (
  body: Body,
  { transcript, instruction }: Continuation,
  prefill?: Prefill,
): { body: Body; asking: ResumeMode } => {
  const { text, callsBroken } = transcript;
  const messages = Array.isArray(body.messages) ? (body.messages as unknown[]) : [];
  if (callsBroken || isShort(text)) return { body, asking: { how: 'restart' } };
  if (prefill !== undefined) {
    // Providers that take a beginning refuse white space at its end.
    const beginning = { role: 'assistant', content: text.trimEnd(), ...prefill.message };
    return { body: { ...body, ...prefill.body, messages: [...messages, beginning] }, asking: { how: 'prefill' } };
  }
  const { begun, lastWords } = divided(text);
  if (begun === '') return { body, asking: { how: 'restart' } };
  const answer = { role: 'assistant', content: begun };
  const ask = { role: 'user', content: instruction.replaceAll('{lastWords}', () => lastWords) };
  return { body: { ...body, messages: [...messages, answer, ask] }, asking: { how: 'instruct', lastWords } };
};
