import { type Fields, isAbsent, listAt, objectAt, refuseField, textAt } from '../fields.js';
import { readContent } from './read-content.js';

interface ChatMessage {
  readonly role: string;
  content: string | readonly Fields[] | null;
  tool_calls?: Fields[];
  readonly tool_call_id?: string;
}

const ROLES: readonly unknown[] = ['system', 'developer', 'user', 'assistant'];

/** Items that only tell how an earlier answer was made. */
const WITHOUT_MESSAGE: readonly unknown[] = ['reasoning'];

/**
 * Returns the messages of a chat completion. An assistant's text and the tool calls beside it are one message, as chat
 * completions require.
 * @param instructions the system message, if any
 * @param input a text, or a list of items in the form of the Responses API
 * @throws ChainError `invalid_request` for an item that has no form in a chat completion
 */
export const readInput = (instructions: unknown, input: unknown): readonly ChatMessage[] => {
  const messages: ChatMessage[] = [];
  if (!isAbsent(instructions) && instructions !== '') {
    messages.push({ role: 'system', content: textAt(instructions, 'instructions') });
  }
  if (typeof input === 'string') return [...messages, { role: 'user', content: input }];
  const items = listAt(input, 'input');
  if (items.length === 0) refuseField('input', 'is empty; it needs at least one item');
  for (const [index, value] of items.entries())
    addItem(messages, objectAt(value, `input[${index}]`), `input[${index}]`);
  return messages;
};

const addItem = (messages: ChatMessage[], item: Fields, at: string): void => {
  const { type = 'message' } = item;
  if (WITHOUT_MESSAGE.includes(type)) return;
  switch (type) {
    case 'message':
      addMessage(messages, item, at);
      break;
    case 'function_call':
      addCall(messages, item, at, {
        type: 'function',
        function: { name: textAt(item.name, `${at}.name`), arguments: textAt(item.arguments, `${at}.arguments`) },
      });
      break;
    case 'custom_tool_call':
      addCall(messages, item, at, {
        type: 'custom',
        custom: { name: textAt(item.name, `${at}.name`), input: textAt(item.input, `${at}.input`) },
      });
      break;
    case 'function_call_output':
    case 'custom_tool_call_output':
      messages.push({
        role: 'tool',
        tool_call_id: textAt(item.call_id, `${at}.call_id`),
        content: readContent(item.output, `${at}.output`),
      });
      break;
    default:
      refuseField(`${at}.type`, `is ${JSON.stringify(type)}, which a chat completion cannot contain`);
  }
};

const addMessage = (messages: ChatMessage[], { role, content }: Fields, at: string): void => {
  if (!ROLES.includes(role)) refuseField(`${at}.role`, 'must be "system", "developer", "user" or "assistant"');
  const read = readContent(content, `${at}.content`);
  const last = messages.at(-1);
  if (role === 'assistant' && last?.tool_calls !== undefined && last.content === null) last.content = read;
  else messages.push({ role: String(role), content: read });
};

const addCall = (messages: ChatMessage[], item: Fields, at: string, call: Fields): void => {
  const whole = { id: textAt(item.call_id, `${at}.call_id`), ...call };
  const last = messages.at(-1);
  if (last?.role !== 'assistant') messages.push({ role: 'assistant', content: null, tool_calls: [whole] });
  else if (last.tool_calls === undefined) last.tool_calls = [whole];
  else last.tool_calls.push(whole);
};
