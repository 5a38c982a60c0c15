import { type Fields, isAbsent } from '../fields.js';
import {
  ASSISTANT_BLOCKS,
  blocksAt,
  contentOf,
  readBlock,
  readParts,
  SYSTEM_BLOCKS,
  USER_BLOCKS,
} from './read-block.js';
import { listAt, type Omitted, objectAt, refuseAt, textAt } from './read-field.js';
import { SIGNATURE } from './signature.js';

/** What reading messages needs besides them. */
export interface History {
  readonly omitted: Omitted;
  /** The fields that a provider put on the call with this id. */
  readonly extraOf: (id: string) => Fields | undefined;
}

type ReadTurn = (content: unknown, at: string, history: History) => readonly Fields[];

/** Returns the system prompt as chat messages. @throws ChainError `invalid_request` */
export const readSystem: ReadTurn = (content, at, { omitted }) => {
  if (isAbsent(content)) return [];
  const text = contentOf(readParts(content, at, SYSTEM_BLOCKS, omitted));
  return text === '' ? [] : [{ role: 'system', content: text }];
};

const readUser: ReadTurn = (content, at, { omitted }) => {
  const results: Fields[] = [];
  const parts: Fields[] = [];
  for (const [block, place] of blocksIn(content, at)) {
    if (block.type === 'tool_result') results.push(readResult(block, place, omitted));
    else parts.push(...readBlock(block, place, USER_BLOCKS, omitted));
  }
  return [...results, { role: 'user', content: contentOf(parts) }];
};

const readAssistant: ReadTurn = (content, at, { omitted, extraOf }) => {
  const calls: Fields[] = [];
  const parts: Fields[] = [];
  const thoughts: string[] = [];
  for (const [block, place] of blocksIn(content, at)) {
    if (isOurThinking(block)) thoughts.push(block.thinking);
    else if (block.type === 'tool_use') calls.push(readCall(block, place, extraOf));
    else parts.push(...readBlock(block, place, ASSISTANT_BLOCKS, omitted));
  }
  const other = parts.find(({ type }) => type !== 'text');
  if (other !== undefined) refuseAt(at, 'An assistant message can contain text and tool calls only.');
  // One text may be in several blocks.
  const message = { role: 'assistant', content: contentOf(parts, '') };
  if (calls.length === 0) return [message];
  // Some models want the reasoning of their calls back; all others never see it.
  const reasoning = thoughts.length === 0 ? {} : { reasoning_content: thoughts.join('\n\n') };
  return [{ ...message, ...reasoning, tool_calls: calls }];
};

const isOurThinking = (block: Fields): block is Fields & { readonly thinking: string } =>
  block.type === 'thinking' && block.signature === SIGNATURE && typeof block.thinking === 'string';

const TURNS: Readonly<Record<string, ReadTurn>> = { user: readUser, assistant: readAssistant, system: readSystem };

/**
 * Returns the messages of a chat completion, in the order in which they came. They may be empty.
 * @throws ChainError `invalid_request` that names the message and the block
 */
export const readMessages = (messages: unknown, history: History): readonly Fields[] =>
  listAt(messages, 'messages').flatMap((each, index) => {
    const at = `messages.${index}`;
    const { role, content } = objectAt(each, at);
    const name = textAt(role, `${at}.role`);
    const read = Object.hasOwn(TURNS, name) ? TURNS[name] : undefined;
    if (read === undefined) return refuseAt(`${at}.role`, 'Expected user, assistant or system.');
    if (isAbsent(content)) return refuseAt(`${at}.content`, 'Field required.');
    return read(content, `${at}.content`, history);
  });

const blocksIn = (content: unknown, at: string): readonly (readonly [Fields, string])[] =>
  typeof content === 'string'
    ? [[{ type: 'text', text: content }, at]]
    : blocksAt(content, at).map((block, index) => [objectAt(block, `${at}.${index}`), `${at}.${index}`]);

const readCall = ({ id, name, input }: Fields, at: string, extraOf: History['extraOf']): Fields => {
  const given = textAt(id, `${at}.id`);
  const called = {
    name: textAt(name, `${at}.name`),
    arguments: isAbsent(input) ? '{}' : jsonAt(objectAt(input, `${at}.input`), `${at}.input`),
  };
  return { ...extraOf(given), id: given, type: 'function', function: called };
};

const jsonAt = (value: Fields, at: string): string => {
  try {
    return JSON.stringify(value);
  } catch {
    return refuseAt(at, 'It is nested too deeply.');
  }
};

const readResult = ({ tool_use_id, content, is_error }: Fields, at: string, omitted: Omitted): Fields => {
  const parts = isAbsent(content) ? [] : readParts(content, `${at}.content`, USER_BLOCKS, omitted);
  return {
    role: 'tool',
    tool_call_id: textAt(tool_use_id, `${at}.tool_use_id`),
    content: contentOf(is_error === true ? asError(parts) : parts),
  };
};

/** Chat completions cannot mark a result as an error: its text says so. */
const asError = (parts: readonly Fields[]): readonly Fields[] => {
  const [first, ...rest] = parts;
  if (first === undefined) return [{ type: 'text', text: 'Error: (no output)' }];
  if (first.type !== 'text') return [{ type: 'text', text: 'Error:' }, ...parts];
  return SAYS_ERROR.test(String(first.text)) ? parts : [{ ...first, text: `Error: ${first.text}` }, ...rest];
};

const SAYS_ERROR = /^\s*(?:<[^<>]{1,40}>\s*)?error\b/i;
