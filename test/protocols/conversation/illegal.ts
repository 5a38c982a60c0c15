import type { Fields } from '../../../src/plugin/fields.js';

/** What a strict provider refuses about the order and the content of messages; empty if nothing. */
export const illegalIn = (messages: readonly Fields[]): readonly string[] => {
  const faults: string[] = [];
  let open: unknown[] = [];
  for (const [at, { role, content, tool_calls: calls, tool_call_id: id }] of messages.entries()) {
    if (role === 'tool') {
      if (!open.includes(id)) faults.push(`messages[${at}] answers no call`);
      else open.splice(open.indexOf(id), 1);
    } else if (open.length > 0) {
      faults.push(`messages[${at}] comes before the results of ${JSON.stringify(open)}`);
      open = [];
    }
    const isEmpty = content === null || content === undefined || content === '' || (content as unknown[]).length === 0;
    if (isEmpty && !(role === 'assistant' && Array.isArray(calls))) faults.push(`messages[${at}] is empty`);
    if (Array.isArray(calls)) {
      if (calls.length === 0) faults.push(`messages[${at}].tool_calls is empty`);
      open = calls.map((call: Fields) => call.id);
    }
  }
  if (open.length > 0) faults.push(`no results of ${JSON.stringify(open)}`);
  return faults;
};
