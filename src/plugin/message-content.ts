import { type Fields, isFields } from './fields.js';

/** Between texts that become one. */
const BREAK = '\n\n';

/** Returns the content of a message without its empty texts, or `undefined` if nothing is left. */
export const contentOf = (content: unknown): string | readonly unknown[] | undefined => {
  if (typeof content === 'string') return content === '' ? undefined : content;
  if (!Array.isArray(content)) return undefined;
  const full = content.filter((part) => !isFields(part) || part.type !== 'text' || (part.text ?? '') !== '');
  if (full.length === 0) return undefined;
  return full.length === content.length ? content : full;
};

/** Returns the text of a content, which says what follows, and the parts that are no text, such as images. */
export const textAndRest = (content: string | readonly unknown[]): { text: string; rest: readonly Fields[] } => {
  if (typeof content === 'string') return { text: content, rest: [] };
  const rest = content.filter((part): part is Fields => isFields(part) && part.type !== 'text');
  const texts = content.map((part) => (isFields(part) ? part.text : part)).filter((text) => typeof text === 'string');
  const follows = rest.map(({ type }) => `(${type === 'image_url' ? 'image' : 'file'} follows)`);
  return { text: [...texts, ...follows].join(BREAK), rest };
};

/** Returns a message without empty content, or `undefined` if it says nothing and calls nothing. */
export const withoutEmpty = (message: Fields): Fields | undefined => {
  const { role, tool_calls: calls, ...rest } = message;
  const content = contentOf(message.content);
  const isCalling = role === 'assistant' && Array.isArray(calls) && calls.some(isFields);
  if (isCalling) return content === message.content ? message : { ...message, content: content ?? null };
  if (content !== undefined) {
    if (calls === undefined) return content === message.content ? message : { ...message, content };
    return { role, ...rest, content };
  }
  const isRefusing = typeof rest.refusal === 'string' && rest.refusal !== '';
  return isRefusing || isFields(rest.function_call) ? message : undefined;
};

const JOINABLE: ReadonlySet<unknown> = new Set(['user', 'assistant', 'system', 'developer']);
const PLAIN: ReadonlySet<string> = new Set(['role', 'content', 'tool_calls']);

/** Returns two neighbours as one message, or `undefined` where that would lose something. */
export const joined = (first: Fields, second: Fields): Fields | undefined => {
  const isPlain = [first, second].every((message) => Object.keys(message).every((key) => PLAIN.has(key)));
  // The results of the first one's calls come between them.
  if (first.role !== second.role || !JOINABLE.has(first.role) || !isPlain || 'tool_calls' in first) return undefined;
  const content = joinedContent(first.content, second.content);
  return content === undefined ? undefined : { ...second, content };
};

const joinedContent = (first: unknown, second: unknown): unknown => {
  if (second === null || second === undefined) return first;
  if (typeof first === 'string' && typeof second === 'string') return first + BREAK + second;
  const parts = [first, second].map(partsOf);
  return parts.every((each) => each !== undefined) ? parts.flat() : undefined;
};

const partsOf = (content: unknown): readonly unknown[] | undefined => {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Array.isArray(content) ? content : undefined;
};
