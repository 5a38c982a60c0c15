import { isFields } from '../../plugin/fields.js';
import { type Fields, isAbsent, listAt, objectAt, quoted, refuseField, textAt } from '../fields.js';
import { type ClientCall, callOf, clientResultsIn, resultOf } from './client-tools.js';
import type { Dialect, Omissions } from './dialect.js';
import { readContent } from './read-content.js';

interface ChatMessage {
  readonly role: string;
  content: string | readonly Fields[] | null;
  tool_calls?: Fields[];
  /** Few providers take it; all others never see it. */
  reasoning_content?: string;
  readonly tool_call_id?: string;
}

/** What messages have in place of a role of the Responses API. Few providers know `developer`. */
const ROLES: Readonly<Record<string, string>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
};

/** Items about things that were done elsewhere. Their results are in the messages. */
const DONE_ELSEWHERE: ReadonlySet<string> = new Set([
  'web_search_call',
  'image_generation_call',
  'code_interpreter_call',
  'file_search_call',
  'mcp_list_tools',
  'mcp_call',
  'mcp_approval_request',
  'mcp_approval_response',
  'tool_search_call',
  'tool_search_output',
  'additional_tools',
  'compaction_trigger',
  'program',
  'program_output',
  'configuration_update',
]);

/**
 * Returns the messages of a chat completion. An assistant's text and the tool calls beside it are one message, as chat
 * completions require.
 * @param instructions the system message, if any
 * @param input a text, or a list of items in the form of the Responses API
 * @throws ChainError `invalid_request` for an item that has no form in a chat completion
 */
export const readInput = (
  instructions: unknown,
  input: unknown,
  dialect: Dialect,
  omissions: Omissions,
): readonly Fields[] => new InputReader(dialect, omissions).read(instructions, input);

class InputReader {
  readonly #messages: ChatMessage[] = [];
  readonly #dialect: Dialect;
  readonly #omissions: Omissions;
  /** The reasoning of the turn that is being read. */
  #reasoning = '';
  /** The results of tools that clients have. */
  #clientResults: ReadonlySet<string> = new Set();

  constructor(dialect: Dialect, omissions: Omissions) {
    this.#dialect = dialect;
    this.#omissions = omissions;
  }

  read(instructions: unknown, input: unknown): readonly Fields[] {
    if (!isAbsent(instructions) && instructions !== '') {
      this.#messages.push({ role: 'system', content: textAt(instructions, 'instructions') });
    }
    if (typeof input === 'string') return asFields([...this.#messages, { role: 'user', content: input }]);
    if (!Array.isArray(input)) refuseField('input', 'must be a string or an array');
    const items = listAt(input, 'input').map((item, index) => objectAt(item, `input[${index}]`));
    if (items.length === 0) refuseField('input', 'is empty; it needs at least one item');
    this.#clientResults = clientResultsIn(items);
    for (const [index, item] of items.entries()) this.#addItem(item, `input[${index}]`);
    return asFields(this.#messages);
  }

  #addItem(item: Fields, at: string): void {
    const type = typeOf(item, at);
    switch (type) {
      case 'message':
        this.#addMessage(item, at);
        return;
      case 'function_call':
        this.#addFunctionCall(item, at);
        return;
      case 'custom_tool_call':
        this.#addCustomCall(item, at);
        return;
      case 'function_call_output':
      case 'custom_tool_call_output':
        this.#addResult(textAt(item.call_id, `${at}.call_id`), readContent(item.output ?? '', `${at}.output`));
        return;
      case 'reasoning':
        this.#addReasoning(reasoningIn(item));
        return;
      case 'item_reference':
        this.#addReferenced(item, at);
        return;
      case 'compaction':
      case 'compaction_summary':
        this.#omissions.warn(`${at} (${type})`, 'only OpenAI can read a compacted conversation');
        return;
    }
    if (DONE_ELSEWHERE.has(type))
      this.#omissions.add(`${at} (${type})`, 'it tells of something that was done elsewhere');
    else if (!this.#addClientTool(item, type, at)) {
      refuseField(`${at}.type`, `is ${quoted(type)}, which a chat completion cannot contain`);
    }
  }

  #addReasoning(text: string): void {
    if (text !== '') this.#reasoning += this.#reasoning === '' ? text : `\n\n${text}`;
  }

  #addMessage({ role, content }: Fields, at: string): void {
    const known = typeof role === 'string' && Object.hasOwn(ROLES, role) ? ROLES[role] : undefined;
    const chatRole = known ?? refuseField(`${at}.role`, 'must be "system", "developer", "user" or "assistant"');
    if (chatRole !== 'assistant') this.#reasoning = '';
    const read = readContent(content, `${at}.content`);
    const last = this.#messages.at(-1);
    if (chatRole === 'assistant' && last?.tool_calls !== undefined && last.content === null) last.content = read;
    else this.#messages.push({ role: chatRole, content: read });
  }

  #addFunctionCall(item: Fields, at: string): void {
    const name = this.#nameOf(item, at);
    this.#addCall(textAt(item.call_id, `${at}.call_id`), {
      type: 'function',
      function: { name, arguments: isAbsent(item.arguments) ? '' : textAt(item.arguments, `${at}.arguments`) },
    });
  }

  #addCustomCall(item: Fields, at: string): void {
    const call = this.#dialect.customCall(this.#nameOf(item, at), textAt(item.input, `${at}.input`));
    this.#addCall(textAt(item.call_id, `${at}.call_id`), call);
  }

  #nameOf({ name, namespace }: Fields, at: string): string {
    const tool = textAt(name, `${at}.name`);
    return this.#dialect.nameOf(tool, isAbsent(namespace) ? undefined : textAt(namespace, `${at}.namespace`));
  }

  /** @returns whether the item is a call of a client's tool that is no function, or the result of one */
  #addClientTool(item: Fields, type: string, at: string): boolean {
    const call: ClientCall | undefined = callOf(item, type);
    if (call !== undefined) {
      if (!this.#clientResults.has(call.result)) this.#omissions.add(`${at} (${type})`, 'it has no result');
      else this.#addCall(call.id, { type: 'function', function: { name: call.name, arguments: call.arguments } });
      return true;
    }
    const result = resultOf(item, type, at);
    if (result !== undefined) this.#addResult(result.id, result.content);
    return result !== undefined;
  }

  #addCall(id: string, call: Fields): void {
    const whole = { ...this.#dialect.memory?.extraOf(id), id, ...call };
    const last = this.#messages.at(-1);
    const message: ChatMessage = last?.role === 'assistant' ? last : { role: 'assistant', content: null };
    if (message !== last) this.#messages.push(message);
    message.tool_calls ??= [];
    message.tool_calls.push(whole);
    // Some models want the reasoning of their calls back. It never becomes text of the assistant.
    if (this.#reasoning !== '') message.reasoning_content ??= this.#reasoning;
    this.#reasoning = '';
  }

  #addResult(id: string, content: string | readonly Fields[]): void {
    this.#messages.push({ role: 'tool', tool_call_id: id, content });
  }

  /** Puts a remembered item in the place of a reference to it. */
  #addReferenced(item: Fields, at: string): void {
    const id = textAt(item.id, `${at}.id`);
    const known = this.#dialect.memory?.itemOf(id);
    if (known !== undefined) this.#addItem(known, at);
    else if (!id.startsWith('rs_')) {
      refuseField(
        at,
        `refers to the item ${quoted(id)}, which 429chain does not have. Send the item itself; with the AI SDK, set providerOptions.openai.store = false`,
      );
    }
  }
}

/** The text of a reasoning item: the whole of it, or else its summary. */
const reasoningIn = ({ summary, content }: Fields): string => {
  const parts = Array.isArray(content) && content.length > 0 ? content : summary;
  const texts = Array.isArray(parts) ? parts.map((part) => (isFields(part) ? part.text : undefined)) : [];
  return texts.filter((text) => typeof text === 'string' && text !== '').join('\n\n');
};

/** An item with nothing but an id is a reference. */
const typeOf = ({ type, id, role, content }: Fields, at: string): string => {
  if (!isAbsent(type)) return textAt(type, `${at}.type`);
  return typeof id === 'string' && isAbsent(role) && isAbsent(content) ? 'item_reference' : 'message';
};

const asFields = (messages: readonly ChatMessage[]): readonly Fields[] => messages.map((message) => ({ ...message }));
