import { readMessage } from '../../protocols/messages/event-grammar.js';
import { checkStream } from '../../protocols/responses/event-grammar.js';
import { API_KEY } from '../../proxy.js';
import { piecesOf, type Stage } from './stage.js';

type Json = Record<string, unknown>;

/** A stream as a client understands it. */
export interface Understood {
  readonly text: string;
  /** Name and arguments of each tool call. */
  readonly calls: readonly string[];
  /** Type of each item or block. */
  readonly kinds: readonly string[];
  /** The id of the answer. */
  readonly id: unknown;
}

/** A protocol that callers and providers speak alike. */
export interface NativeDialect {
  readonly name: 'responses' | 'messages';
  readonly path: string;
  /** A body as JSON, with everything that JavaScript would write in another way, and `%MODEL%` for the model. */
  readonly body: string;
  /** The plain body of a streamed request. */
  readonly asked: Json;
  /** The beginning of a stream, which says nothing yet. */
  readonly begin: readonly string[];
  /** Reasoning, as a whole. */
  readonly reasoning: readonly string[];
  /** The beginning of a text; `place` is that of its item or block. */
  beginText(place: number): readonly string[];
  text(text: string, place: number): readonly string[];
  endText(text: string, place: number): readonly string[];
  /** A tool call: its beginning, and its end. */
  call(place: number): { readonly begin: readonly string[]; readonly end: readonly string[] };
  /** The last events. */
  end(text: string, hasCall?: boolean): readonly string[];
  /** The same as one answer. */
  whole(text: string): string;
  /** An error in the middle of a stream, with the words `Overloaded for now`. */
  readonly error: string;
  /** The body of a refusal with these words. */
  refusal(type: string, message: string): Json;
  /** Checks a stream by the grammar. @param isWhole it must end as a whole answer, and with an error otherwise */
  read(stream: string, isWhole?: boolean): Understood;
}

let sequence = 0;

const event = (type: string, fields: Json): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

const numbered = (type: string, fields: Json): string => event(type, { sequence_number: sequence++, ...fields });

const USAGE = {
  input_tokens: 111,
  input_tokens_details: { cached_tokens: 30 },
  output_tokens: 9,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 120,
};

const response = (more: Json): Json => ({
  id: 'resp_native1',
  object: 'response',
  created_at: 1_750_000_000,
  completed_at: null,
  status: 'in_progress',
  incomplete_details: null,
  model: 'a-model-of-theirs',
  previous_response_id: null,
  instructions: null,
  output: [],
  error: null,
  tools: [],
  tool_choice: 'auto',
  truncation: 'disabled',
  parallel_tool_calls: true,
  text: { format: { type: 'text' } },
  top_p: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  top_logprobs: 0,
  temperature: 1,
  reasoning: { effort: null, summary: null },
  usage: null,
  max_output_tokens: null,
  max_tool_calls: null,
  store: false,
  background: false,
  service_tier: 'default',
  metadata: {},
  safety_identifier: null,
  prompt_cache_key: null,
  ...more,
});

const message = (place: number, status: string, content: Json[]): Json => ({
  id: `msg_native${place}`,
  type: 'message',
  role: 'assistant',
  status,
  content,
});

const outputText = (text: string): Json => ({ type: 'output_text', text, annotations: [], logprobs: [] });

const itemAt = (place: number): Json => ({ item_id: `msg_native${place}`, output_index: place });

const textAt = (place: number): Json => ({ ...itemAt(place), content_index: 0 });

const functionCall = (place: number, args: string, status: string): Json => ({
  id: `fc_native${place}`,
  type: 'function_call',
  status,
  call_id: 'call_native',
  name: 'read',
  arguments: args,
});

const ARGS = '{"path":"a"}';

export const RESPONSES: NativeDialect = {
  name: 'responses',
  path: '/responses',
  body: `{ "input" : [{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAAA\\/+=="},
    {"role":"user","content":"Gr\\u00fc\\u00dfe \\/ 1"}], "model":"%MODEL%", "temperature": 1.0, "max_output_tokens":1E3,
    "metadata":{"model":"no","n":"12345678901234567890"}, "tools":[{"type":"web_search"},{"type":"function","name":"read","parameters":{"model":{}}}],
    "store":false,"a_new_field":[12345678901234567890] }`,
  asked: { model: 'default', input: 'Hello' },
  get begin() {
    sequence = 0;
    return [
      numbered('response.created', { response: response({}) }),
      numbered('response.in_progress', { response: response({}) }),
    ];
  },
  get reasoning() {
    const at = { item_id: 'rs_native0', output_index: 0, summary_index: 0 };
    const item = { id: 'rs_native0', type: 'reasoning', summary: [], status: 'in_progress', encrypted_content: 'gAAA' };
    const part = { type: 'summary_text', text: 'Hm.' };
    return [
      numbered('response.output_item.added', { output_index: 0, item }),
      numbered('response.reasoning_summary_part.added', { ...at, part: { ...part, text: '' } }),
      numbered('response.reasoning_summary_text.delta', { ...at, delta: 'Hm.' }),
      numbered('response.reasoning_summary_text.done', { ...at, text: 'Hm.' }),
      numbered('response.reasoning_summary_part.done', { ...at, part }),
      numbered('response.output_item.done', {
        output_index: 0,
        item: { ...item, summary: [part], status: 'completed' },
      }),
    ];
  },
  beginText: (place) => [
    numbered('response.output_item.added', { output_index: place, item: message(place, 'in_progress', []) }),
    numbered('response.content_part.added', { ...textAt(place), part: outputText('') }),
  ],
  text: (text, place) =>
    piecesOf(text).map((delta) => numbered('response.output_text.delta', { ...textAt(place), delta, logprobs: [] })),
  endText: (text, place) => [
    numbered('response.output_text.done', { ...textAt(place), text, logprobs: [] }),
    numbered('response.content_part.done', { ...textAt(place), part: outputText(text) }),
    numbered('response.output_item.done', {
      output_index: place,
      item: message(place, 'completed', [outputText(text)]),
    }),
  ],
  call: (place) => {
    const at = { item_id: `fc_native${place}`, output_index: place };
    return {
      begin: [
        numbered('response.output_item.added', { output_index: place, item: functionCall(place, '', 'in_progress') }),
        numbered('response.function_call_arguments.delta', { ...at, delta: ARGS.slice(0, 5) }),
      ],
      end: [
        numbered('response.function_call_arguments.delta', { ...at, delta: ARGS.slice(5) }),
        numbered('response.function_call_arguments.done', { ...at, arguments: ARGS, name: 'read' }),
        numbered('response.output_item.done', { output_index: place, item: functionCall(place, ARGS, 'completed') }),
      ],
    };
  },
  end: (text, hasCall = false) => {
    const output = [
      message(0, 'completed', [outputText(text)]),
      ...(hasCall ? [functionCall(1, ARGS, 'completed')] : []),
    ];
    const whole = response({ status: 'completed', completed_at: 1_750_000_001, output, usage: USAGE });
    return [numbered('response.completed', { response: whole })];
  },
  whole: (text) =>
    JSON.stringify(
      response({
        status: 'completed',
        completed_at: 1,
        output: [message(0, 'completed', [outputText(text)])],
        usage: USAGE,
      }),
      undefined,
      1,
    ),
  get error() {
    const error = { code: 'server_error', message: 'Overloaded for now' };
    return numbered('response.failed', { response: response({ status: 'failed', error }) });
  },
  refusal: (type, text) => ({ error: { message: text, type, code: type, param: null } }),
  read: (stream, isWhole = true) => {
    const { text, response: last, items } = checkStream(stream);
    if (isWhole !== (last.status === 'completed')) throw new Error(`the response is ${last.status}`);
    const calls = items.filter(({ type }) => type === 'function_call');
    return {
      text,
      calls: calls.map((call) => `${call.name} ${call.arguments}`),
      kinds: items.map(({ type }) => String(type)),
      id: last.id,
    };
  },
};

const deltaOf = (index: number, delta: Json): string => event('content_block_delta', { index, delta });

const start = (index: number, block: Json): string => event('content_block_start', { index, content_block: block });

const stop = (index: number): string => event('content_block_stop', { index });

const FIRST_USAGE = {
  input_tokens: 81,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 30,
  output_tokens: 1,
};

export const MESSAGES: NativeDialect = {
  name: 'messages',
  path: '/messages',
  body: `{"max_tokens":1024, "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],
    "messages":[{"role":"user","content":"Gr\\u00fc\\u00dfe \\/ 1"},
      {"role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":"EqQBCgIYAhIM1gbcDa9GJwZA2b3h"},{"type":"redacted_thinking","data":"EmwKAhgBEgy3va3pzix"},{"type":"text","text":"Ok"}]},
      {"role":"user","content":[{"type":"text","text":"On","cache_control":{"type":"ephemeral","ttl":"1h"}}]}],
    "temperature": 1.0 ,"model" : "%MODEL%","metadata":{"user_id":"{\\"model\\":\\"x\\"}"},"a_new_field":[12345678901234567890]}`,
  asked: { model: 'default', max_tokens: 1_024, messages: [{ role: 'user', content: 'Hello' }] },
  begin: [
    event('message_start', {
      message: {
        id: 'msg_native12345',
        type: 'message',
        role: 'assistant',
        model: 'a-model-of-theirs',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: FIRST_USAGE,
      },
    }),
    event('ping', {}),
  ],
  reasoning: [
    start(0, { type: 'thinking', thinking: '', signature: '' }),
    deltaOf(0, { type: 'thinking_delta', thinking: 'Hm.' }),
    deltaOf(0, { type: 'signature_delta', signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h' }),
    stop(0),
  ],
  beginText: (place) => [start(place, { type: 'text', text: '' })],
  text: (text, place) => piecesOf(text).map((piece) => deltaOf(place, { type: 'text_delta', text: piece })),
  endText: (_text, place) => [stop(place)],
  call: (place) => ({
    begin: [
      start(place, { type: 'tool_use', id: 'toolu_native', name: 'read', input: {} }),
      deltaOf(place, { type: 'input_json_delta', partial_json: ARGS.slice(0, 5) }),
    ],
    end: [deltaOf(place, { type: 'input_json_delta', partial_json: ARGS.slice(5) }), stop(place)],
  }),
  end: (_text, hasCall = false) => [
    event('message_delta', {
      delta: { stop_reason: hasCall ? 'tool_use' : 'end_turn', stop_sequence: null },
      usage: { ...FIRST_USAGE, output_tokens: 9 },
    }),
    event('message_stop', {}),
  ],
  whole: (text) =>
    JSON.stringify(
      {
        id: 'msg_native12345',
        type: 'message',
        role: 'assistant',
        model: 'a-model-of-theirs',
        content: [{ type: 'text', text }],
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: { ...FIRST_USAGE, output_tokens: 9 },
      },
      undefined,
      1,
    ),
  error: event('error', { error: { type: 'overloaded_error', message: 'Overloaded for now' } }),
  refusal: (type, text) => ({ type: 'error', error: { type, message: text } }),
  read: (stream, isWhole = true) => {
    const { message: whole } = readMessage(stream, isWhole);
    const { content } = whole;
    return {
      text: content.map((block) => block.text ?? '').join(''),
      calls: content.flatMap((block) =>
        block.type === 'tool_use' ? [`${block.name} ${JSON.stringify(block.input)}`] : [],
      ),
      kinds: content.map(({ type }) => type),
      id: whole.id,
    };
  },
};

export const DIALECTS = [RESPONSES, MESSAGES];

/** A whole stream with this text. */
export const nativeStream = (dialect: NativeDialect, text: string): string[] => [
  ...dialect.begin,
  ...dialect.beginText(0),
  ...dialect.text(text, 0),
  ...dialect.endText(text, 0),
  ...dialect.end(text),
];

/** The beginning of a stream, up to this text. */
export const nativeBeginning = (dialect: NativeDialect, text: string): string[] => [
  ...dialect.begin,
  ...dialect.beginText(0),
  ...dialect.text(text, 0),
];

/** Sends a request. @param body JSON, or fields in place of those of a plain streamed request */
export const ask = (
  stage: Stage,
  { path, asked }: NativeDialect,
  body: string | object = {},
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(`${stage.proxy.address}/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify({ ...asked, stream: true, ...body }),
  });
