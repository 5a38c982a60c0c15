import { expect } from 'chai';
import type OpenAI from 'openai';
import {
  type Answerer,
  answer,
  chunk,
  completion,
  DONE,
  reply,
  type ScriptedUpstream,
  stream,
} from '../../scripted-upstream.js';
import { SurfaceStage } from './surface-stage.js';

const text = (words: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'cmpl-1', object: 'text_completion', created: 1, model: 'a-model', choices: [{ text: words, index: 0, logprobs: null, finish_reason: finish }] })}\n\n`;
const usage = (object: string): string =>
  `data: ${JSON.stringify({ id: 'c', object, created: 1, model: 'a-model', choices: [], usage: { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 } })}\n\n`;

const NATIVE = stream([text('Once'), text(' upon'), text('', 'stop'), usage('text_completion'), DONE]);
const CHAT = stream([
  chunk({ role: 'assistant', content: '' }),
  chunk({ content: 'Once' }),
  chunk({ content: ' upon' }),
  chunk({}, 'stop'),
  usage('chat.completion.chunk'),
  DONE,
]);

const PARTS = [
  { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
  { type: 'text', text: 'Once' },
  { type: 'text', text: ' upon' },
];
const chatAnswer = (message: object): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'a-model',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 },
});

interface Heard {
  readonly text: string;
  readonly objects: readonly string[];
  readonly finish: string | null | undefined;
  readonly usage: OpenAI.CompletionUsage | undefined;
}

const heard = async (chunks: AsyncIterable<OpenAI.Completion>): Promise<Heard> => {
  const all: OpenAI.Completion[] = [];
  for await (const each of chunks) all.push(each);
  const choices = all.flatMap((each) => each.choices);
  return {
    text: choices.map((choice) => choice.text).join(''),
    objects: [...new Set(all.map(({ object }) => object))],
    finish: choices.at(-1)?.finish_reason,
    usage: all.at(-1)?.usage ?? undefined,
  };
};

describe('Completions', () => {
  let stage: SurfaceStage;
  let client: OpenAI['completions'];
  const start = async (provider: object = {}): Promise<void> => {
    stage = await SurfaceStage.start(2, {}, {}, provider);
    client = stage.proxy.client.completions;
  };
  afterEach(() => stage.close());
  const one = (): ScriptedUpstream => stage.upstreams[0] as ScriptedUpstream;
  const two = (): ScriptedUpstream => stage.upstreams[1] as ScriptedUpstream;

  const ways = [
    { what: 'at a target that has them', provider: {}, path: '/v1/completions', streamed: NATIVE },
    {
      what: 'at a target that has only chat',
      provider: { speaks: ['chat'] },
      path: '/v1/chat/completions',
      streamed: CHAT,
    },
  ];
  for (const { what, provider, path, streamed } of ways) {
    it(`stream ${what}, with usage if it is asked for`, async () => {
      await start(provider);
      one().always(streamed);
      for (const included of [true, false]) {
        const options = included ? { stream_options: { include_usage: true } } : {};
        const result = await heard(await client.create({ model: 'default', prompt: 'x', stream: true, ...options }));
        expect(result).to.deep.equal({
          text: 'Once upon',
          objects: ['text_completion'],
          finish: 'stop',
          usage: included ? { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 } : undefined,
        });
      }
      expect(one().received.map((request) => request.path)).to.deep.equal([path, path]);
      const [record] = await stage.requests();
      expect(record).to.include({
        path: '/completions',
        promptTokens: 4,
        completionTokens: 2,
        tokensEstimated: false,
        stream: true,
      });
    });

    it(`fall over before the first word ${what}`, async () => {
      await start(provider);
      one().always(stream([': hi\n\n', 'data: {"error":{"message":"Internal error"}}\n\n']));
      two().always(streamed);
      expect((await heard(await client.create({ model: 'default', prompt: 'x', stream: true }))).text).to.equal(
        'Once upon',
      );
    });

    it(`end with an error if the stream breaks off ${what}`, async () => {
      await start(provider);
      const first = path.includes('chat') ? chunk({ content: 'Once' }) : text('Once');
      one().always(stream([first], 'cut'));
      const error = await client
        .create({ model: 'default', prompt: 'x', stream: true })
        .then(heard)
        .then(
          () => undefined,
          (cause: Error) => cause,
        );
      expect(error?.message).to.include('broke off after its first token');
      expect(two().received).to.deep.equal([]);
    });

    it(`get an estimate of the usage if none is reported ${what}`, async () => {
      await start(provider);
      const parts = path.includes('chat') ? [chunk({ content: 'Once' }), chunk({}, 'stop')] : [text('Once', 'stop')];
      one().always(stream([...parts, DONE]));
      const found = await heard(
        await client.create({ model: 'default', prompt: 'x', stream: true, stream_options: { include_usage: true } }),
      );
      expect(found.objects).to.deep.equal(['text_completion']);
      expect(found.usage?.completion_tokens).to.equal(1);
    });
  }

  const whole: readonly [what: string, speaks: readonly string[], answerer: Answerer][] = [
    ['an answer of a chat endpoint', ['chat'], answer('Once upon')],
    ['a stream of a chat endpoint', ['chat'], CHAT],
    ['an answer of a chat endpoint in parts', ['chat'], reply(200, chatAnswer({ content: PARTS }))],
    ['a refusal of a chat endpoint', ['chat'], reply(200, chatAnswer({ content: null, refusal: 'Once upon' }))],
    ['a stream in place of an answer', ['chat', 'completions'], NATIVE],
  ];
  for (const [what, speaks, answerer] of whole) {
    it(`come whole from ${what}`, async () => {
      await start({ speaks });
      one().always(answerer);
      const found = await client.create({ model: 'default', prompt: ['x'], max_tokens: 5 });
      expect(found.object).to.equal('text_completion');
      expect(found.choices).to.deep.equal([{ text: 'Once upon', index: 0, logprobs: null, finish_reason: 'stop' }]);
      expect(found.usage?.total_tokens).to.be.above(0);
      expect(found.id).to.not.match(/^chatcmpl/);
    });
  }

  it('come as a stream from an answer that is whole', async () => {
    await start();
    const choices = [{ text: 'Once upon', index: 0, logprobs: null, finish_reason: 'length' }];
    one().always(reply(200, { id: 'cmpl-1', object: 'text_completion', created: 1, model: 'a-model', choices }));
    const found = await heard(await client.create({ model: 'default', prompt: 'x', stream: true }));
    expect(found).to.deep.equal({
      text: 'Once upon',
      objects: ['text_completion'],
      finish: 'length',
      usage: undefined,
    });
  });

  it('reach a chat endpoint as a message, with everything else that chat has', async () => {
    await start({ speaks: ['chat'] });
    one().always(reply(200, completion('Once')));
    await client.create({
      model: 'default',
      prompt: 'x',
      temperature: 0.5,
      stop: ['.'],
      echo: false,
      best_of: 1,
      suffix: null,
      logprobs: null,
    });
    expect(one().received[0]?.body).to.deep.equal({
      model: 'a-model',
      messages: [{ role: 'user', content: 'x' }],
      temperature: 0.5,
      stop: ['.'],
    });
  });

  const impossible: readonly [what: string, body: object, says: string][] = [
    ['several prompts', { prompt: ['a', 'b'] }, 'takes one text at a time'],
    ['tokens', { prompt: [1, 2] }, 'takes one text at a time'],
    ['a suffix', { suffix: 'end' }, 'has no "suffix"'],
    ['an echo', { echo: true }, 'has no "echo"'],
    ['the best of several', { best_of: 3 }, 'has no "best_of"'],
    ['log probabilities', { logprobs: 2 }, 'has no "logprobs"'],
  ];
  for (const [what, body, says] of impossible) {
    it(`with ${what} pass over targets that have only chat`, async () => {
      await start({ speaks: ['chat'] });
      const response = await stage.post('/completions', { prompt: 'x', ...body });
      expect(response.status).to.equal(400);
      expect(await response.text()).to.include(says.replaceAll('"', '\\"'));
      expect(one().received).to.deep.equal([]);
    });
  }

  it('go to the chat endpoint of a target that turns out not to have them', async () => {
    await start();
    const noPath: Answerer = (res, request) =>
      (request.path === '/v1/completions' ? reply(404, { detail: 'Not Found' }) : answer('Once upon'))(res, request);
    one().always(noPath);
    two().always(noPath);
    for (let times = 0; times < 2; times++) {
      const found = await client.create({ model: 'default', prompt: 'x' });
      expect(found.choices[0]?.text).to.equal('Once upon');
    }
    expect(one().received.map(({ path }) => path)).to.deep.equal([
      '/v1/completions',
      '/v1/chat/completions',
      '/v1/chat/completions',
    ]);
  });

  it('stream every prompt to its end', async () => {
    await start();
    const of = (index: number, words: string, finish: string | null): string =>
      `data: ${JSON.stringify({ id: 'c', object: 'text_completion', choices: [{ text: words, index, finish_reason: finish }] })}\n\n`;
    one().always(stream([of(0, 'A', null), of(0, '', 'stop'), of(1, 'B', null), of(1, '', 'stop'), DONE]));
    const found = await heard(await client.create({ model: 'default', prompt: ['a', 'b'], stream: true }));
    expect(found.text).to.equal('AB');
  });
});
