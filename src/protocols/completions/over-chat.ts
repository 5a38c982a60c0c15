import { type Fields, isFields } from '../../plugin/fields.js';
import { isAbsent } from '../fields.js';

/** What chat completions cannot do. */
const IMPOSSIBLE: readonly (readonly [field: string, isAsked: (value: unknown) => boolean])[] = [
  ['suffix', (value) => value !== ''],
  ['echo', (value) => value !== false],
  ['best_of', (value) => value !== 1],
  // A number here, a switch there.
  ['logprobs', () => true],
];
const MEANT_ONLY_FOR_TEXT = ['prompt', 'suffix', 'echo', 'best_of', 'logprobs'];

/** Returns a request for a completion as a chat completion, or why that is impossible. */
export const asChatRequest = (body: Fields): Fields | string => {
  const { prompt } = body;
  const text = Array.isArray(prompt) && prompt.length === 1 ? prompt[0] : prompt;
  if (typeof text !== 'string') return 'has no completions endpoint, and its chat endpoint takes one text at a time';
  const asked = IMPOSSIBLE.find(([field, isAsked]) => !isAbsent(body[field]) && isAsked(body[field]));
  if (asked !== undefined) return `has no completions endpoint, and its chat endpoint has no "${asked[0]}"`;
  const rest = Object.entries(body).filter(([field]) => !MEANT_ONLY_FOR_TEXT.includes(field));
  return { ...Object.fromEntries(rest), messages: [{ role: 'user', content: text }] };
};

/** Returns a chat completion, or a chunk of one, as a completion of text. */
export const asTextCompletion = (chat: Fields): Fields => ({
  ...chat,
  ...(typeof chat.id === 'string' ? { id: chat.id.replace(/^chatcmpl-/, 'cmpl-') } : {}),
  object: 'text_completion',
  choices: Array.isArray(chat.choices) ? chat.choices.filter(isFields).map(asTextChoice) : [],
});

const asTextChoice = ({ text, delta, message, index = 0, finish_reason: reason }: Fields, at: number): Fields => ({
  text: typeof text === 'string' ? text : textOf(isFields(delta) ? delta : message),
  index: typeof index === 'number' ? index : at,
  logprobs: null,
  finish_reason: reason ?? null,
});

/** Some providers send text in parts, beside their reasoning. A refusal is the text of an answer without any other. */
const textOf = (message: unknown): string => {
  if (!isFields(message)) return '';
  const { content, refusal } = message;
  const texts = Array.isArray(content) ? content.filter(isFields).map(({ text }) => text) : [content];
  const text = texts.filter((each) => typeof each === 'string').join('');
  return text === '' && typeof refusal === 'string' ? refusal : text;
};
