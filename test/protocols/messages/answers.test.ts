import { expect } from 'chai';
import { type Answerer, chunk, completion, DONE, reply, stream } from '../../scripted-upstream.js';
import { HELLO, MessagesStage } from './messages-stage.js';

type Fields = Record<string, unknown>;

interface Case {
  readonly what: string;
  /** What the provider streams. */
  readonly chunks: readonly string[];
  readonly asked?: object;
  readonly content: readonly object[];
  readonly stop: string;
  readonly stopSequence?: string;
  readonly usage?: object;
}

const THINKING = { thinking: { type: 'enabled', budget_tokens: 2_048 } };
const TOOLS = { tools: [{ name: 'read', input_schema: { type: 'object' } }] };

const call = (index: number | undefined, id: string, name: string, args: string): object => ({
  tool_calls: [
    { ...(index === undefined ? {} : { index }), id, type: 'function', function: { name, arguments: args } },
  ],
});

const args = (index: number, text: string): object => ({ tool_calls: [{ index, function: { arguments: text } }] });

const use = (name: string, input: object): object => ({ type: 'tool_use', name, input });

const text = (value: string): object => ({ type: 'text', text: value });

const thought = (thinking: string): object => ({ type: 'thinking', thinking, signature: '429chain' });

const usage = (fields: object): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'a-model', choices: [], usage: fields })}\n\n`;

const finish = (fields: object): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'a-model', choices: [{ index: 0, delta: {}, ...fields }] })}\n\n`;

const AFTER_TEXT = 'reasoning after text began';

const READ_A = call(0, 'call_a', 'read', '{"path":"a"}');

const CASES: readonly Case[] = [
  {
    what: 'text in pieces',
    chunks: [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hel' }),
      chunk({ content: 'lo' }),
      chunk({}, 'stop'),
    ],
    content: [text('Hello')],
    stop: 'end_turn',
  },
  {
    what: 'a tool call in the first chunk',
    asked: TOOLS,
    chunks: [chunk(READ_A), chunk({}, 'tool_calls')],
    content: [use('read', { path: 'a' })],
    stop: 'tool_use',
  },
  {
    what: 'text, then a call',
    asked: TOOLS,
    chunks: [chunk({ content: 'I look.' }), chunk(READ_A), chunk({}, 'tool_calls')],
    content: [text('I look.'), use('read', { path: 'a' })],
    stop: 'tool_use',
  },
  {
    what: 'reasoning and text in one chunk',
    asked: THINKING,
    chunks: [chunk({ content: 'Yes.', reasoning_content: 'Is it?' }), chunk({}, 'stop')],
    content: [thought('Is it?'), text('Yes.')],
    stop: 'end_turn',
  },
  {
    what: 'the same reasoning under two names',
    asked: THINKING,
    chunks: [
      chunk({ reasoning: 'Is it?', reasoning_content: 'Is it?' }),
      chunk({ content: 'Yes.' }),
      chunk({}, 'stop'),
    ],
    content: [thought('Is it?'), text('Yes.')],
    stop: 'end_turn',
  },
  {
    what: AFTER_TEXT,
    asked: { thinking: { type: 'adaptive' } },
    chunks: [
      chunk({ reasoning: 'One' }),
      chunk({ content: 'First.' }),
      chunk({ reasoning: 'Two' }),
      chunk({ content: 'Second.' }),
      chunk({}, 'stop'),
    ],
    content: [thought('One'), text('First.'), thought('Two'), text('Second.')],
    stop: 'end_turn',
  },
  {
    what: 'reasoning that the caller did not ask for',
    chunks: [chunk({ reasoning: 'Is it?' }), chunk({ content: 'Yes.' }), chunk({}, 'stop')],
    content: [text('Yes.')],
    stop: 'end_turn',
  },
  {
    what: 'reasoning that the caller does not display',
    asked: { thinking: { type: 'adaptive', display: 'omitted' } },
    chunks: [chunk({ reasoning: 'Is it?' }), chunk({ content: 'Yes.' }), chunk({}, 'stop')],
    content: [text('Yes.')],
    stop: 'end_turn',
  },
  {
    what: 'empty reasoning and white space beside a call',
    asked: { ...THINKING, ...TOOLS },
    chunks: [
      chunk({ reasoning: '', content: '' }),
      chunk({ reasoning: '\n', content: '\n\n' }),
      chunk(READ_A),
      chunk({}, 'tool_calls'),
    ],
    content: [use('read', { path: 'a' })],
    stop: 'tool_use',
  },
  {
    what: 'white space before text',
    chunks: [
      chunk({ content: '\n' }),
      chunk({ content: ' a ' }),
      chunk({ content: ' ' }),
      chunk({ content: 'b' }),
      chunk({}, 'stop'),
    ],
    content: [text('\n a  b')],
    stop: 'end_turn',
  },
  {
    what: 'two calls in fragments, interleaved',
    asked: TOOLS,
    chunks: [
      chunk(call(0, 'call_a', 'read', '')),
      chunk(call(1, 'call_b', 'read', '{"path"')),
      chunk(args(0, '{"path":')),
      chunk(args(1, ':"b"}')),
      chunk(args(0, '"a"}')),
      chunk({}, 'tool_calls'),
    ],
    content: [use('read', { path: 'a' }), use('read', { path: 'b' })],
    stop: 'tool_use',
  },
  {
    what: 'calls without an index',
    asked: TOOLS,
    chunks: [
      chunk(call(undefined, 'call_a', 'read', '{"path":"a"}')),
      chunk(call(undefined, 'call_b', 'read', '{"path":"b"}')),
      chunk({}, 'tool_calls'),
    ],
    content: [use('read', { path: 'a' }), use('read', { path: 'b' })],
    stop: 'tool_use',
  },
  {
    what: 'a call without arguments that ends with stop',
    asked: TOOLS,
    chunks: [chunk(call(0, 'call_a', 'read', '')), chunk({}, 'stop')],
    content: [use('read', {})],
    stop: 'tool_use',
  },
  {
    what: 'arguments that were encoded twice',
    asked: TOOLS,
    chunks: [chunk(call(0, 'call_a', 'read', '"{\\"path\\":\\"a\\"}"')), chunk({}, 'tool_calls')],
    content: [use('read', { path: 'a' })],
    stop: 'tool_use',
  },
  {
    what: 'null in place of arguments',
    asked: TOOLS,
    chunks: [chunk(call(0, 'call_a', 'read', 'null')), chunk({}, 'tool_calls')],
    content: [use('read', {})],
    stop: 'tool_use',
  },
  {
    what: 'marks of streams inside of text and arguments',
    asked: TOOLS,
    chunks: [
      chunk({ content: 'data: [DONE]\n\n</tool_call>' }),
      chunk(call(0, 'call_a', 'read', '{"path":"[DONE]\\n\\ndata: </tool_call>"}')),
      chunk({}, 'tool_calls'),
    ],
    content: [text('data: [DONE]\n\n</tool_call>'), use('read', { path: '[DONE]\n\ndata: </tool_call>' })],
    stop: 'tool_use',
  },
  {
    what: 'an answer that became too long',
    chunks: [chunk({ content: 'Once upon' }), chunk({}, 'length')],
    content: [text('Once upon')],
    stop: 'max_tokens',
  },
  {
    what: 'a call that was cut off by the bound',
    asked: TOOLS,
    chunks: [chunk(call(0, 'call_a', 'read', '{"path":"/home/us')), chunk({}, 'length')],
    content: [use('read', { path: '/home/us' })],
    stop: 'max_tokens',
  },
  {
    what: 'a whole call before the bound',
    asked: TOOLS,
    chunks: [chunk(READ_A), chunk({}, 'length')],
    content: [use('read', { path: 'a' })],
    stop: 'tool_use',
  },
  {
    what: 'a full context window',
    chunks: [chunk({ content: 'Once' }), chunk({}, 'model_length')],
    content: [text('Once')],
    stop: 'model_context_window_exceeded',
  },
  {
    what: 'an answer that a filter ended',
    chunks: [chunk({ content: 'First, ' }), chunk({}, 'content_filter')],
    content: [text('First, ')],
    stop: 'refusal',
  },
  {
    what: 'a refusal in words',
    chunks: [chunk({ refusal: 'I will' }), chunk({ refusal: ' not.' }), chunk({}, 'stop')],
    content: [text('I will not.')],
    stop: 'refusal',
  },
  {
    what: 'a stop sequence that the provider names',
    asked: { stop_sequences: ['END', '###'] },
    chunks: [chunk({ content: 'a' }), finish({ finish_reason: 'stop', stop_reason: '###' })],
    content: [text('a')],
    stop: 'stop_sequence',
    stopSequence: '###',
  },
  {
    what: 'a stop sequence that the provider does not name',
    asked: { stop_sequences: ['END'] },
    chunks: [chunk({ content: 'a' }), chunk({}, 'stop')],
    content: [text('a')],
    stop: 'end_turn',
  },
  {
    what: 'another word in the place of a stop sequence',
    asked: { stop_sequences: ['END'] },
    chunks: [chunk({ content: 'a' }), finish({ finish_reason: 'stop', stop_reason: 'eos' })],
    content: [text('a')],
    stop: 'end_turn',
  },
  {
    what: 'tokens from a cache',
    chunks: [
      chunk({ content: 'a' }),
      chunk({}, 'stop'),
      usage({
        prompt_tokens: 111,
        completion_tokens: 7,
        total_tokens: 118,
        prompt_tokens_details: { cached_tokens: 30 },
      }),
    ],
    content: [text('a')],
    stop: 'end_turn',
    usage: { input_tokens: 81, cache_read_input_tokens: 30, cache_creation_input_tokens: 0, output_tokens: 7 },
  },
  {
    what: 'tokens of a cache as DeepSeek reports them, and reasoning',
    chunks: [
      chunk({ content: 'a' }),
      chunk({}, 'stop'),
      usage({
        prompt_tokens: 50,
        completion_tokens: 9,
        total_tokens: 59,
        prompt_cache_hit_tokens: 20,
        completion_tokens_details: { reasoning_tokens: 5 },
      }),
    ],
    content: [text('a')],
    stop: 'end_turn',
    usage: {
      input_tokens: 30,
      cache_read_input_tokens: 20,
      cache_creation_input_tokens: 0,
      output_tokens: 9,
      output_tokens_details: { thinking_tokens: 5 },
    },
  },
  {
    what: "Mistral's thinking in parts of the content",
    asked: THINKING,
    chunks: [
      chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] }] }),
      chunk({ content: [{ type: 'text', text: 'Yes.' }] }),
      chunk({}, 'stop'),
    ],
    content: [thought('Hm.'), text('Yes.')],
    stop: 'end_turn',
  },
];

const withoutIds = (content: unknown): object[] => (content as Fields[]).map(({ id: _, ...block }) => block);

describe('An answer in the form of Messages', () => {
  let stage: MessagesStage;

  before(async () => {
    stage = await MessagesStage.start(1);
  });

  after(() => stage.close());

  for (const { what, chunks, asked, content, stop, stopSequence = null, usage: expected } of CASES) {
    const checkMessage = (message: Fields): void => {
      expect(withoutIds(message.content)).to.deep.equal(content);
      expect(message).to.include({ type: 'message', role: 'assistant', model: 'a-model', stop_reason: stop });
      expect(message.stop_sequence).to.equal(stopSequence);
      expect(message.id).to.match(/^msg_/);
      if (expected !== undefined) expect(message.usage).to.deep.equal(expected);
    };

    it(`has ${what}, streamed`, async () => {
      stage.upstream().script(stream([...chunks, DONE]));
      checkMessage((await stage.stream(asked)).message);
    });

    // A whole chat completion does not say what came first.
    if (what === AFTER_TEXT) continue;

    it(`has ${what}, whole`, async () => {
      stage.upstream().script(stream([...chunks, DONE]));
      const { status, body } = await stage.ask(asked);
      expect(status).to.equal(200);
      checkMessage(body);
    });
  }

  it('begins with message_start, whatever the first chunk is', async () => {
    for (const delta of [{ content: 'a' }, { reasoning: 'a', content: 'b' }, READ_A, { refusal: 'a' }]) {
      stage.upstream().script(stream([chunk(delta), chunk({}, 'stop'), DONE]));
      const { events } = await stage.stream({ ...THINKING, ...TOOLS });
      expect(events[0]?.type).to.equal('message_start');
    }
  });

  it('estimates the prompt at its start, and reports what the provider counted at its end', async () => {
    stage
      .upstream()
      .script(
        stream([
          chunk({ content: 'a' }),
          chunk({}, 'stop'),
          usage({ prompt_tokens: 900, completion_tokens: 1, total_tokens: 901 }),
          DONE,
        ]),
      );
    const { events } = await stage.stream({ system: 'word '.repeat(500) });
    const started = (events[0]?.message as Record<string, Fields> | undefined)?.usage ?? {};
    expect(started.input_tokens).to.be.within(400, 900);
    expect(events.at(-2)?.usage).to.include({ input_tokens: 900, output_tokens: 1 });
  });

  it('estimates the usage where the provider reports none', async () => {
    const { usage: _, ...silent } = completion('word '.repeat(100));
    stage
      .upstream()
      .script(reply(200, silent), stream([chunk({ content: 'word '.repeat(100) }), chunk({}, 'stop'), DONE]));
    const whole = (await stage.ask()).body.usage as Record<string, number>;
    const streamed = (await stage.stream()).message.usage as Record<string, number>;
    for (const { input_tokens, output_tokens } of [whole, streamed]) {
      expect(input_tokens).to.be.within(1, 100);
      expect(output_tokens).to.be.within(50, 300);
    }
  });

  it('counts text that the provider does not count', async () => {
    const silent = completion('word '.repeat(100), { prompt_tokens: 9, completion_tokens: 0, total_tokens: 9 });
    stage.upstream().script(reply(200, silent));
    const usage = (await stage.ask()).body.usage as Record<string, number>;
    expect(usage.input_tokens).to.equal(9);
    expect(usage.output_tokens).to.be.within(50, 300);
  });

  it('counts whole tokens', async () => {
    stage
      .upstream()
      .script(reply(200, completion('x', { prompt_tokens: 5.6, completion_tokens: 2.2, total_tokens: 8 })));
    expect((await stage.ask()).body.usage).to.include({ input_tokens: 6, output_tokens: 2 });
  });

  it('gives each call an id of its own, and the same to its result', async () => {
    const ids = ['a.b:0', 'a_b_0', 'x+/=', 'x'.repeat(400), '', 'functions.read:0', 'functions.read:0'];
    const calls = ids.map((id, index) => chunk(call(index, id, 'read', `{"n":${index}}`)));
    stage.upstream().script(stream([...calls, chunk({}, 'tool_calls'), DONE]));
    const { message } = await stage.stream(TOOLS);
    const outward = message.content.map(({ id }) => String(id));
    expect(outward).to.have.length(ids.length);
    expect(new Set(outward).size).to.equal(ids.length);
    for (const id of outward) expect(id).to.match(/^toolu_[A-Za-z0-9_-]{1,40}$/);
    const results = outward.map((id, index) => ({ type: 'tool_result', tool_use_id: id, content: `result ${index}` }));
    await stage.ask({
      ...TOOLS,
      messages: [
        ...HELLO.messages,
        { role: 'assistant', content: message.content },
        { role: 'user', content: results.toReversed() },
      ],
    });
    const sent = stage.sent().messages as readonly {
      role: string;
      tool_calls?: Fields[];
      tool_call_id?: string;
      content: unknown;
    }[];
    const calledIds = sent[1]?.tool_calls?.map(({ id }) => id) ?? [];
    for (const [index, id] of calledIds.entries()) {
      expect(sent.find((each) => each.tool_call_id === id)?.content).to.equal(`result ${index}`);
    }
    expect(calledIds).to.have.length(ids.length);
  });

  it('keeps what a provider puts on a call out of the answer, and gives it back with the call', async () => {
    const extra = { extra_content: { google: { thought_signature: 's'.repeat(500) } } };
    const signed = {
      tool_calls: [{ ...extra, index: 0, id: '', type: 'function', function: { name: 'read', arguments: '{}' } }],
    };
    stage.upstream().script(stream([chunk(signed), chunk({}, 'tool_calls'), DONE]));
    const { message, events } = await stage.stream(TOOLS);
    expect(JSON.stringify(events)).not.to.contain('ssss');
    const results = message.content.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'read' }));
    await stage.ask({
      ...TOOLS,
      messages: [
        ...HELLO.messages,
        { role: 'assistant', content: message.content },
        { role: 'user', content: results },
      ],
    });
    const [, sent] = stage.sent().messages as readonly { tool_calls?: readonly Fields[] }[];
    expect(sent?.tool_calls?.[0]).to.deep.include(extra);
  });

  it('maps names of tools that providers do not take, and maps them back', async () => {
    const long = `mcp__server__${'x'.repeat(70)}`;
    const names = [long, 'tool.with.dots', 'plain'];
    const tools = names.map((name) => ({ name, input_schema: { type: 'object' } }));
    const answerAll: Answerer = async (res, request) => {
      const sent = (request.body.tools as { function: { name: string } }[]).map((tool) => tool.function.name);
      for (const name of sent) expect(name).to.match(/^[A-Za-z0-9_-]{1,64}$/);
      const chunks = sent.map((name, index) => chunk(call(index, `call_${index}`, name, '{}')));
      await stream([...chunks, chunk({}, 'tool_calls'), DONE])(res, request);
    };
    stage.upstream().script(answerAll, answerAll);
    const { message } = await stage.stream({ tools });
    expect(message.content.map(({ name }) => name)).to.deep.equal(names);
    const whole = await stage.ask({ tools });
    expect((whole.body.content as Fields[]).map(({ name }) => name)).to.deep.equal(names);
  });

  it('keeps numbers of a call as the model wrote them', async () => {
    stage
      .upstream()
      .script(stream([chunk(call(0, 'a', 'read', '{"id": 12345678901234567890}')), chunk({}, 'tool_calls'), DONE]));
    const { events } = await stage.stream(TOOLS);
    const delta = events.find(({ type }) => type === 'content_block_delta')?.delta;
    expect(delta).to.deep.equal({ type: 'input_json_delta', partial_json: '{"id": 12345678901234567890}' });
  });

  it('merges the choices of one answer', async () => {
    const second = (delta: object, reason: string | null = null): string =>
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'a-model', choices: [{ index: 1, delta, finish_reason: reason }] })}\n\n`;
    stage
      .upstream()
      .script(stream([chunk({ content: 'Look.' }), second(READ_A), second({}, 'tool_calls'), chunk({}, 'stop'), DONE]));
    const { message } = await stage.stream(TOOLS);
    expect(withoutIds(message.content)).to.deep.equal([text('Look.'), use('read', { path: 'a' })]);
  });
});
