import { once } from 'node:events';
import { pipeline, Readable } from 'node:stream';
import type { Translation } from '429chain/plugin';
import { expect } from 'chai';
import { definePlugin } from '../../../src/plugin/index.js';
import { RawCaller } from '../../network/raw-caller.js';
import { chainOver, HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import { answer, hangUp, reply, ScriptedUpstream, stream } from '../../scripted-upstream.js';
import { until } from '../../until.js';

interface Line {
  readonly word?: string;
  readonly over?: boolean;
  readonly cost?: number;
}

/** An API that sends one JSON object per line, with field names of its own. */
const LINES: Translation = {
  framing: 'lines',
  answer: (response) => ({
    choices: [{ message: { role: 'assistant', content: (response as Line).word }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 2, completion_tokens: (response as Line).cost },
  }),
  stream: () => (event) => {
    const { word, over, cost } = event.data as Line;
    if (over) {
      return [
        { choices: [{ delta: {}, finish_reason: 'stop' }] },
        { choices: [], usage: { prompt_tokens: 2, completion_tokens: cost } },
      ];
    }
    return word === undefined ? undefined : { choices: [{ delta: { content: word } }] };
  },
  models: (response) => (response as { names: string[] }).names.map((id) => ({ id })),
};

/** A stream that has not moved for this long has stopped. */
const STILL_MS = 1_000;

function* forEver<T>(value: T): Generator<T> {
  for (;;) yield value;
}

const MESSAGE = { role: 'assistant', content: 'hi' };

const line = (value: object): string => `${JSON.stringify(value)}\n`;
const WORDS = [{ word: 'Grüße ' }, { tick: 1 }, { word: 'aus ' }, { word: 'Köln' }, { over: true, cost: 7 }].map(line);

describe('A provider type that translates', () => {
  let one: ScriptedUpstream;
  let two: ScriptedUpstream;
  let proxy: RunningProxy | undefined;

  beforeEach(async () => {
    one = await ScriptedUpstream.start();
    two = (await ScriptedUpstream.start()).always(answer('two'));
  });

  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
    await Promise.all([one.close(), two.close()]);
  });

  /** Starts the proxy in front of a provider of this type, and of one that speaks OpenAI's protocol. */
  const start = async (translate: Translation = LINES, chain: object = {}): Promise<RunningProxy> => {
    const plugin = definePlugin({
      name: 'lines',
      apply: (api) =>
        api.addProviderType('lines', {
          translate,
          keyHeader: 'X-Their-Key',
          modelsPath: '/names',
          adapt: ({ headers, body }) => ({ path: '/say', headers, body: { ask: body.messages, live: body.stream } }),
        }),
    });
    const { providers, chains } = chainOver([one, two], chain) as { providers: Record<string, object>; chains: object };
    proxy = await startProxy(
      { providers: { ...providers, one: { ...providers.one, type: 'lines' } }, chains },
      {
        plugins: [plugin],
      },
    );
    return proxy;
  };

  /** Without the comments before each. */
  const framesOf = (text: string): string[] =>
    text
      .split('\n\n')
      .map((frame) => frame.replace(/^(?::.*\n)+/, ''))
      .filter((frame) => frame !== '');

  const textOf = (text: string): string =>
    framesOf(text)
      .filter((frame) => frame.startsWith('data: {'))
      .map((frame) => JSON.parse(frame.slice(6)).choices?.[0]?.delta?.content ?? '')
      .join('');

  it('sends requests in its own format, with the key in its own header', async () => {
    const { post } = await start();
    one.always(reply(200, { word: 'hi', cost: 1 }));
    await post({ messages: HELLO });
    expect(one.received[0]).to.deep.include({ path: '/v1/say', body: { ask: HELLO } });
  });

  it('answers as OpenAI does, with missing fields filled in', async () => {
    const { post } = await start();
    one.always(reply(200, { word: 'hi', cost: 1 }));
    const response = await post({ messages: HELLO });
    const body = (await response.json()) as Record<string, unknown>;
    expect(body).to.deep.include({
      object: 'chat.completion',
      model: 'a-model',
      choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
    });
    expect(body.id).to.equal(`chatcmpl-${response.headers.get('x-request-id')}`);
    expect(body.created).to.be.a('number');
  });

  for (const [how, parts] of [
    ['line by line', WORDS],
    ['in one piece', [WORDS.join('')]],
    ['byte by byte', Array.from(Buffer.from(WORDS.join('')), (byte) => Buffer.from([byte]))],
    ['without the last line end', [WORDS.join('').trimEnd()]],
    ['with the line ends of Windows', [WORDS.join('').replaceAll('\n', '\r\n')]],
  ] as const) {
    it(`streams an answer that comes ${how}, and ends with [DONE]`, async () => {
      const { post } = await start();
      one.always(stream(parts));
      const text = await (await post({ messages: HELLO, stream: true })).text();
      expect(textOf(text)).to.equal('Grüße aus Köln');
      expect(framesOf(text).at(-1)).to.equal('data: [DONE]');
      expect(text).not.to.contain('usage');
    });
  }

  it('may leave out the role and the delta of a chunk, and the SDK still reads it', async () => {
    const { client } = await start({
      answer: () => ({ id: undefined, choices: [{ message: { content: 'hi' } }] }),
      stream: () => (event) => ({
        choices: [(event.data as Line).over ? { finish_reason: 'stop' } : { delta: { content: 'hi' } }],
      }),
    });
    const request = { model: 'default', messages: [...HELLO] };
    one.always(reply(200, {}));
    const whole = await client.chat.completions.create(request);
    expect(whole.choices[0]?.message).to.deep.equal(MESSAGE);
    expect(whole.id).to.be.a('string');
    one.always(stream(['data: {}\n\n', 'data: {"over":true}\n\n']));
    const { choices } = await client.chat.completions.stream(request).finalChatCompletion();
    expect(choices[0]?.message).to.include(MESSAGE);
    for await (const { choices } of await client.chat.completions.create({ ...request, stream: true })) {
      expect(choices[0]?.delta).to.be.an('object');
    }
  });

  it('fails on an endless frame before it fills the memory', async () => {
    const { post } = await start();
    const mebibyte = Buffer.alloc(1024 * 1024, 'x');
    one.always((res) => {
      res.writeHead(200);
      pipeline(Readable.from(forEver(mebibyte)), res, () => {});
    });
    const response = await post({ messages: HELLO, stream: true });
    expect(response.headers.get('x-429chain-target')).to.equal('two/a-model');
    expect(await response.text()).to.contain('two');
  });

  it('leaves out events without content', async () => {
    const { post } = await start();
    one.always(stream(WORDS));
    const text = await (await post({ messages: HELLO, stream: true })).text();
    expect(text).not.to.contain(':\n');
    expect(framesOf(text).filter((frame) => !frame.startsWith('data: {'))).to.deep.equal(['data: [DONE]']);
  });

  for (const [what, answerer] of [
    ['an error on its first line', stream([line({ error: 'no luck' }), ...WORDS])],
    ['a line that is not JSON', stream(['Internal Server Error\n'])],
    ['a page', reply(200, '<html>\n<title>Sign in</title>\n</html>')],
    ['nothing at all', stream([])],
    ['a broken connection', hangUp],
  ] as const) {
    it(`falls through to the next target when its stream starts with ${what}`, async () => {
      const { post } = await start();
      one.always(answerer);
      expect(textOf(await (await post({ messages: HELLO, stream: true })).text())).to.equal('two');
    });
  }

  it('resumes at another target when its stream breaks', async () => {
    const sentence = ['The harbour of the old town ', 'lies behind the long white wall '];
    const { post } = await start();
    one.always(
      stream(
        sentence.map((word) => line({ word })),
        'cut',
      ),
    );
    two.always((res, request) => {
      const messages = request.body.messages as { content: string }[];
      expect(messages.some(({ content }) => content.includes('The harbour'))).to.equal(true);
      return answer(`${sentence.join('')}and nobody sees it.`)(res, request);
    });
    const text = await (await post({ messages: HELLO, stream: true })).text();
    expect(textOf(text)).to.equal(`${sentence.join('')}and nobody sees it.`);
  });

  it('pauses while the caller does not read, and continues when it does', async () => {
    const { address } = await start();
    const word = 'x'.repeat(64 * 1024);
    const count = 600;
    let written = 0;
    let movedAt = performance.now();
    one.always(async (res, { aborted }) => {
      for (; written < count; written++) {
        if (!res.write(line({ word }))) await Promise.race([once(res, 'drain'), aborted]);
        movedAt = performance.now();
      }
      res.end(line({ over: true, cost: 1 }));
    });
    const caller = new RawCaller(address);
    caller.socket.pause();
    await until(() => written > 0 && performance.now() - movedAt > STILL_MS);
    expect(written).to.be.below(count);
    caller.socket.resume();
    const { body, whole } = await caller.answer();
    expect(whole).to.equal(true);
    expect(body.length).to.be.above(count * word.length);
    expect(body.toString().trimEnd().endsWith('data: [DONE]')).to.equal(true);
  });

  for (const [where, broken] of [
    ['an answer', { answer: () => fail() }],
    ['the start of a stream', { stream: () => fail() }],
    ['an event of a stream', { stream: () => () => fail() }],
  ] as const) {
    it(`is named in the failure when it throws for ${where}, and the next target answers`, async () => {
      const { post, app } = await start({ ...LINES, ...broken } as Translation);
      const streamed = 'stream' in broken;
      one.always(streamed ? stream(WORDS) : reply(200, { word: 'hi' }));
      const request = { messages: HELLO, stream: streamed };
      expect((await post(request)).headers.get('x-429chain-target')).to.equal('two/a-model');
      const refusal = await post({ ...request, model: 'one/a-model' });
      expect(await refusal.text()).to.contain('could not translate the answer: a fault of the plugin');
      expect(app.runtime.status().targets.map(({ inFlight }) => inFlight)).to.deep.equal([0, 0]);
    });
  }

  it('returns a refusal by every target in the shape of OpenAI', async () => {
    const { post } = await start(LINES, { targets: ['one/a-model'] });
    one.always(reply(400, { fault: 'x', message: 'speak up' }));
    const response = await post({ messages: HELLO });
    expect(response.status).to.equal(400);
    expect(await response.json()).to.deep.equal({
      error: { message: 'speak up', type: 'invalid_request_error', code: 'invalid_request', param: null },
    });
  });

  it('lists its models through its own path', async () => {
    const { app, address } = await start();
    one.always(reply(200, { names: ['small', 'large'] }));
    const headers = { authorization: `Bearer ${app.runtime.adminKey}` };
    const listed = await fetch(`${address}/admin/api/providers/one/models`, { headers });
    const { models } = (await listed.json()) as { models: { id: string }[] };
    expect(models.map(({ id }) => id)).to.have.members(['small', 'large']);
    expect(one.received[0]).to.deep.include({ method: 'GET', path: '/v1/names' });
    expect(one.received[0]?.headers).to.include({ 'x-their-key': 'key-of-one' });
    expect(one.received[0]?.headers).not.to.have.property('authorization');
  });
});

const fail = (): never => {
  throw new Error('a fault of the plugin');
};
