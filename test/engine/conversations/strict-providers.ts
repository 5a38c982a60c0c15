import type { ConversationRules } from '429chain/plugin';
import { type Answerer, reply } from '../../scripted-upstream.js';

type Fields = Readonly<Record<string, unknown>>;
type Messages = readonly Fields[];

/** A provider that refuses what it does not take, in the words of a real one. */
export interface StrictProvider {
  /** What a provider type of its own would state. */
  readonly conversation: readonly ConversationRules[];
  /** The name of its model. */
  readonly model: string;
  /** What it says about a request that it refuses; empty if it takes it. */
  readonly faultsIn: (body: Fields) => readonly string[];
  /** The assistant's message with its `number`-th answer: a call of `look` with `mark` as argument. */
  readonly answer: (number: number, mark: string) => Fields;
}

const callsIn = ({ tool_calls: calls }: Fields): readonly Fields[] => (Array.isArray(calls) ? calls : []);

/** What every provider refuses: results that are not right behind their calls, and ids that are not unique. */
const orderFaults = (messages: Messages): string[] => {
  const faults: string[] = [];
  const seen = new Set<unknown>();
  let open: Fields[] = [];
  for (const [index, message] of messages.entries()) {
    const { role, tool_call_id: id, content } = message;
    if (role === 'tool') {
      const call = open.find((each) => each.id === id);
      if (call === undefined) faults.push(`messages[${index}] is the result of no call`);
      else if (content !== `result of ${markOf(call)}`) faults.push(`messages[${index}] is the result of another call`);
      open = open.filter((each) => each !== call);
      continue;
    }
    if (open.length > 0) faults.push(`messages[${index}] comes before results`);
    open = [...callsIn(message)];
    for (const call of open) {
      if (seen.has(call.id)) faults.push(`the id ${call.id} comes twice`);
      seen.add(call.id);
    }
  }
  return faults;
};

const markOf = (call: Fields): unknown => JSON.parse(String((call.function as Fields).arguments)).mark;

const call = (id: string, mark: string, more: Fields = {}): Fields => ({
  id,
  type: 'function',
  function: { name: 'look', arguments: JSON.stringify({ mark }) },
  ...more,
});

const unknownKeys = (fields: Fields, known: readonly string[]): readonly string[] =>
  Object.keys(fields).filter((key) => !known.includes(key));

const MESSAGE = ['role', 'content', 'tool_calls', 'tool_call_id', 'name'];
const CALL = ['id', 'type', 'function', 'index'];

export const MISTRAL: StrictProvider = {
  model: 'mistral-small',
  conversation: [
    {
      toolCallIds: { pattern: /^[a-zA-Z0-9]{9}$/, length: 9 },
      callFields: { fields: [] },
      lastAssistant: { prefix: true },
      system: 'first',
    },
  ],
  faultsIn: ({ messages }) => {
    const list = messages as Messages;
    const faults = orderFaults(list);
    for (const [index, message] of list.entries()) {
      if (message.role === 'system' && index > 0)
        faults.push(`Unexpected role 'system' after role '${list[index - 1]?.role}'`);
      for (const key of unknownKeys(message, [...MESSAGE, 'prefix'])) {
        faults.push(`messages.${index}.assistant.${key}: Extra inputs are not permitted`);
      }
      for (const [place, each] of callsIn(message).entries()) {
        for (const key of unknownKeys(each, CALL)) {
          faults.push(`messages.${index}.assistant.tool_calls.${place}.${key}: Extra inputs are not permitted`);
        }
        if (!/^[a-zA-Z0-9]{9}$/.test(String(each.id))) {
          faults.push(`Tool call id was ${each.id} but must be a-z, A-Z, 0-9, with a length of 9.`);
        }
      }
    }
    return faults.slice(0, 1);
  },
  answer: (number, mark) => ({ role: 'assistant', content: '', tool_calls: [call(`mistral0${number}`, mark)] }),
};

const SIGNATURE = 'CpwBAdHtim+/=';
const DUMMY = 'skip_thought_signature_validator';
const SCHEMA_KEYS = ['type', 'properties', 'required', 'description', 'enum', 'items', 'nullable', 'anyOf'];

const schemaFaults = (schema: unknown, at: string): string[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {} } = schema as Fields;
  return [
    ...unknownKeys(schema as Fields, SCHEMA_KEYS).map((key) => `Unknown name "${key}" at '${at}': Cannot find field.`),
    ...Object.values(properties as Fields).flatMap((each, index) =>
      schemaFaults(each, `${at}.properties[${index}].value`),
    ),
  ];
};

export const GEMINI: StrictProvider = {
  model: 'gemini-flash',
  conversation: [
    {
      callFields: {
        fields: ['extra_content'],
        placeholder: { extra_content: { google: { thought_signature: DUMMY } } },
      },
      plainSchemas: true,
    },
  ],
  faultsIn: ({ messages, tools }) => {
    const list = messages as Messages;
    const schemas = (tools as { function: Fields }[]).flatMap((tool, index) =>
      schemaFaults(tool.function.parameters, `tools[${index}].function_declarations[0].parameters`),
    );
    const keys = list.flatMap((message, index) =>
      unknownKeys(message, MESSAGE).map((key) => `Unknown name "${key}" at 'messages[${index}]': Cannot find field.`),
    );
    const shape = [...schemas, ...keys];
    if (shape.length > 0) return [shape.join('\n')];
    for (const message of list) {
      const [first] = callsIn(message);
      const extra = first?.extra_content as { google?: Fields } | undefined;
      const signature = extra?.google?.thought_signature;
      if (first !== undefined && signature !== SIGNATURE && signature !== DUMMY) {
        return [
          'Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly.',
        ];
      }
      const isOwn = String((first?.function as Fields | undefined)?.arguments).includes('gemini');
      if (first !== undefined && isOwn !== (signature === SIGNATURE)) return ['Thought signature is not valid'];
    }
    return orderFaults(list);
  },
  answer: (number, mark) => ({
    role: 'assistant',
    tool_calls: [
      call(`gemini/${number}+${'x'.repeat(60)}=`, mark, {
        extra_content: { google: { thought_signature: SIGNATURE } },
      }),
    ],
  }),
};

export const KIMI: StrictProvider = {
  model: 'kimi-k2',
  conversation: [{ reasoning: { fields: ['reasoning_content'], placeholder: ' ' }, callFields: { fields: [] } }],
  faultsIn: ({ messages }) => {
    const list = messages as Messages;
    for (const [index, message] of list.entries()) {
      const { reasoning_content: reasoning } = message;
      const [first] = callsIn(message);
      if (first === undefined) continue;
      if (typeof reasoning !== 'string' || reasoning === '') {
        return [
          `thinking is enabled but reasoning_content is missing in assistant tool call message at index ${index}`,
        ];
      }
      const mark = String(markOf(first));
      if (mark.includes('kimi') && reasoning !== `thinking about ${mark}`)
        return ['reasoning_content is not the one of this message'];
    }
    return orderFaults(list);
  },
  // The same id in every turn.
  answer: (_number, mark) => ({
    role: 'assistant',
    content: 'I look.',
    reasoning_content: `thinking about ${mark}`,
    tool_calls: [call('functions.look:0', mark)],
  }),
};

/** Answers as `provider` does: refuses, or calls a tool. */
export const strict = (
  provider: StrictProvider,
  name: string,
): { readonly answerer: Answerer; readonly refusals: string[] } => {
  const refusals: string[] = [];
  let number = 0;
  const answerer: Answerer = (res, request) => {
    const [fault] = provider.faultsIn(request.body);
    if (fault !== undefined) {
      refusals.push(fault);
      return reply(400, { error: { message: fault, type: 'invalid_request_error' } })(res, request);
    }
    number++;
    const message = provider.answer(number, `${name} ${number}`);
    return reply(200, {
      id: `answer-${number}`,
      object: 'chat.completion',
      created: 1,
      model: provider.model,
      choices: [{ index: 0, message, finish_reason: 'tool_calls' }],
      usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 },
    })(res, request);
  };
  return { answerer, refusals };
};
