import { ChainError, type ErrorCode } from '../../plugin/door/errors.js';
import { isFields } from '../../plugin/fields.js';
import { legalHistory } from '../conversation/legal-history.js';
import {
  booleanAt,
  type Fields,
  isAbsent,
  LONGEST_SHOWN,
  listAt,
  numberAt,
  objectAt,
  present,
  quoted,
  refuseField,
  textAt,
} from '../fields.js';
import type { CallerMemory } from '../memory.js';
import { type Dialect, Omissions } from './dialect.js';
import { readInput } from './read-input.js';
import { readTools } from './read-tools.js';
import { chatDialect, RequestTools } from './request-tools.js';

/** Whether a request body has the form of the Responses API: `input` in place of `messages`. */
export const isResponsesRequest = ({ messages, input }: Fields): boolean => isAbsent(messages) && !isAbsent(input);

interface Refused {
  readonly code?: ErrorCode;
  readonly why: string;
}

/** Fields that need an answer which OpenAI keeps, or that only OpenAI can carry out. */
const REFUSED: Readonly<Record<string, Refused>> = {
  previous_response_id: {
    code: 'previous_response_not_found',
    why: 'refers to an earlier answer, which 429chain does not keep. Send the whole conversation in "input"',
  },
  conversation: {
    why: 'refers to a conversation, which 429chain does not keep. Send the whole conversation in "input"',
  },
  prompt: { why: 'refers to a stored prompt, which 429chain does not have. Send its text in "instructions"' },
  background: { why: 'is not possible: 429chain keeps no answers that you could fetch later' },
};

/** Fields that a chat completion has with the same meaning. */
const SAME: readonly string[] = ['model', 'stream', 'temperature', 'top_p', 'presence_penalty', 'frequency_penalty'];

/** Fields that reach a provider, or decide what becomes of the answer. A provider's refusal would name another field. */
const TYPES: Readonly<Record<string, (value: unknown, param: string) => unknown>> = {
  stream: booleanAt,
  temperature: numberAt,
  top_p: numberAt,
  presence_penalty: numberAt,
  frequency_penalty: numberAt,
  max_output_tokens: numberAt,
  top_logprobs: numberAt,
  parallel_tool_calls: booleanAt,
};

/** Fields that are carried out in another form, or that say nothing about the answer. */
const CARRIED_OUT: ReadonlySet<string> = new Set([
  ...SAME,
  ...Object.keys(REFUSED),
  'messages',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_output_tokens',
  'reasoning',
  'text',
  'top_logprobs',
  'metadata',
  'store',
]);

/** Defaults, which ask for nothing. */
const DEFAULTS: Readonly<Record<string, unknown>> = { truncation: 'disabled', service_tier: 'auto' };

/** A request of the Responses API, read. */
export interface ReadRequest {
  /** The chat completion. It has only fields that chat completions have. */
  readonly body: Fields;
  readonly omissions: Omissions;
  readonly tools: RequestTools;
}

/**
 * Translates a request of the Responses API to a chat completion.
 * @throws ChainError that names a field which cannot be carried out
 */
export const readRequest = (asked: Fields, memory: CallerMemory): ReadRequest => {
  const omissions = new Omissions();
  const tools = new RequestTools(memory);
  if (isAbsent(asked.input)) refuseField('input', 'is missing');
  for (const [name, valueAt] of Object.entries(TYPES)) if (!isAbsent(asked[name])) valueAt(asked[name], name);
  const { messages, ...fields } = translated(asked, tools, omissions);
  const legal = legalHistory(messages).map(withOneText);
  if (legal.length === 0) refuseField('input', 'has no message with content');
  noteOmitted(asked, omissions);
  const same = Object.fromEntries(SAME.map((name) => [name, asked[name]]));
  return { body: present({ ...same, ...fields, messages: legal }), omissions, tools };
};

/**
 * Translates the body of a chat completion in the form of the Responses API, as Cursor sends it to `/chat/completions`.
 * Cursor gets chat completions as they are. Unknown fields stay, because they may be fields of a chat completion.
 * @throws ChainError that names a field without a counterpart
 */
export const readOnChatPath = (body: Fields): Fields => {
  const rest = Object.fromEntries(Object.entries(body).filter(([name]) => !NOT_ON_CHAT_PATH.has(name)));
  const { text, max_tokens, stream_options } = body;
  const verbosity = isAbsent(text) ? undefined : objectAt(text, 'text').verbosity;
  const include_usage = isAbsent(stream_options) ? undefined : objectAt(stream_options, 'stream_options').include_usage;
  return {
    ...rest,
    ...present({ max_tokens, verbosity }),
    ...(isAbsent(include_usage) ? {} : { stream_options: { include_usage } }),
    ...translated(body, chatDialect, new Omissions()),
  };
};

const NOT_ON_CHAT_PATH: ReadonlySet<string> = new Set([
  ...[...CARRIED_OUT].filter((name) => !SAME.includes(name) && name !== 'store' && name !== 'metadata'),
  'max_tokens',
  'stream_options',
  'include',
  'truncation',
  'max_tool_calls',
]);

/** A list of nothing but texts becomes one text: some providers take no lists. */
const withOneText = (message: Fields): Fields => {
  const { content } = message;
  if (!Array.isArray(content) || !content.every((part) => isFields(part) && part.type === 'text')) return message;
  return { ...message, content: content.map(({ text }) => text).join('\n\n') };
};

/** The fields of a chat completion that have another form in the Responses API. */
const translated = (
  body: Fields,
  dialect: Dialect,
  omissions: Omissions,
): Fields & { readonly messages: readonly Fields[] } => {
  refuseWhatIsKept(body);
  // Before the input: a tool of this request keeps its name when an earlier call has a similar one.
  const tools = readTools(body, dialect, omissions);
  const { input, instructions, max_output_tokens, reasoning, text, top_logprobs } = body;
  return {
    messages: readInput(instructions, input, dialect, omissions),
    ...tools,
    ...present({
      // Sent as `max_tokens`, which more providers accept than `max_completion_tokens`.
      max_tokens: max_output_tokens,
      reasoning_effort: isAbsent(reasoning) ? undefined : readEffort(objectAt(reasoning, 'reasoning')),
      response_format: isAbsent(text) ? undefined : readFormat(objectAt(text, 'text').format),
      ...(wantsLogprobs(body) ? { logprobs: true, top_logprobs } : {}),
    }),
  };
};

const refuseWhatIsKept = (body: Fields): void => {
  for (const [name, { code = 'invalid_request', why }] of Object.entries(REFUSED)) {
    const value = body[name];
    if (isAbsent(value) || value === false || value === '') continue;
    throw new ChainError(code, `"${name}" ${why}.`, { param: name });
  }
};

const wantsLogprobs = ({ top_logprobs: top, include }: Fields): boolean =>
  (!isAbsent(top) && top !== 0) || (Array.isArray(include) && include.includes(LOGPROBS));

const LOGPROBS = 'message.output_text.logprobs';

const readEffort = ({ effort }: Fields): string | undefined =>
  isAbsent(effort) ? undefined : textAt(effort, 'reasoning.effort');

/** What `text.format` says about the form of the answer. */
const readFormat = (format: unknown): Fields | undefined => {
  if (isAbsent(format)) return undefined;
  const fields = objectAt(format, 'text.format');
  const type = textAt(fields.type, 'text.format.type');
  switch (type) {
    case 'text':
      return undefined;
    case 'json_object':
      return { type };
    case 'json_schema':
      return { type, json_schema: readSchema(fields) };
    default:
      return refuseField('text.format.type', `is ${quoted(type)}, which chat completions do not have`);
  }
};

const readSchema = (format: Fields): Fields => {
  // Some clients send the form of chat completions.
  const isNested = !isAbsent(format.json_schema);
  const at = isNested ? 'text.format.json_schema' : 'text.format';
  const { name, schema, strict, description } = isNested ? objectAt(format.json_schema, at) : format;
  return present({
    name: textAt(name ?? 'response', `${at}.name`),
    schema: objectAt(schema, `${at}.schema`),
    strict,
    description,
  });
};

/** Notes the fields that only tune an answer, and unknown ones. */
const noteOmitted = (asked: Fields, omissions: Omissions): void => {
  const tuning = Object.entries(asked).filter(([name, value]) => !CARRIED_OUT.has(name) && asks(name, value));
  if (tuning.length > 0) omissions.add(listed(tuning.map(([name]) => name)), 'chat completions have no such fields');
  if (!isAbsent(asked.text) && !isAbsent(objectAt(asked.text, 'text').verbosity)) {
    omissions.add('text.verbosity', 'few providers know it');
  }
};

const MOST_LISTED = 20;

/** Names as the log has them: callers choose them, so neither their number nor their length has a bound. */
const listed = (names: readonly string[]): string => {
  const shown = names.slice(0, MOST_LISTED).map((name) => (name.length > LONGEST_SHOWN ? quoted(name) : name));
  const more = names.length - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more} more`;
};

const asks = (name: string, value: unknown): boolean => {
  if (isAbsent(value) || value === false || value === '' || value === DEFAULTS[name]) return false;
  if (name === 'include') return listAt(value, name).some((each) => each !== LOGPROBS);
  return !Array.isArray(value) || value.length > 0;
};
