import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { API_KEY, HELLO } from '../../../proxy.js';
import { type Answerer, answer, chunk, DONE, reply, silence, stream } from '../../../scripted-upstream.js';
import { until } from '../../../until.js';
import { type Asked, ChainStage } from '../../chain-stage.js';

describe('A streamed answer', () => {
  let stage: ChainStage;

  const start = async (...given: Parameters<typeof ChainStage.start>): Promise<ChainStage> => {
    stage = await ChainStage.start(...given);
    return stage;
  };

  const ask = (body?: object): Promise<Asked> => stage.ask(body);

  afterEach(() => stage.close());

  /** Every byte that the caller's socket got, head included. */
  const raw = async (body: object): Promise<string> => {
    const { port } = new URL(stage.proxy.address);
    const socket = connect(Number(port), '127.0.0.1');
    const text = JSON.stringify({ messages: HELLO, stream: true, ...body });
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${API_KEY}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    );
    const chunks: Buffer[] = [];
    socket.on('data', (part) => chunks.push(part));
    await once(socket, 'close');
    return Buffer.concat(chunks)
      .toString('utf8')
      .replace(/\r\n[0-9a-f]+\r\n|\r\n0\r\n\r\n/g, '');
  };

  it('is passed through as it came, comments and line ends included', async () => {
    const { upstreams } = await start(1);
    const text = `: OPENROUTER PROCESSING\r\n\r\ndata: {"choices":[{"delta":{"role":"assistant","content":"grüße 🌊"}}]}\r\n\r\n${chunk({}, 'stop')}${DONE}`;
    const bytes = Buffer.from(text);
    upstreams[0]?.always(stream([bytes.subarray(0, 61), bytes.subarray(61, 64), bytes.subarray(64)]));
    expect((await raw({})).replaceAll('\r\n', '\n')).to.contain(text.replaceAll('\r\n', '\n'));
  });

  it('ends with an error frame and no [DONE] when it breaks after its first token (pitfall 26)', async () => {
    const { upstreams } = await start(2, { resume: false });
    upstreams[0]?.always(stream([chunk({ content: 'Once upon' })], 'cut'));
    const text = await raw({});
    expect(text).to.contain('Once upon');
    expect(text).to.match(
      /data: \{"error":\{"message":"one\/a-model broke off after its first token: .*"code":"upstream_failed"/,
    );
    expect(text).not.to.contain('[DONE]');
    expect(upstreams[1]?.received).to.have.length(0);
  });

  it('makes the SDK raise when it carries an error after its first token', async () => {
    const { upstreams, proxy } = await start(1);
    upstreams[0]?.always(
      stream([
        chunk({ content: 'Once' }),
        `event: error\ndata: {"error":{"message":"tool failed","status_code":400}}\n\n`,
      ]),
    );
    const parts = await proxy.client.chat.completions.create({ model: 'x', messages: [...HELLO], stream: true });
    let text = '';
    const error = await (async () => {
      for await (const part of parts) text += part.choices[0]?.delta.content ?? '';
    })().catch((reason: unknown) => reason);
    expect(text).to.equal('Once');
    expect(error).to.be.an('error');
  });

  it('gets the [DONE] that a provider forgot after a complete answer', async () => {
    const { upstreams } = await start(1);
    upstreams[0]?.always(stream([chunk({ content: 'whole' }), chunk({}, 'stop')]));
    expect(await raw({})).to.contain('data: [DONE]');
  });

  it('may have CRLF line ends and a last event without blank line (pitfall 27)', async () => {
    const { upstreams } = await start(1);
    upstreams[0]?.always(
      stream([
        'data: {"choices":[{"delta":{"content":"all"}}]}\r\n\r\ndata: {"choices":[{"delta":{},"finish_reason":"stop"}]}\r\n',
      ]),
    );
    const text = await raw({});
    expect(text).to.contain('"all"').and.to.contain('[DONE]').and.not.to.contain('"error"');
  });

  const usageChunk = 'data: {"id":"c","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}\n\n';
  const telling: Answerer = (res, request) =>
    stream([
      chunk({ content: 'hi' }),
      chunk({}, 'stop'),
      (request.body.stream_options as { include_usage?: boolean })?.include_usage ? usageChunk : '',
      DONE,
    ])(res, request);

  it('has no usage chunk unless the caller asked for one, but its usage is known (pitfall 28)', async () => {
    const { upstreams, proxy } = await start(1);
    upstreams[0]?.always(telling);
    const seen: unknown[] = [];
    proxy.app.runtime.host.hooks.afterResponse.tap('test', ({ usage }) => void seen.push(usage));
    expect(await raw({}))
      .to.contain('hi')
      .and.to.contain('[DONE]')
      .and.not.to.contain('prompt_tokens');
    await until(() => seen.length === 1);
    expect(seen).to.deep.equal([{ input: 7, output: 2, estimated: false }]);
  });

  it('has the usage chunk if the caller asked for it', async () => {
    const { upstreams } = await start(1);
    upstreams[0]?.always(telling);
    expect(await raw({ stream_options: { include_usage: true } })).to.contain(usageChunk.trim());
  });

  it('is asked for without stream_options once a provider refused them (pitfall 28)', async () => {
    const { upstreams } = await start(1);
    const strict = {
      detail: [{ type: 'extra_forbidden', loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted' }],
    };
    upstreams[0]?.always((res, request) =>
      'stream_options' in request.body ? reply(422, strict)(res, request) : answer('hello')(res, request),
    );
    for (let index = 0; index < 2; index++) expect(await raw({})).to.contain('hello');
    expect(upstreams[0]?.received.map(({ body }) => 'stream_options' in body)).to.deep.equal([true, false, false]);
  });

  const whole = `${chunk({ content: 'hi' })}${chunk({}, 'stop')}`;
  const ENDS: [string, object, readonly string[], 'whole' | 'broken', string][] = [
    [
      'a finish reason before many comments',
      {},
      [whole, ...Array.from({ length: 9 }, () => ': keep-alive\n\n')],
      'whole',
      'hi',
    ],
    ['one of two choices without an end', { n: 2 }, [whole], 'broken', 'hi'],
    [
      'an error event without the word',
      {},
      [chunk({ content: 'hi' }), 'event: error\ndata: {"message":"gone"}\n\n', DONE],
      'broken',
      'hi',
    ],
    [
      'an error in one write with text before it',
      {},
      [chunk({ content: 'a' }), `${chunk({ content: 'second' })}data: {"error":{"message":"gone"}}\n\n`],
      'broken',
      'second',
    ],
  ];
  for (const [what, body, parts, end, text] of ENDS) {
    it(`counts as ${end} with ${what}`, async () => {
      const { upstreams } = await start(1);
      upstreams[0]?.always(stream(parts));
      const seen = await raw(body);
      expect(seen).to.contain(text);
      expect(seen.includes('[DONE]'), seen).to.equal(end === 'whole');
      expect(seen.includes('upstream_failed')).to.equal(end === 'broken');
    });
  }

  for (const [when, answerer] of [
    ['before the first byte', silence],
    ['in the middle of a stream', stream([chunk({ content: 'Once' })], 'hang')],
  ] as const) {
    it(`closes the upstream connection when the caller leaves ${when} (pitfall 30)`, async () => {
      const { upstreams, proxy } = await start(1, {}, { limits: [{ concurrent: 1 }] });
      upstreams[0]?.script(answerer);
      const outcomes: number[] = [];
      proxy.app.runtime.host.hooks.afterResponse.tap('test', ({ status }) => void outcomes.push(status));
      const leaving = new AbortController();
      const asked = proxy.client.chat.completions
        .create({ model: 'x', messages: [...HELLO], stream: true }, { signal: leaving.signal })
        .then(async (parts) => {
          for await (const _ of parts) leaving.abort();
        })
        .catch(() => {});
      await until(() => upstreams[0]?.received.length === 1);
      if (answerer === silence) leaving.abort();
      await upstreams[0]?.received[0]?.aborted;
      await asked;
      await until(() => outcomes.length === 1);
      expect(outcomes).to.deep.equal([499]);
      // Its slot is free again.
      expect((await ask()).status).to.equal(200);
    });
  }

  it('does not time out because the caller reads slowly (pitfall 29)', async () => {
    const { upstreams } = await start(1, { timeouts: { idle: '150ms' } });
    const big = chunk({ content: 'x'.repeat(256 * 1024) });
    upstreams[0]?.always(stream([...Array.from({ length: 100 }, () => big), chunk({}, 'stop'), DONE]));
    const response = await stage.proxy.post({ messages: HELLO, stream: true });
    // Longer than the idle timeout, while the buffers between are full.
    await new Promise((resolve) => setTimeout(resolve, 600));
    const text = await response.text();
    expect(text.length).to.be.greaterThan(100 * 256 * 1024);
    expect(text.endsWith(DONE)).to.equal(true);
  });
});
