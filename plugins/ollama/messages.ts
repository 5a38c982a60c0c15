import { type Fields, isFields } from '429chain/plugin';
import { contentOf } from './content.js';
import { objectsAt, refuse, textAt } from './fields.js';

/** The result of a call that has none: the caller interrupted it. */
const INTERRUPTED = '(no result: interrupted)';

interface Call {
  readonly id: string;
  /** The id that the client gave it, if any. */
  readonly given: unknown;
  readonly name: string;
}

/**
 * Returns Ollama's messages as those of a chat completion. Its tool calls have no ids: each gets one, and a result belongs to
 * the first call of the last answer that has no result yet, by `tool_name` where the result has one. A call without a result
 * is said to be interrupted, and a result without a call becomes a message of the user.
 * @throws ChainError for a message that cannot be read
 */
export const messagesOf = (value: unknown): readonly Fields[] => {
  const messages: Fields[] = [];
  let open: Call[] = [];
  /** Pictures and stray results come after the results of all calls. */
  let later: Fields[] = [];
  const settle = (): void => {
    for (const { id } of open) messages.push({ role: 'tool', tool_call_id: id, content: INTERRUPTED });
    messages.push(...later);
    open = [];
    later = [];
  };
  for (const [index, message] of objectsAt(value, 'messages').entries()) {
    const at = `messages[${index}]`;
    const text = textAt(message.content, `${at}.content`);
    if (message.role === 'tool') {
      const call = callFor(message, open);
      open = open.filter((each) => each !== call);
      if (call === undefined) later.push({ role: 'user', content: contentOf(text, message.images, `${at}.images`) });
      else {
        messages.push({ role: 'tool', tool_call_id: call.id, content: text === '' ? '(no output)' : text });
        const pictures = contentOf('', message.images, `${at}.images`);
        if (pictures !== '') later.push({ role: 'user', content: pictures });
      }
      continue;
    }
    settle();
    if (message.role === 'assistant') {
      const calls = objectsAt(message.tool_calls, `${at}.tool_calls`).map((call, place) =>
        callAt(call, `call_${index}_${place}`, `${at}.tool_calls[${place}]`),
      );
      open = calls.map(({ call }) => call);
      // Reasoning is not sent back: providers take only their own.
      if (calls.length > 0) {
        const tool_calls = calls.map(({ sent }) => sent);
        messages.push({ role: 'assistant', content: text === '' ? null : text, tool_calls });
      } else if (text !== '') messages.push({ role: 'assistant', content: text });
    } else if (message.role === 'system' || message.role === 'user' || message.role === 'developer') {
      messages.push({ role: message.role, content: contentOf(text, message.images, `${at}.images`) });
    } else refuse(`${at}.role`, 'Expected system, user, assistant or tool.');
  }
  settle();
  return messages;
};

const callFor = ({ tool_call_id: id, tool_name: name }: Fields, open: readonly Call[]): Call | undefined => {
  if (typeof id === 'string' && id !== '') {
    const found = open.find((call) => call.given === id);
    if (found !== undefined) return found;
  }
  const isNamed = typeof name === 'string' && name !== '';
  return open.find((call) => !isNamed || call.name === name) ?? open[0];
};

const callAt = (call: Fields, id: string, at: string): { call: Call; sent: Fields } => {
  const called = call.function;
  if (!isFields(called) || typeof called.name !== 'string' || called.name === '') {
    return refuse(`${at}.function.name`, 'Expected the name of a tool.');
  }
  const { name, arguments: given } = called;
  // Some clients send them as JSON already.
  const text = typeof given === 'string' ? given : JSON.stringify(given ?? {});
  return {
    call: { id, given: call.id, name },
    sent: { id, type: 'function', function: { name, arguments: text.trim() === '' ? '{}' : text } },
  };
};
