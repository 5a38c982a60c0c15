import type { Fields } from '../../../plugin/fields.js';
import { contentOf, joined, textAndRest } from '../../../plugin/message-content.js';

type Messages = readonly Fields[];

const BREAK = '\n\n';

const isSystem = ({ role }: Fields): boolean => role === 'system' || role === 'developer';

/** Joins all system messages at the top, or puts their text at the beginning of the first user message. */
export const systemFirst = (messages: Messages, place: 'first' | 'user'): Messages => {
  const system = messages.filter(isSystem);
  const [first] = system;
  if (first === undefined || (place === 'first' && system.length === 1 && messages[0] === first)) return messages;
  const texts = system.map(({ content }) => textAndRest(contentOf(content) ?? '').text);
  const text = texts.filter((each) => each !== '').join(BREAK);
  const others = messages.filter((message) => !isSystem(message));
  if (place === 'first') return [{ ...first, content: text }, ...others];
  const [next, ...rest] = others;
  const told = { role: 'user', content: text };
  const both = next && joined(told, next);
  return both === undefined ? [told, ...others] : [both, ...rest];
};

/** Open-weight templates want an answer to the results of tools. */
const ANSWER: Fields = { role: 'assistant', content: 'OK.' };

/** Puts a short answer between the result of a tool and a message of the user. */
export const withAnswerAfterTools = (messages: Messages): Messages => {
  const isUnanswered = (message: Fields, index: number): boolean =>
    message.role === 'user' && messages[index - 1]?.role === 'tool';
  if (!messages.some(isUnanswered)) return messages;
  return messages.flatMap((message, index) => (isUnanswered(message, index) ? [ANSWER, message] : [message]));
};

/** Adds fields to the last message if it is the assistant's. */
export const withLastAssistant = (messages: Messages, fields: Fields): Messages => {
  const last = messages.at(-1);
  if (last?.role !== 'assistant' || Array.isArray(last.tool_calls)) return messages;
  if (Object.keys(fields).every((name) => Object.hasOwn(last, name))) return messages;
  return [...messages.slice(0, -1), { ...last, ...fields }];
};
