import { type Fields, isFields } from '../../plugin/fields.js';
import { contentOf, joined, textAndRest, withoutEmpty } from '../../plugin/message-content.js';
import { EarlierCalls } from '../../plugin/pending-calls.js';
import { argumentsText } from './tool-arguments.js';

/** The result of a call that has none: the caller interrupted it. */
const INTERRUPTED = '(no result: interrupted)';
const NO_OUTPUT = '(no output)';

/** A call of an earlier answer, and its result. */
interface PendingCall {
  readonly id: unknown;
  result?: Fields;
}

/**
 * Returns the messages of a chat completion in an order that every provider takes. Each message with calls is followed by
 * one result per call. A message that stood between them comes after them. A result belongs to the nearest call with its id
 * before it; the last result of a call counts, a call without one is said to be interrupted, and a result without a call
 * becomes a message of the user. Empty parts and messages are left out, and neighbours of one role are joined where they
 * have nothing but content. Arguments of calls are strings. The images and files of results follow all results of the turn as
 * a message of the user, because results are text.
 */
export const legalHistory = (messages: readonly Fields[]): readonly Fields[] => {
  const calls = new Map<Fields, readonly PendingCall[]>();
  const orphans = new Set<Fields>();
  const earlier = new EarlierCalls<PendingCall>();
  for (const message of messages) {
    const pending = callsOf(message).map(({ id }): PendingCall => ({ id }));
    if (pending.length > 0) {
      calls.set(message, pending);
      earlier.add(pending);
    }
    if (message.role !== 'tool') continue;
    const call = earlier.callOf(message.tool_call_id, isOpen);
    if (call === undefined) orphans.add(message);
    else call.result = message;
  }
  const legal: Fields[] = [];
  for (const message of messages) {
    if (message.role !== 'tool') add(legal, withoutEmpty(message));
    else if (orphans.has(message)) add(legal, withoutEmpty({ role: 'user', content: message.content }));
    addResults(legal, calls.get(message) ?? []);
  }
  return legal;
};

/** The calls of a message; empty for messages of any other kind. */
const callsOf = ({ role, tool_calls: calls }: Fields): readonly Fields[] =>
  role === 'assistant' && Array.isArray(calls) ? calls.filter(isFields) : [];

const isOpen = ({ result }: PendingCall): boolean => result === undefined;

const addResults = (legal: Fields[], calls: readonly PendingCall[]): void => {
  const parts: Fields[] = [];
  for (const { id, result } of calls) {
    const { text, rest } = textAndRest(contentOf(result?.content) ?? (result === undefined ? INTERRUPTED : NO_OUTPUT));
    legal.push({ ...result, role: 'tool', tool_call_id: id, content: text });
    parts.push(...rest);
  }
  if (parts.length > 0) legal.push({ role: 'user', content: parts });
};

const add = (legal: Fields[], message: Fields | undefined): void => {
  if (message === undefined) return;
  const calls = callsOf(message);
  const next = calls.length === 0 ? message : { ...message, tool_calls: calls.map(withArguments) };
  const last = legal.at(-1);
  const both = last && joined(last, next);
  if (both === undefined) legal.push(next);
  else legal[legal.length - 1] = both;
};

const withArguments = (call: Fields): Fields => {
  if (!isFields(call.function)) return call;
  const text = argumentsText(call.function.arguments);
  return text === call.function.arguments ? call : { ...call, function: { ...call.function, arguments: text } };
};
