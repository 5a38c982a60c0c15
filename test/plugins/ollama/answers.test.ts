import { expect } from 'chai';
import fc from 'fast-check';
import { chunk, completion, DONE, reply, stream } from '../../scripted-upstream.js';
import { OllamaStage } from './stage.js';

type Fields = Record<string, unknown>;

const USER = { role: 'user', content: 'Hello' };
const usage = { usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } };

interface Given {
  readonly reasoning?: string;
  readonly text?: string;
  readonly calls?: readonly (readonly [name: string, args: string])[];
  readonly finish?: string;
}

const callsOf = ({ calls = [] }: Given): Fields[] =>
  calls.map(([name, args], index) => ({
    index,
    id: `id.${index}`,
    type: 'function',
    function: { name, arguments: args },
  }));

/** An answer of a provider, whole. */
const wholeOf = (given: Given): Fields => ({
  ...completion(''),
  ...usage,
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: given.text ?? null,
        ...(given.reasoning === undefined ? {} : { reasoning_content: given.reasoning }),
        ...(given.calls === undefined ? {} : { tool_calls: callsOf(given) }),
      },
      finish_reason: given.finish ?? (given.calls === undefined ? 'stop' : 'tool_calls'),
    },
  ],
});

/** The same answer in chunks. */
const chunksOf = (given: Given): string[] => [
  chunk({ role: 'assistant', content: '' }),
  ...(given.reasoning === undefined ? [] : [chunk({ reasoning_content: given.reasoning })]),
  ...[...(given.text ?? '')].map((letter) => chunk({ content: letter })),
  ...callsOf(given).map((call) => chunk({ tool_calls: [call] })),
  chunk({}, given.finish ?? (given.calls === undefined ? 'stop' : 'tool_calls')),
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'a-model', choices: [], ...usage })}\n\n`,
  DONE,
];

/** A streamed answer as one object, as clients add it up. */
const sumOf = (lines: readonly Fields[]): Fields => {
  const sum: Record<string, unknown> = { role: 'assistant', content: '' };
  for (const { message } of lines) {
    const { content, thinking, tool_calls: calls } = message as Record<string, string> & { tool_calls?: Fields[] };
    sum.content += content ?? '';
    if (thinking !== undefined) sum.thinking = String(sum.thinking ?? '') + thinking;
    if (calls !== undefined) sum.tool_calls = calls;
  }
  return sum;
};

const ANSWERS: [what: string, given: Given, message: Fields, reason: string][] = [
  ['text', { text: 'Hi there' }, { content: 'Hi there' }, 'stop'],
  ['thinking before text', { reasoning: 'so', text: 'Hi' }, { content: 'Hi', thinking: 'so' }, 'stop'],
  [
    'calls with their arguments as objects and without ids',
    {
      calls: [
        ['f', '{"a":1}'],
        ['g', ''],
      ],
    },
    {
      content: '',
      tool_calls: [{ function: { name: 'f', arguments: { a: 1 } } }, { function: { name: 'g', arguments: {} } }],
    },
    'stop',
  ],
  [
    'text and a call',
    { text: 'Look', calls: [['f', '{}']] },
    { content: 'Look', tool_calls: [{ function: { name: 'f', arguments: {} } }] },
    'stop',
  ],
  [
    'arguments that were encoded twice',
    { calls: [['f', '"{\\"a\\":1}"']] },
    { content: '', tool_calls: [{ function: { name: 'f', arguments: { a: 1 } } }] },
    'stop',
  ],
  ['an answer that became too long', { text: 'Hi', finish: 'length' }, { content: 'Hi' }, 'length'],
  [
    'the whole calls of an answer that became too long',
    {
      calls: [
        ['f', '{}'],
        ['g', '{"a":'],
      ],
      finish: 'length',
    },
    { content: '', tool_calls: [{ function: { name: 'f', arguments: {} } }] },
    'length',
  ],
  ['a filtered answer', { text: 'Hi', finish: 'content_filter' }, { content: 'Hi' }, 'content_filter'],
];

describe('An answer in the API of Ollama', () => {
  let stage: OllamaStage;
  before(async () => {
    stage = await OllamaStage.start();
  });
  after(() => stage.close());

  for (const [what, given, message, reason] of ANSWERS) {
    it(`has ${what}, whole and in lines`, async () => {
      stage.upstream.script(reply(200, wholeOf(given)), stream(chunksOf(given)));
      const whole = await stage.ask('/api/chat', { messages: [USER] });
      expect(whole.status, JSON.stringify(whole.body)).to.equal(200);
      expect(whole.body.message).to.deep.equal({ role: 'assistant', ...message });
      const lines = await stage.lines('/api/chat', { messages: [USER] });
      expect(sumOf(lines)).to.deep.equal({ role: 'assistant', ...message });
      for (const last of [whole.body, lines.at(-1) as Fields]) {
        expect(last).to.include({
          model: 'a-model',
          done: true,
          done_reason: reason,
          prompt_eval_count: 11,
          eval_count: 7,
        });
        for (const name of ['total_duration', 'prompt_eval_duration', 'eval_duration'])
          expect(last[name]).to.be.a('number').and.above(0);
      }
      expect(
        lines
          .slice(0, -1)
          .every(({ done, created_at }) => done === false && !Number.isNaN(Date.parse(String(created_at)))),
      ).to.equal(true);
    });
  }

  it('has its text in `response` at /api/generate', async () => {
    stage.upstream.script(reply(200, wholeOf({ reasoning: 'so', text: 'Hi' })), stream(chunksOf({ text: 'Hi' })));
    const { body } = await stage.ask('/api/generate', { prompt: 'Hello' });
    expect(body).to.include({ response: 'Hi', thinking: 'so', done: true });
    const lines = await stage.lines('/api/generate', { prompt: 'Hello' });
    expect(lines.map(({ response }) => response)).to.deep.equal(['H', 'i', '']);
  });

  it('has no thinking if the request says so', async () => {
    stage.upstream.script(reply(200, wholeOf({ reasoning: 'so', text: 'Hi' })));
    const { body } = await stage.ask('/api/chat', { messages: [USER], think: false });
    expect(body.message).to.deep.equal({ role: 'assistant', content: 'Hi' });
  });

  it('says a number of tokens even if the provider does not', async () => {
    stage.upstream.script(stream([chunk({ content: 'Hello there' }), chunk({}, 'stop'), DONE]));
    const last = (await stage.lines('/api/chat', { messages: [USER] })).at(-1) as Fields;
    expect(last.prompt_eval_count).to.be.above(0);
    expect(last.eval_count).to.be.above(0);
  });

  it('ends with an error in the middle of a stream that breaks off', async () => {
    stage.upstream.script(stream([chunk({ content: 'Hi' })], 'cut'));
    const lines = await stage.lines('/api/chat', { messages: [USER] });
    expect(lines.at(-1)?.error).to.be.a('string').that.contains('broke off');
  });

  it('comes from another target if the arguments of a call are no object, and is an error without one', async () => {
    const given = { calls: [['f', '[1]']] } as const;
    const own = await OllamaStage.start(2);
    own.upstream.script(reply(200, wholeOf(given)));
    expect((await own.ask('/api/chat', { messages: [USER] })).headers.get('x-429chain-target')).to.equal('two/a-model');
    const broken = 'a tool call without a name, or with arguments that are cut off';
    for (const upstream of own.upstreams) upstream.always(reply(200, wholeOf(given)));
    const { status, body } = await own.ask('/api/chat', { messages: [USER] });
    expect(status).to.equal(503);
    expect(body.error).to.be.a('string').that.contains(broken);
    await own.close();
  });

  it('has no call whose arguments break off in the middle of a stream', async () => {
    const own = await OllamaStage.start();
    own.upstream.script(stream(chunksOf({ text: 'Look', calls: [['f', '[1]']] })));
    const lines = await own.lines('/api/chat', { messages: [USER] });
    expect(lines.some(({ message }) => (message as Fields | undefined)?.tool_calls !== undefined)).to.equal(false);
    expect(lines.at(-1)?.error).to.be.a('string').that.contains('one/a-model broke off');
    await own.close();
  });

  it('is an error with its status if no target answers', async () => {
    stage.upstream.script(reply(400, { error: { message: 'bad thing' } }));
    const { status, body } = await stage.ask('/api/chat', { messages: [USER] });
    expect(status).to.equal(400);
    expect(body.error).to.be.a('string').that.contains('bad thing');
  });

  it('has the text that any provider sends, however it is cut, whole as in lines', async () => {
    const given = fc.record(
      {
        reasoning: fc.string({ minLength: 1, maxLength: 8, unit: 'binary' }),
        text: fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }),
        calls: fc.array(
          fc.tuple(
            fc.stringMatching(/^[a-z]{1,8}$/),
            fc
              .dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 1 }))
              .map((value) => JSON.stringify(value)),
          ),
          { minLength: 1, maxLength: 3 },
        ),
      },
      { requiredKeys: ['text'] },
    );
    await fc.assert(
      fc.asyncProperty(given, async (each) => {
        stage.upstream.script(reply(200, wholeOf(each)), stream(chunksOf(each)));
        const { body } = await stage.ask('/api/chat', { messages: [USER] });
        const lines = await stage.lines('/api/chat', { messages: [USER] });
        expect(sumOf(lines)).to.deep.equal(body.message);
        expect((body.message as Fields).content).to.equal(each.text);
        // The answer goes back as history, and each call finds its result.
        const results = (each.calls ?? []).map((_, index) => ({ role: 'tool', content: `result ${index}` }));
        await stage.ask('/api/chat', { messages: [USER, body.message, ...results, USER] });
        const [, earlier, ...rest] = stage.sent.messages as Fields[];
        const calls = (earlier?.tool_calls ?? []) as { id: string; function: { name: string; arguments: string } }[];
        expect(calls.map((call) => [call.function.name, JSON.parse(call.function.arguments)])).to.deep.equal(
          (each.calls ?? []).map(([name, args]) => [name, JSON.parse(args)]),
        );
        expect(rest.slice(0, calls.length).map(({ tool_call_id, content }) => [tool_call_id, content])).to.deep.equal(
          calls.map(({ id }, index) => [id, `result ${index}`]),
        );
      }),
      { numRuns: 15 },
    );
  });
});
