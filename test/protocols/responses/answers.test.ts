import { expect } from 'chai';
import { chunk, DONE } from '../../scripted-upstream.js';
import type { CheckedStream } from './event-grammar.js';
import {
  answering,
  ask,
  askStreamed,
  type ChatAnswer,
  framesOf,
  lastSent,
  Stage,
  shortOf,
  wholeOrStream,
} from './stage.js';

type Json = Record<string, unknown>;

interface Row {
  /** The number of the case that it shows. */
  readonly case: number;
  readonly what: string;
  readonly answer: ChatAnswer | Parameters<typeof wholeOrStream>;
  readonly asked?: object;
  /** The items, in short. */
  readonly items: readonly string[];
  readonly status?: 'completed' | 'incomplete';
  /** Holds for the response in both forms. */
  readonly check?: (response: CheckedStream['response']) => void;
  /** Holds for the stream. */
  readonly checkStream?: (stream: CheckedStream) => void;
}

const A = { id: 'call_a', name: 'read', arguments: '{"path":"a"}' };
const B = { id: 'call_b', name: 'write', arguments: '{"path":"b","text":"[DONE] </tool_call> data: x"}' };
const READ = { type: 'function', name: 'read', parameters: { type: 'object', properties: {} } };
const LONG_ID = `${'+/='.repeat(130)}signature`;
const callIds = ({ output }: { readonly output: readonly Json[] }): unknown[] =>
  output.flatMap(({ call_id }) => (call_id === undefined ? [] : [call_id]));
const firstPart = (output: readonly Json[]): Json => (output[0] as { content: Json[] }).content[0] as Json;
const completion = (choices: readonly Json[]): Json => ({
  id: 'c',
  object: 'chat.completion',
  model: 'a-model',
  choices,
});
const delta = (index: number, fields: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c', model: 'a-model', choices: [{ index, delta: fields, finish_reason: finish }] })}\n\n`;

const ROWS: readonly Row[] = [
  {
    case: 1,
    what: 'a foreign id of the answer does not leak',
    answer: { content: 'Hello' },
    items: ['message Hello'],
    check: (response) => expect(JSON.stringify(response)).not.to.contain('chatcmpl'),
  },
  {
    case: 2,
    what: 'a call has one id and one call_id in all of its events',
    answer: { calls: [A] },
    items: ['function_call read {"path":"a"}'],
    checkStream: ({ events, response }) => {
      const items = events.flatMap(({ item }) => (item === undefined ? [] : [item as Json]));
      expect(new Set([...items, ...response.output].map(({ id, call_id }) => `${id} ${call_id}`)).size).to.equal(1);
    },
  },
  {
    case: 3,
    what: 'an id that every client takes stays the call_id, and is not the id of the item',
    answer: { calls: [A] },
    items: ['function_call read {"path":"a"}'],
    check: (response) => expect(callIds(response)).to.deep.equal(['call_a']),
  },
  {
    case: 4,
    what: 'ids that differ in special characters only stay apart',
    answer: {
      calls: [
        { ...A, id: 'a.b:0' },
        { ...A, id: 'a_b_0' },
        { ...A, id: 'x+/=' },
      ],
    },
    items: Array(3).fill('function_call read {"path":"a"}'),
    check: (response) => expect(new Set(callIds(response)).size).to.equal(3),
  },
  {
    case: 5,
    what: 'a long id becomes a short one without what is in it',
    answer: { calls: [{ ...A, id: LONG_ID }] },
    items: ['function_call read {"path":"a"}'],
    check: (response) => expect(JSON.stringify(response)).not.to.contain('signature'),
  },
  {
    case: 14,
    what: 'text has all of its events, in order',
    answer: { content: 'Hi' },
    items: ['message Hi'],
    checkStream: ({ types }) =>
      expect(types).to.deep.equal([
        'response.created',
        'response.in_progress',
        'response.output_item.added',
        'response.content_part.added',
        'response.output_text.delta',
        'response.output_text.done',
        'response.content_part.done',
        'response.output_item.done',
        'response.completed',
      ]),
  },
  {
    case: 16,
    what: 'the name is in the last event of a call',
    answer: { calls: [A] },
    items: ['function_call read {"path":"a"}'],
    checkStream: ({ events }) => {
      const done = events.filter(({ type }) => type === 'response.output_item.done');
      expect(done.map(({ item }) => (item as Json).name)).to.deep.equal(['read']);
    },
  },
  {
    case: 17,
    what: 'reasoning, text and two calls are four items',
    answer: { reasoning: 'I think.', content: 'I look.', calls: [A, B] },
    items: [
      'reasoning I think.',
      'message I look.',
      `function_call read ${A.arguments}`,
      `function_call write ${B.arguments}`,
    ],
    checkStream: ({ events }) => {
      const added = events.filter(({ type }) => type === 'response.output_item.added');
      expect(added.map(({ output_index: index }) => index)).to.deep.equal([0, 1, 2, 3]);
    },
  },
  {
    case: 18,
    what: 'reasoning comes before the message, also if both are in one chunk',
    answer: [
      completion([{ message: { role: 'assistant', content: 'Yes.', reasoning: 'So' }, finish_reason: 'stop' }]),
      [chunk({ content: 'Yes.', reasoning: 'So', reasoning_content: 'So' }), chunk({}, 'stop'), DONE],
    ],
    items: ['reasoning So', 'message Yes.'],
  },
  {
    case: 18,
    what: 'reasoning after text is an item of its own',
    answer: [
      completion([{ message: { role: 'assistant', content: 'One.', reasoning: 'Hm' }, finish_reason: 'stop' }]),
      [chunk({ content: 'One.' }), chunk({ reasoning: 'Hm' }), chunk({ content: 'Two.' }), chunk({}, 'stop'), DONE],
    ],
    items: [],
    checkStream: ({ items }) =>
      expect(items.map(shortOf)).to.deep.equal(['message One.', 'reasoning Hm', 'message Two.']),
  },
  {
    case: 19,
    what: 'a call alone is exactly one item, also with white space before it',
    answer: { content: '\n\n', calls: [A] },
    items: ['function_call read {"path":"a"}'],
  },
  {
    case: 19,
    what: 'white space before text stays',
    answer: { content: '\n        \n            Hi' },
    items: ['message \n        \n            Hi'],
  },
  {
    case: 21,
    what: 'the stream ends with response.completed, without [DONE]',
    answer: { content: 'Hi' },
    items: ['message Hi'],
    checkStream: ({ types }) => expect(types.at(-1)).to.equal('response.completed'),
  },
  {
    case: 22,
    what: 'text and arguments may look like the end of a stream',
    answer: { content: 'data: [DONE]\n\n</tool_call>', calls: [B] },
    items: ['message data: [DONE]\n\n</tool_call>', `function_call write ${B.arguments}`],
  },
  {
    case: 23,
    what: 'arguments come in fragments that alternate',
    answer: [
      completion([
        {
          message: {
            role: 'assistant',
            tool_calls: [A, B].map(({ id, ...called }) => ({ id, type: 'function', function: called })),
          },
          finish_reason: 'tool_calls',
        },
      ]),
      [
        chunk({ tool_calls: [{ index: 0, id: A.id, function: { name: A.name, arguments: A.arguments.slice(0, 4) } }] }),
        chunk({ tool_calls: [{ index: 1, id: B.id, function: { name: B.name, arguments: B.arguments.slice(0, 9) } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: A.arguments.slice(4) } }] }),
        chunk({ tool_calls: [{ index: 1, function: { arguments: B.arguments.slice(9) } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ],
    ],
    items: [`function_call read ${A.arguments}`, `function_call write ${B.arguments}`],
  },
  {
    case: 24,
    what: 'calls have no index',
    answer: [
      completion([
        {
          message: {
            role: 'assistant',
            tool_calls: [A, B].map(({ id, ...called }) => ({ id, function: called })),
          },
          finish_reason: 'stop',
        },
      ]),
      [
        chunk({ tool_calls: [{ id: A.id, function: { name: A.name, arguments: A.arguments } }] }),
        chunk({ tool_calls: [{ id: B.id, function: { name: B.name, arguments: B.arguments } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ],
    ],
    items: [`function_call read ${A.arguments}`, `function_call write ${B.arguments}`],
  },
  {
    case: 24,
    what: 'all calls of a whole answer have the same index',
    answer: [
      completion([
        {
          message: {
            role: 'assistant',
            tool_calls: [A, B].map(({ id, ...called }) => ({ index: 0, id, function: called })),
          },
          finish_reason: 'stop',
        },
      ]),
      framesOf({ calls: [A, B] }),
    ],
    items: [`function_call read ${A.arguments}`, `function_call write ${B.arguments}`],
  },
  {
    case: 25,
    what: 'text and calls are in several choices',
    answer: [
      completion([
        { index: 0, message: { role: 'assistant', content: 'I look.' }, finish_reason: 'tool_calls' },
        ...[A, B].map(({ id, ...called }, at) => ({
          index: at + 1,
          message: { role: 'assistant', content: null, tool_calls: [{ id, type: 'function', function: called }] },
          finish_reason: 'tool_calls',
        })),
      ]),
      [
        delta(0, { content: 'I look.' }),
        delta(1, { tool_calls: [{ index: 0, id: A.id, function: { name: A.name, arguments: A.arguments } }] }),
        delta(2, { tool_calls: [{ index: 0, id: B.id, function: { name: B.name, arguments: B.arguments } }] }),
        delta(0, {}, 'tool_calls'),
        delta(1, {}, 'tool_calls'),
        delta(2, {}, 'tool_calls'),
        DONE,
      ],
    ],
    items: ['message I look.', `function_call read ${A.arguments}`, `function_call write ${B.arguments}`],
  },
  {
    case: 28,
    what: 'the bound on tokens is reached',
    answer: { content: 'Once upon', finish: 'length' },
    items: ['message Once upon'],
    status: 'incomplete',
    check: ({ incomplete_details: details, output }) => {
      expect(details).to.deep.equal({ reason: 'max_output_tokens' });
      expect(output[0]).to.include({ status: 'incomplete' });
    },
  },
  {
    case: 28,
    what: 'the context window is full',
    answer: { content: 'Once upon', finish: 'model_length' },
    items: ['message Once upon'],
    status: 'incomplete',
    check: ({ incomplete_details: details }) => expect(details).to.deep.equal({ reason: 'max_output_tokens' }),
  },
  {
    case: 28,
    what: 'the bound is reached in reasoning',
    answer: { reasoning: 'Let me', finish: 'length' },
    items: ['reasoning Let me'],
    status: 'incomplete',
    check: ({ output }) => expect(output[0]).to.include({ status: 'incomplete' }),
  },
  {
    case: 28,
    what: 'the bound is reached inside a call',
    answer: { calls: [A, { ...B, arguments: '{"path":"b","te' }], finish: 'length' },
    items: [`function_call read ${A.arguments}`, 'function_call write {"path":"b","te'],
    status: 'incomplete',
    check: ({ output }) => expect(output.map(({ status }) => status)).to.deep.equal(['completed', 'incomplete']),
  },
  {
    case: 28,
    what: 'whole calls count as an answer whatever its end says',
    answer: { calls: [A], finish: 'length' },
    items: [`function_call read ${A.arguments}`],
  },
  {
    case: 29,
    what: 'a filter ends the answer',
    answer: { content: 'I will', finish: 'content_filter' },
    items: ['message I will'],
    status: 'incomplete',
    check: ({ incomplete_details: details }) => expect(details).to.deep.equal({ reason: 'content_filter' }),
  },
  {
    case: 29,
    what: 'a filter ends the answer before its first word',
    answer: { content: '', finish: 'content_filter' },
    items: [],
    status: 'incomplete',
  },
  {
    case: 30,
    what: 'a refusal is a part of the message',
    answer: { refusal: 'I cannot help with that.' },
    items: ['message refusal:I cannot help with that.'],
  },
  {
    case: 30,
    what: 'a refusal after text is the second part',
    answer: { content: 'Well.', refusal: 'No.' },
    items: ['message Well.|refusal:No.'],
  },
  {
    case: 52,
    what: 'empty arguments become an object',
    answer: { calls: [{ ...A, arguments: '' }] },
    items: ['function_call read {}'],
  },
  {
    case: 52,
    what: 'arguments come as an object',
    answer: { calls: [{ ...A, arguments: { path: 'a' } }] },
    items: ['function_call read {"path":"a"}'],
  },
  {
    case: 53,
    what: 'cached tokens count once',
    answer: {
      content: 'Hi',
      usage: {
        prompt_tokens: 111,
        completion_tokens: 7,
        total_tokens: 118,
        prompt_tokens_details: { cached_tokens: 30 },
        completion_tokens_details: { reasoning_tokens: 3 },
      },
    },
    items: ['message Hi'],
    check: ({ usage }) =>
      expect(usage).to.deep.equal({
        input_tokens: 111,
        input_tokens_details: { cached_tokens: 30 },
        output_tokens: 7,
        output_tokens_details: { reasoning_tokens: 3 },
        total_tokens: 118,
      }),
  },
  {
    case: 53,
    what: 'reasoning that is counted beside the answer belongs to it',
    answer: {
      content: 'Hi',
      usage: {
        prompt_tokens: 10,
        completion_tokens: 2,
        total_tokens: 17,
        completion_tokens_details: { reasoning_tokens: 5 },
      },
    },
    items: ['message Hi'],
    check: ({ usage }) => expect(usage).to.include({ input_tokens: 10, output_tokens: 7, total_tokens: 17 }),
  },
  {
    case: 53,
    what: 'counts that are no whole numbers become whole numbers',
    answer: { content: 'Hi', usage: { prompt_tokens: 10.4, completion_tokens: 1e300, total_tokens: 5 } },
    items: ['message Hi'],
    check: ({ usage }) => expect(usage).to.include({ input_tokens: 10, output_tokens: 1e15, total_tokens: 1e15 + 10 }),
  },
  {
    case: 18,
    what: 'reasoning comes in details only',
    answer: [
      completion([
        {
          message: { role: 'assistant', content: 'Hi', reasoning_details: [{ type: 'reasoning.text', text: 'Hm.' }] },
          finish_reason: 'stop',
        },
      ]),
      [
        chunk({ reasoning_details: [{ type: 'reasoning.text', text: 'Hm.', index: 0 }] }),
        chunk({ reasoning_details: [{ type: 'reasoning.encrypted', data: 'x', index: 1 }] }),
        chunk({ content: 'Hi' }),
        chunk({}, 'stop'),
        DONE,
      ],
    ],
    items: ['reasoning Hm.', 'message Hi'],
  },
  {
    case: 53,
    what: 'usage that the provider does not report is estimated',
    answer: { content: 'Hello to all of you' },
    asked: { tools: [] },
    items: ['message Hello to all of you'],
    check: ({ usage }) => {
      const { input_tokens: input, output_tokens: output } = usage as { input_tokens: number; output_tokens: number };
      expect(input).to.be.within(1, 50);
      expect(output).to.be.within(2, 50);
    },
  },
];

describe('Answers of the Responses API', () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.set([answering({ content: 'Hello' })]);
  });

  after(() => stage.close());

  for (const { case: number, what, answer, asked = {}, items, status = 'completed', check, checkStream } of ROWS) {
    it(`${number}: ${what}`, async () => {
      stage.upstreams[0]?.always(Array.isArray(answer) ? wholeOrStream(...answer) : answering(answer as ChatAnswer));
      const body = { tools: [READ, { ...READ, name: 'write' }], ...asked };
      const streamed = await askStreamed(stage, body);
      checkStream?.(streamed);
      check?.(streamed.response);
      expect(streamed.response.status).to.equal(status);
      if (checkStream !== undefined && items.length === 0) return;
      expect(streamed.items.map(shortOf)).to.deep.equal(items);
      const whole = await ask(stage, body);
      expect(whole.body.status).to.equal(status);
      expect(whole.body.output.map(shortOf)).to.deep.equal(items);
      check?.(whole.body as unknown as CheckedStream['response']);
    });
  }

  it('asks a stream for its usage', async () => {
    stage.upstreams[0]?.always(answering({ content: 'Hi' }));
    await askStreamed(stage);
    expect(lastSent(stage).stream_options).to.deep.equal({ include_usage: true });
  });

  it('repeats what was asked, with the defaults of what was not', async () => {
    stage.upstreams[0]?.always(answering({ content: 'Hi' }));
    const { body } = await ask(stage, {
      instructions: 'Be brief.',
      temperature: 0.2,
      metadata: { a: 'b' },
      store: true,
      reasoning: { effort: 'low', summary: 'auto' },
      max_output_tokens: 100,
      tools: [{ type: 'function', name: 'read' }],
      tool_choice: 'required',
      text: { verbosity: 'low' },
    });
    expect(body).to.deep.include({
      instructions: 'Be brief.',
      model: 'a-model',
      temperature: 0.2,
      top_p: 1,
      metadata: { a: 'b' },
      store: false,
      reasoning: { effort: 'low', summary: 'auto' },
      max_output_tokens: 100,
      tools: [{ type: 'function', name: 'read', description: null, parameters: null, strict: null }],
      tool_choice: 'required',
      text: { format: { type: 'text' }, verbosity: 'low' },
    });
    expect(lastSent(stage)).not.to.have.any.keys('metadata', 'store', 'input', 'instructions', 'reasoning', 'text');
  });

  it('has the web pages that an answer cites', async () => {
    const url_citation = { url: 'https://a.example', title: 'A', start_index: 0, end_index: 2 };
    stage.upstreams[0]?.always(
      answering({ content: 'Hi', message: { annotations: [{ type: 'url_citation', url_citation }] } }),
    );
    for (const { output } of [(await askStreamed(stage)).response, (await ask(stage)).body]) {
      expect(firstPart(output).annotations).to.deep.equal([{ type: 'url_citation', ...url_citation }]);
    }
  });

  it('has the probabilities of tokens that were asked for', async () => {
    const logprobs = [{ token: 'Hi', logprob: -0.1, bytes: [72, 105], top_logprobs: [] }];
    const choice = { index: 0, finish_reason: 'stop', logprobs: { content: logprobs } };
    stage.upstreams[0]?.always(
      wholeOrStream(completion([{ ...choice, message: { role: 'assistant', content: 'Hi' } }]), [
        `data: ${JSON.stringify({ id: 'c', choices: [{ ...choice, delta: { content: 'Hi' } }] })}\n\n`,
        DONE,
      ]),
    );
    const body = { top_logprobs: 2 };
    for (const { output } of [(await askStreamed(stage, body)).response, (await ask(stage, body)).body]) {
      expect(firstPart(output).logprobs).to.deep.equal(logprobs);
    }
    expect(lastSent(stage)).to.include({ logprobs: true, top_logprobs: 2 });
  });
});
