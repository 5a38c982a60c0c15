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
export const joined = (first: Fields, second: Fields): Fields | undefined =>
  areJoinable(first, second) ? asOne([first, second]) : undefined;

/**
 * Returns the messages with neighbours of one role joined where that loses nothing. Each run is joined at once: a run may
 * have thousands of messages.
 */
export const withNeighboursJoined = (messages: readonly Fields[]): readonly Fields[] => {
  const runs: Fields[][] = [];
  for (const message of messages) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (last !== undefined && areJoinable(last, message)) run?.push(message);
    else runs.push([message]);
  }
  return runs.length === messages.length ? messages : runs.map(asOne);
};

const areJoinable = (first: Fields, second: Fields): boolean =>
  first.role === second.role &&
  JOINABLE.has(first.role) &&
  // The results of the first one's calls come between them.
  !('tool_calls' in first) &&
  isPlain(first) &&
  isPlain(second) &&
  isContent(first.content) &&
  (isNothing(second.content) || isContent(second.content));

const isPlain = (message: Fields): boolean => Object.keys(message).every((key) => PLAIN.has(key));

const isContent = (content: unknown): boolean => typeof content === 'string' || Array.isArray(content);

const isNothing = (content: unknown): boolean => content === null || content === undefined;

const asOne = (run: readonly Fields[]): Fields => {
  const last = run.at(-1) as Fields;
  if (run.length === 1) return last;
  const contents = run.map(({ content }) => content).filter((content) => !isNothing(content));
  const content = contents.every((each) => typeof each === 'string')
    ? contents.join(BREAK)
    : contents.flatMap((each) => (typeof each === 'string' ? [{ type: 'text', text: each }] : each));
  return { ...last, content };
};
