import type { ToolCallIds } from '../../../plugin/door/conversation.js';
import { type Fields, isFields } from '../../../plugin/fields.js';
import { PendingCalls } from '../../../plugin/pending-calls.js';
import { shortHash } from '../../../plugin/short-hash.js';

interface Call {
  readonly id: unknown;
  readonly outgoing: string;
}

/**
 * Returns the messages with ids of tool calls that a target takes. They depend on nothing but the ids of the request, so
 * that a call has the same id in every request. A result keeps its call, even where an id comes again in a later turn.
 */
export const withCallIds = (messages: readonly Fields[], ids: ToolCallIds): readonly Fields[] => {
  if (!messages.some(({ role, tool_calls: calls }) => role === 'tool' || Array.isArray(calls))) return messages;
  const idOf = outgoingIds(ids);
  const earlier = new PendingCalls<Call>();
  let changed = false;
  const next = messages.map((message) => {
    const renamed = message.role === 'tool' ? withResultId(message, earlier, idOf) : withIds(message, earlier, idOf);
    changed ||= renamed !== message;
    return renamed;
  });
  return changed ? next : messages;
};

const withIds = (message: Fields, earlier: PendingCalls<Call>, idOf: (id: unknown) => string): Fields => {
  const { tool_calls: calls } = message;
  if (!Array.isArray(calls) || calls.length === 0) return message;
  const turn = calls.map((call: unknown): Call => {
    const id = isFields(call) ? call.id : undefined;
    return { id, outgoing: idOf(id) };
  });
  earlier.addTurn(turn);
  if (turn.every(({ id, outgoing }) => id === outgoing)) return message;
  return {
    ...message,
    tool_calls: calls.map((call: unknown, index) => (isFields(call) ? { ...call, id: turn[index]?.outgoing } : call)),
  };
};

const withResultId = (message: Fields, earlier: PendingCalls<Call>, idOf: (id: unknown) => string): Fields => {
  const { tool_call_id: id } = message;
  const outgoing = earlier.take(id)?.outgoing ?? idOf(id);
  return outgoing === id ? message : { ...message, tool_call_id: outgoing };
};

/** Returns a function that never returns an id twice. */
const outgoingIds = ({ pattern, prefix = '', length }: ToolCallIds): ((id: unknown) => string) => {
  const times = new Map<string, number>();
  const used = new Set<string>();
  return (given) => {
    const id = typeof given === 'string' ? given : JSON.stringify(given ?? '');
    const time = times.get(id) ?? 0;
    times.set(id, time + 1);
    let outgoing = time === 0 && pattern.test(id) ? id : `${prefix}${shortHash(JSON.stringify([id, time]), length)}`;
    for (let trial = 1; used.has(outgoing); trial++) {
      outgoing = `${prefix}${shortHash(JSON.stringify([id, time, trial]), length)}`;
    }
    used.add(outgoing);
    return outgoing;
  };
};
