import { legalHistory } from '../conversation/legal-history.js';
import { ToolNames, withSafeToolNames } from '../conversation/tool-names.js';
import { type Fields, present } from '../fields.js';
import { type Omitted, refuseAt } from './read-field.js';
import { type History, readMessages, readSystem } from './read-messages.js';
import { type Options, readOptions } from './read-options.js';
import { readTools } from './read-tools.js';

/** A request for a message, read. */
export interface MessagesRequest extends Omit<Options, 'fields'> {
  /** As a chat completion. It contains only fields that chat completions have. */
  readonly body: Fields;
  readonly omitted: Omitted;
  readonly names: ToolNames;
}

/**
 * Reads a request for a message. Fields that are unknown are left out.
 * @throws ChainError `invalid_request` for a field that a chat completion cannot carry out
 */
export const readRequest = (body: Fields, extraOf: History['extraOf'] = () => undefined): MessagesRequest => {
  const omitted: Omitted = new Set();
  const { fields, stops, showsThinking } = readOptions(body, omitted);
  const history = { omitted, extraOf };
  const all = [...readSystem(body.system, 'system', history), ...readMessages(body.messages, history)];
  const messages = legalHistory(all);
  if (messages.every(({ role }) => role === 'system')) {
    refuseAt('messages', 'Expected at least one message with content.');
  }
  const names = new ToolNames();
  const chat = present({
    model: body.model,
    messages,
    ...readTools(body, omitted),
    ...fields,
    stream: body.stream === true ? true : undefined,
  });
  return { body: withSafeToolNames(chat, names), omitted, stops, showsThinking, names };
};
