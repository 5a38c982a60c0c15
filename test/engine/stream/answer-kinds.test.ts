import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { chainOver, HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import {
  type Answerer,
  answer,
  chunk,
  completion,
  DONE,
  reply,
  ScriptedUpstream,
  stream,
} from '../../scripted-upstream.js';

const ROLE = chunk({ role: 'assistant', content: '' });
const WORDS = 'a secret plan of the model';
const SPARE = 'from the second';
const JSON_TYPE = { 'content-type': 'application/json' };
const SSE_TYPE = { 'content-type': 'text/event-stream' };

const raw =
  (body: string | Buffer, headers: Record<string, string>, status = 200): Answerer =>
  (res) =>
    void res.writeHead(status, headers).end(body);

const whole = JSON.stringify(completion(WORDS));
const streamed = [ROLE, chunk({ content: WORDS }), chunk({}, 'stop'), DONE].join('');

interface Asked {
  readonly status: number;
  readonly target: string | null;
  readonly text: string;
}

describe('What an answer is', () => {
  let one: ScriptedUpstream;
  let two: ScriptedUpstream;
  let proxy: RunningProxy;

  const start = async (provider: object = {}, chain: object = {}): Promise<void> => {
    await proxy?.close();
    const pace = { silenceMs: 60, tailMs: 50 };
    proxy = await startProxy(chainOver([one, two], chain, provider), { pace });
  };

  beforeEach(async () => {
    one = await ScriptedUpstream.start();
    two = (await ScriptedUpstream.start()).always(answer(SPARE));
    await start();
  });

  afterEach(() => Promise.all([proxy.close(), one.close(), two.close()]));

  const ask = async (body: object = {}): Promise<Asked> => {
    const response = await proxy.post({ messages: HELLO, ...body });
    const target = response.headers.get('x-429chain-target');
    return { status: response.status, target, text: await response.text() };
  };

  const TAKEN: readonly (readonly [what: string, answer: Answerer])[] = [
    ['JSON', raw(whole, JSON_TYPE)],
    ['JSON that claims to be a stream', raw(whole, SSE_TYPE)],
    ['JSON with [DONE] behind it', raw(`${whole}\n\ndata: [DONE]\n\n`, JSON_TYPE)],
    ['JSON behind a byte order mark', raw(`\uFEFF${whole}`, JSON_TYPE)],
    ['JSON behind blank lines and comments', raw(`\n\n: waiting\n\n${whole}`, JSON_TYPE)],
    ['a stream', raw(streamed, SSE_TYPE)],
    ['a stream that claims to be JSON', raw(streamed, JSON_TYPE)],
    ['JSON in gzip', raw(gzipSync(whole), { ...JSON_TYPE, 'content-encoding': 'gzip' })],
    ['JSON in deflate', raw(deflateSync(whole), { ...JSON_TYPE, 'content-encoding': 'deflate' })],
    ['a stream in gzip', raw(gzipSync(streamed), { ...SSE_TYPE, 'content-encoding': 'gzip' })],
    ['a stream in br', raw(brotliCompressSync(streamed), { ...SSE_TYPE, 'content-encoding': 'br' })],
  ];
  for (const [what, given] of TAKEN) {
    it(`is taken from ${what}, whatever was asked for`, async () => {
      one.always(given);
      const { choices } = await proxy.client.chat.completions.create({ model: 'default', messages: [...HELLO] });
      expect(choices[0]?.message.content).to.equal(WORDS);
      expect(choices[0]?.finish_reason).to.equal('stop');
      const parts = await proxy.client.chat.completions.create({
        model: 'default',
        messages: [...HELLO],
        stream: true,
      });
      let text = '';
      for await (const part of parts) text += part.choices[0]?.delta.content ?? '';
      expect(text).to.equal(WORDS);
      expect(two.received).to.deep.equal([]);
    });
  }

  it('may be nothing but pictures', async () => {
    const message = {
      role: 'assistant',
      content: null,
      images: [{ type: 'image_url', image_url: { url: 'data:,x' } }],
    };
    one.always(reply(200, { ...completion(''), choices: [{ index: 0, message, finish_reason: 'stop' }] }));
    expect((await ask()).target).to.equal('one/a-model');
  });

  it('is read from an error in gzip', async () => {
    const refusal = gzipSync(JSON.stringify({ error: { message: 'No such field: x' } }));
    for (const each of [one, two]) each.always(raw(refusal, { ...JSON_TYPE, 'content-encoding': 'gzip' }, 400));
    const { status, text } = await ask();
    expect([status, JSON.parse(text).error.message]).to.deep.equal([400, 'No such field: x']);
  });

  const BROKEN: readonly (readonly [what: string, streamed: Answerer, whole?: Answerer])[] = [
    [
      'an end by lack of resources',
      stream([ROLE, chunk({}, 'insufficient_system_resource'), DONE]),
      reply(200, { choices: [{ message: { content: WORDS }, finish_reason: 'insufficient_system_resource' }] }),
    ],
    ['an error named by its object', stream([`data: {"object":"error","message":"${WORDS}"}\n\n`, DONE])],
    ['an error named by its type', stream([`data: {"type":"error","message":"${WORDS}"}\n\n`, DONE])],
    ['an error in a field of the event stream', stream([`error: {"code":500,"message":"${WORDS}"}\n\n`, DONE])],
    ['an error in a list', stream([`data: {"errors":[{"message":"${WORDS}"}]}\n\n`, DONE])],
    [
      'text that is not JSON',
      raw(WORDS, { 'content-type': 'text/plain' }),
      raw(WORDS, { 'content-type': 'text/plain' }),
    ],
    ['JSON that is cut off', raw(whole.slice(0, -9), JSON_TYPE), raw(whole.slice(0, -9), JSON_TYPE)],
  ];
  for (const [what, inStream, inWhole] of BROKEN) {
    it(`is not found in ${what}`, async () => {
      one.always(inStream);
      expect((await ask({ stream: true })).target).to.equal('two/a-model');
      if (inWhole === undefined) return;
      one.always(inWhole);
      expect((await ask()).target).to.equal('two/a-model');
    });
  }

  it('appears in no error and no log line', async () => {
    for (const given of [raw(WORDS, { 'content-type': 'text/plain' }), raw(whole.slice(0, -9), JSON_TYPE)]) {
      for (const each of [one, two]) each.always(given);
      for (const body of [{}, { stream: true }]) expect((await ask(body)).text).not.to.contain('secret');
    }
    expect(proxy.log.lines.join('\n')).not.to.contain('secret');
  });

  const CUT: readonly (readonly [what: string, parts: readonly string[]])[] = [
    ['the finish reason is empty and the stream is cut', [ROLE, chunk({ content: WORDS }, ''), chunk({}, '')]],
    ['an error frame follows', [ROLE, chunk({ content: WORDS }), 'data: {"object":"error","message":"no"}\n\n', DONE]],
    ['an error field follows', [ROLE, chunk({ content: WORDS }), 'error: {"message":"no"}\n\n', DONE]],
    ['a frame that is not JSON follows', [ROLE, chunk({ content: WORDS }), 'data: oops\n\n', chunk({}, 'stop'), DONE]],
    [
      'a tool call is cut off',
      [ROLE, chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"a":"one' } }] }), DONE],
    ],
  ];
  for (const [what, parts] of CUT) {
    it(`is no whole answer when ${what}`, async () => {
      await start({}, { resume: false, targets: ['one/a-model'] });
      one.always(stream(parts));
      const { text } = await ask({ stream: true });
      expect(text).not.to.contain('[DONE]');
      expect(text).to.contain('"error"');
      expect(text).not.to.contain('oops');
    });
  }

  it('is whole with [DONE] alone, if no finish reason ever comes', async () => {
    one.always(stream([ROLE, chunk({ content: WORDS }), DONE]));
    const { text } = await ask({ stream: true });
    expect(text).to.contain('[DONE]').and.not.to.contain('"error"');
  });

  it('ends soon after its finish reason, even if the provider keeps the connection open', async () => {
    one.always(stream([ROLE, chunk({ content: WORDS }), chunk({}, 'stop')], 'hang'));
    expect((await ask({ stream: true })).text).to.match(/\[DONE\]\s*$/);
  });

  it('is not kept alive by comments', async () => {
    await start({ timeouts: { idle: '200ms' } }, { resume: false, targets: ['one/a-model'] });
    one.always(async (res, { aborted }) => {
      res.writeHead(200, SSE_TYPE).write(ROLE + chunk({ content: WORDS }));
      const beat = setInterval(() => res.write(': hb\n\n'), 20);
      await aborted;
      clearInterval(beat);
    });
    expect((await ask({ stream: true })).text).to.contain('no further chunk within 0.2 s');
  });

  it('has tool calls with an index each, a role, and usage if the caller asks for it', async () => {
    const call = (id: string, more: object = {}) => ({
      id,
      type: 'function',
      function: { name: 'f', arguments: '{}' },
      ...more,
    });
    one.always(
      stream([
        chunk({ tool_calls: [call('a', { index: 0 })] }),
        chunk({ tool_calls: [call('b', { index: 0 })] }),
        chunk({}, 'tool_calls'),
        DONE,
      ]),
    );
    const { text } = await ask({ stream: true, stream_options: { include_usage: true } });
    const chunks = [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => JSON.parse(json as string));
    const calls = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []);
    expect(calls.map(({ id, index }: { id: string; index: number }) => [id, index])).to.deep.equal([
      ['a', 0],
      ['b', 1],
    ]);
    expect(chunks[0].choices[0].delta.role).to.equal('assistant');
    expect(chunks.at(-1).usage).to.include({ estimated: true });
  });

  it('is never silent for long once it has begun, and a comment is no frame of its own', async () => {
    let finish = (): void => {};
    const more = new Promise<void>((resolve) => {
      finish = resolve;
    });
    one.always(async (res) => {
      res.writeHead(200, SSE_TYPE).write(`id: 1\n${ROLE}${chunk({ content: WORDS })}`);
      await more;
      res.end(chunk({}, 'stop') + DONE);
    });
    const response = await proxy.post({ messages: HELLO, stream: true });
    let text = '';
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(part).toString();
      if (/^:\n/m.test(text)) finish();
    }
    expect(text)
      .to.match(/^:\n/m)
      .and.not.to.match(/^:.*\n\n/m);
  });

  it('begins with comments while it waits for capacity, and ends with an error if none comes', async () => {
    await start({}, { maxWait: '1s', targets: ['one/a-model'] });
    one.always(reply(429, { error: { message: 'Slow down.' } }, { 'retry-after': '0.6' }));
    const { status, text } = await ask({ stream: true });
    expect(status).to.equal(200);
    expect(text).to.match(/^:\n/).and.to.contain('"chain_exhausted"').and.not.to.contain('[DONE]');
  });
});
