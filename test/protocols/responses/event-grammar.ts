import { expect } from 'chai';

type Json = Record<string, unknown>;

/** One event of a streamed response. */
export interface ResponseEvent extends Json {
  readonly type: string;
  readonly sequence_number: number;
}

/** A stream that keeps to the grammar. */
export interface CheckedStream {
  readonly events: readonly ResponseEvent[];
  /** The types of the events, in order. */
  readonly types: readonly string[];
  /** The response in the last event. */
  readonly response: Json & { readonly output: readonly Json[]; readonly status: string };
  /** The items that are done, in order. */
  readonly items: readonly Json[];
  /** What follows from the deltas of text. */
  readonly text: string;
}

/** The fields that a response always has. */
const RESPONSE_FIELDS = [
  ...['id', 'object', 'created_at', 'completed_at', 'status', 'incomplete_details', 'model', 'previous_response_id'],
  ...['instructions', 'output', 'error', 'tools', 'tool_choice', 'truncation', 'parallel_tool_calls', 'text', 'top_p'],
  ...['presence_penalty', 'frequency_penalty', 'top_logprobs', 'temperature', 'reasoning', 'usage'],
  ...['max_output_tokens', 'max_tool_calls', 'store', 'background', 'service_tier', 'metadata', 'safety_identifier'],
  'prompt_cache_key',
];

const PREFIXES: Readonly<Record<string, RegExp>> = {
  message: /^msg_\w+$/,
  reasoning: /^rs_\w+$/,
  function_call: /^fc_\w+$/,
  custom_tool_call: /^ctc_\w+$/,
};

/** Type of event → the fields that it has beside `type` and `sequence_number`. */
const EVENT_FIELDS: Readonly<Record<string, readonly string[]>> = {
  'response.created': ['response'],
  'response.in_progress': ['response'],
  'response.output_item.added': ['output_index', 'item'],
  'response.output_item.done': ['output_index', 'item'],
  'response.content_part.added': ['item_id', 'output_index', 'content_index', 'part'],
  'response.content_part.done': ['item_id', 'output_index', 'content_index', 'part'],
  'response.output_text.delta': ['item_id', 'output_index', 'content_index', 'delta', 'logprobs'],
  'response.output_text.done': ['item_id', 'output_index', 'content_index', 'text', 'logprobs'],
  'response.refusal.delta': ['item_id', 'output_index', 'content_index', 'delta'],
  'response.refusal.done': ['item_id', 'output_index', 'content_index', 'refusal'],
  'response.function_call_arguments.delta': ['item_id', 'output_index', 'delta'],
  'response.function_call_arguments.done': ['item_id', 'output_index', 'arguments', 'name'],
  'response.custom_tool_call_input.delta': ['item_id', 'output_index', 'delta'],
  'response.custom_tool_call_input.done': ['item_id', 'output_index', 'input'],
  'response.reasoning_summary_part.added': ['item_id', 'output_index', 'summary_index', 'part'],
  'response.reasoning_summary_part.done': ['item_id', 'output_index', 'summary_index', 'part'],
  'response.reasoning_summary_text.delta': ['item_id', 'output_index', 'summary_index', 'delta'],
  'response.reasoning_summary_text.done': ['item_id', 'output_index', 'summary_index', 'text'],
  error: ['error'],
  'response.completed': ['response'],
  'response.incomplete': ['response'],
  'response.failed': ['response'],
};

const LAST = ['response.completed', 'response.incomplete', 'response.failed'];

/** Reads the events of a stream. Comments are left out. */
export const eventsIn = (text: string): ResponseEvent[] =>
  text.split('\n\n').flatMap((block) => {
    const lines = block.split('\n').filter((line) => line !== '' && !line.startsWith(':'));
    if (lines.length === 0) return [];
    expect(lines, block).to.have.length(2);
    const [event = '', data = ''] = lines;
    expect(data, block).to.match(/^data: \{/);
    const value = JSON.parse(data.slice('data: '.length)) as ResponseEvent;
    expect(event).to.equal(`event: ${value.type}`);
    return [value];
  });

/** Checks that a stream, as the caller received it to its end, keeps to the grammar of the Responses API. */
export const checkStream = (text: string): CheckedStream => {
  const events = eventsIn(text);
  for (const [at, event] of events.entries()) {
    expect(event.sequence_number, event.type).to.equal(at);
    const fields = EVENT_FIELDS[event.type];
    expect(fields, `the event ${event.type} exists`).not.to.equal(undefined);
    expect(event).to.have.all.keys('type', 'sequence_number', ...(fields ?? []));
  }
  const types = events.map(({ type }) => type);
  const [created, inProgress] = events as unknown as [Json, Json];
  const last = events.at(-1) as ResponseEvent;
  expect(types.slice(0, 2)).to.deep.equal(['response.created', 'response.in_progress']);
  expect(LAST).to.include(last.type);
  expect(types.filter((type) => LAST.includes(type))).to.deep.equal([last.type]);
  expect(types.indexOf('error')).to.equal(last.type === 'response.failed' ? types.length - 2 : -1);
  for (const { response } of [created, inProgress] as { response: Json }[]) {
    checkResponse(response, 'in_progress');
    expect(response).to.deep.include({ output: [], usage: null, completed_at: null });
  }
  const response = last.response as CheckedStream['response'];
  checkResponse(response, last.type.slice('response.'.length));
  for (const field of ['id', 'created_at', 'model', 'tools', 'text']) {
    expect(response[field], field).to.deep.equal((created.response as Json)[field]);
  }
  const body = events.slice(2, last.type === 'response.failed' ? -2 : -1);
  const items = checkItems(body, last.type !== 'response.failed');
  expect(response.output).to.deep.equal(items);
  const deltas = body.filter(({ type }) => type === 'response.output_text.delta');
  return { events, types, response, items, text: deltas.map(({ delta }) => delta).join('') };
};

/** Checks a response: all fields are there, and they agree with each other. */
export const checkResponse = (response: Json, status: string): void => {
  expect(response).to.have.all.keys(RESPONSE_FIELDS);
  expect(response).to.include({ object: 'response', status, store: false, background: false });
  expect(response.id).to.match(/^resp_\w+$/);
  expect(response.created_at).to.satisfy(Number.isInteger);
  expect(response.completed_at === null, 'completed_at').to.equal(status !== 'completed');
  expect(response.error === null, 'error').to.equal(status !== 'failed');
  expect(response.incomplete_details === null, 'incomplete_details').to.equal(status !== 'incomplete');
  if (status === 'failed') expect(response.error).to.have.all.keys('code', 'message');
  if (status !== 'in_progress') checkUsage(response.usage as Json);
  for (const tool of response.tools as Json[]) {
    if (tool.type === 'function') expect(tool).to.include.keys('name', 'description', 'parameters', 'strict');
  }
  const ids = (response.output as Json[]).map((item) => {
    checkItem(item);
    return item.id;
  });
  expect(new Set(ids).size, 'ids differ').to.equal(ids.length);
};

const checkUsage = (usage: Json): void => {
  expect(usage).to.have.all.keys(
    ...['input_tokens', 'input_tokens_details', 'output_tokens', 'output_tokens_details', 'total_tokens'],
  );
  expect(usage.input_tokens_details).to.have.all.keys('cached_tokens');
  expect(usage.output_tokens_details).to.have.all.keys('reasoning_tokens');
  expect(usage.total_tokens).to.equal((usage.input_tokens as number) + (usage.output_tokens as number));
};

const checkItem = (item: Json): void => {
  expect(item.id, String(item.type)).to.match(PREFIXES[String(item.type)] as RegExp);
  if ('call_id' in item) {
    expect(item.call_id).not.to.equal(item.id);
    expect(item.call_id).to.match(/^[A-Za-z0-9_-]{1,40}$/);
  }
  if (item.type === 'message') {
    expect(item).to.have.all.keys('id', 'type', 'role', 'status', 'content').and.to.include({ role: 'assistant' });
    for (const part of item.content as Json[]) {
      if (part.type === 'refusal') expect(part).to.have.all.keys('type', 'refusal');
      else expect(part).to.have.all.keys('type', 'text', 'annotations', 'logprobs');
    }
  }
};

/** Takes the events of one item from `rest`, the first of them added already. Returns whether it is done. */
type ItemRule = (item: Json, rest: ResponseEvent[], at: Json) => Json;

/** Takes the next event, which must have this type and place. */
const take = (rest: ResponseEvent[], type: string, place: Json): ResponseEvent => {
  const event = rest.shift() as ResponseEvent;
  expect(event?.type).to.equal(type);
  expect(event).to.deep.include(place);
  return event;
};

/** Takes deltas and their `done`. Returns the text. */
const takeText = (rest: ResponseEvent[], kind: string, key: string, place: Json): string => {
  let text = '';
  while (rest[0]?.type === `response.${kind}.delta`) text += take(rest, `response.${kind}.delta`, place).delta;
  expect(take(rest, `response.${kind}.done`, place)[key], kind).to.equal(text);
  return text;
};

const RULES: Readonly<Record<string, ItemRule>> = {
  message: (item, rest, at) => {
    expect(item.content).to.deep.equal([]);
    const content: Json[] = [];
    while (rest[0]?.type === 'response.content_part.added') {
      const place = { ...at, content_index: content.length };
      const { part: empty } = take(rest, 'response.content_part.added', place) as unknown as { part: Json };
      const isText = empty.type === 'output_text';
      expect(empty).to.deep.equal(
        isText ? { type: 'output_text', text: '', annotations: [], logprobs: [] } : { type: 'refusal', refusal: '' },
      );
      const text = isText ? takeText(rest, 'output_text', 'text', place) : takeText(rest, 'refusal', 'refusal', place);
      const { part } = take(rest, 'response.content_part.done', place) as unknown as { part: Json };
      expect(part).to.include(isText ? { type: 'output_text', text } : { type: 'refusal', refusal: text });
      content.push(part);
    }
    expect(content, 'a message has content').not.to.deep.equal([]);
    return { ...item, content };
  },
  reasoning: (item, rest, at) => {
    expect(item.summary).to.deep.equal([]);
    const summary: Json[] = [];
    while (rest[0]?.type === 'response.reasoning_summary_part.added') {
      const place = { ...at, summary_index: summary.length };
      const added = take(rest, 'response.reasoning_summary_part.added', place);
      expect(added.part).to.deep.equal({ type: 'summary_text', text: '' });
      const text = takeText(rest, 'reasoning_summary_text', 'text', place);
      const done = take(rest, 'response.reasoning_summary_part.done', place);
      expect(done.part).to.deep.equal({ type: 'summary_text', text });
      summary.push({ type: 'summary_text', text });
    }
    return { ...item, summary };
  },
  function_call: (item, rest, at) => {
    expect(item.arguments).to.equal('');
    expect(item.name).to.be.a('string').and.not.equal('');
    return { ...item, arguments: takeText(rest, 'function_call_arguments', 'arguments', at) };
  },
  custom_tool_call: (item, rest, at) => {
    expect(item.input).to.equal('');
    return { ...item, input: takeText(rest, 'custom_tool_call_input', 'input', at) };
  },
};

/** Returns the items that are done. Only a stream that failed may leave its last item open. */
const checkItems = (events: readonly ResponseEvent[], isWhole: boolean): Json[] => {
  const rest = [...events];
  const done: Json[] = [];
  while (rest.length > 0) {
    const added = take(rest, 'response.output_item.added', { output_index: done.length });
    const item = added.item as Json;
    checkItem(item);
    expect(item.status).to.equal('in_progress');
    if (!isWhole && !rest.some(({ type }) => type === 'response.output_item.done')) {
      expect(rest.every((event) => event.type.endsWith('.delta') || event.type.includes('part.'))).to.equal(true);
      return done;
    }
    const at = { item_id: item.id, output_index: done.length };
    const expected = (RULES[String(item.type)] as ItemRule)(item, rest, at);
    const { item: whole } = take(rest, 'response.output_item.done', { output_index: done.length }) as unknown as {
      item: Json;
    };
    expect(['completed', 'incomplete']).to.include(whole.status);
    expect(whole).to.deep.equal({ ...expected, status: whole.status });
    done.push(whole);
  }
  return done;
};
