import type { ReturnedFields } from '../../../plugin/door/conversation.js';
import { type Fields, isFields } from '../../../plugin/fields.js';

/** Fields of an assistant message with reasoning, by the names that providers use. */
const TEXTS = ['reasoning_content', 'reasoning'] as const;
const DETAILS = 'reasoning_details';
/** The type of a part of the content with reasoning, at Mistral. */
const THINKING = 'thinking';

/** The fields of a tool call that chat completions have. */
const STANDARD: ReadonlySet<string> = new Set(['id', 'type', 'function', 'custom', 'index']);
/** Where Google puts the signature of a text. */
const EXTRA = 'extra_content';

/** A copy of `messages` with each of the assistant's changed, or `messages` itself if none changes. */
const answersChanged = (messages: readonly Fields[], change: (message: Fields) => Fields): readonly Fields[] => {
  let changed: Fields[] | undefined;
  for (const [index, message] of messages.entries()) {
    if (message.role !== 'assistant') continue;
    const after = change(message);
    if (after === message) continue;
    changed ??= [...messages];
    changed[index] = after;
  }
  return changed ?? messages;
};

/** Most answers have no reasoning. */
const mayReason = (message: Fields): boolean =>
  message.reasoning_content !== undefined ||
  message.reasoning !== undefined ||
  message.reasoning_details !== undefined ||
  Array.isArray(message.content);

/** Returns the messages with the reasoning that a target wants back, in the field in which it wants it. */
export const withReasoning = (
  messages: readonly Fields[],
  { fields, placeholder }: ReturnedFields<string>,
): readonly Fields[] => {
  const wanted = fields.find((name) => name !== DETAILS && name !== THINKING);
  return answersChanged(messages, (message) => {
    if (!mayReason(message) && (placeholder === undefined || message.tool_calls === undefined)) return message;
    const spoken = fields.includes(THINKING) ? message : withoutThinking(message);
    const text = TEXTS.map((name) => message[name]).find((each) => typeof each === 'string' && each !== '');
    const needed = text ?? (Array.isArray(message.tool_calls) ? placeholder : undefined);
    const refused = [...TEXTS, DETAILS].filter((name) => Object.hasOwn(message, name) && !fields.includes(name));
    const isMissing = wanted !== undefined && needed !== undefined && !spoken[wanted];
    if (refused.length === 0 && !isMissing) return spoken;
    const kept = Object.fromEntries(Object.entries(spoken).filter(([name]) => !refused.includes(name)));
    return isMissing ? { ...kept, [wanted]: needed } : kept;
  });
};

const withoutThinking = (message: Fields): Fields => {
  const { content } = message;
  if (!Array.isArray(content)) return message;
  const kept = content.filter((part) => !isFields(part) || part.type !== THINKING);
  if (kept.length === content.length) return message;
  return { ...message, content: kept.length === 0 ? '' : kept };
};

/** Returns the messages with those fields of tool calls that a target wants back. */
export const withCallFields = (
  messages: readonly Fields[],
  { fields, placeholder }: ReturnedFields<Fields>,
): readonly Fields[] =>
  answersChanged(messages, (message) => {
    const { [EXTRA]: extra, ...rest } = message;
    const plain = extra === undefined || fields.includes(EXTRA) ? message : rest;
    const { tool_calls: calls } = message;
    if (!Array.isArray(calls)) return plain;
    const next = calls.map((call: unknown, index) => {
      if (!isFields(call)) return call;
      const refused = Object.keys(call).some((name) => !STANDARD.has(name) && !fields.includes(name));
      const kept = refused ? keptOf(call, fields) : call;
      const isMissing =
        index === 0 && placeholder !== undefined && !Object.keys(placeholder).every((name) => kept[name]);
      return isMissing ? { ...placeholder, ...kept } : kept;
    });
    return next.every((call, index) => call === calls[index]) ? plain : { ...plain, tool_calls: next };
  });

const keptOf = (call: Fields, fields: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(call).filter(([name]) => STANDARD.has(name) || fields.includes(name)));
