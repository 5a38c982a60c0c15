import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { API_KEY, chainOver, HELLO, type RunningProxy, startProxy } from '../proxy.js';
import {
  type Answerer,
  answer,
  chunk,
  completion,
  DONE,
  reply,
  ScriptedUpstream,
  silence,
  stream,
} from '../scripted-upstream.js';
import { until } from '../until.js';

const spent = (seconds: string): Answerer => reply(429, { error: { message: 'spent' } }, { 'retry-after': seconds });
const broken = reply(500, { error: { message: 'broken' } });

interface AnswerBody {
  readonly error: { readonly retry_after_ms: number; readonly targets: readonly { readonly reason: string }[] };
}

describe('Waterfall', () => {
  let upstreams: ScriptedUpstream[] = [];
  let proxy: RunningProxy | undefined;

  const start = async (
    count: number,
    chain: object = {},
    provider: object = {},
  ): Promise<{ proxy: RunningProxy; upstreams: ScriptedUpstream[] }> => {
    upstreams = await Promise.all(Array.from({ length: count }, () => ScriptedUpstream.start()));
    proxy = await startProxy(chainOver(upstreams, chain, provider));
    return { proxy, upstreams };
  };

  const ask = async (body: object = {}): Promise<{ status: number; target: string | null; body: AnswerBody }> => {
    const response = await (proxy as RunningProxy).post({ messages: HELLO, ...body });
    return {
      status: response.status,
      target: response.headers.get('x-429chain-target'),
      body: (await response.json()) as AnswerBody,
    };
  };

  afterEach(async () => {
    await proxy?.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  });

  describe('finds the chain that `model` means', () => {
    const names: [string, unknown, string][] = [
      ['a chain name', 'default', 'a-model'],
      ['provider/model of a chain', 'one/a-model', 'a-model'],
      ['provider/model that no chain names', 'one/vendor/other:free', 'vendor/other:free'],
      ['a hard-coded foreign name', 'gpt-4o', 'a-model'],
      ['an unknown provider', 'nobody/gpt-4o', 'a-model'],
      ['an empty name', '', 'a-model'],
      ['no name', undefined, 'a-model'],
    ];
    for (const [what, model, expected] of names) {
      it(`${what}: ${String(model)}`, async () => {
        const { upstreams } = await start(1);
        expect((await ask({ model })).status).to.equal(200);
        expect(upstreams[0]?.received[0]?.body.model).to.equal(expected);
      });
    }
  });

  it('skips an exhausted target without asking it', async () => {
    const { upstreams } = await start(2);
    upstreams[0]?.script(spent('60'));
    for (let index = 0; index < 4; index++) expect((await ask()).target).to.equal('two/a-model');
    expect(upstreams[0]?.received).to.have.length(1);
  });

  it('asks every target of a long chain, whatever the retries (pitfall 20: tries capped by a setting)', async () => {
    const { upstreams } = await start(5, { retries: 1 });
    for (const upstream of upstreams.slice(0, 4)) upstream.always(broken);
    expect((await ask()).target).to.equal('five/a-model');
    expect(upstreams.map(({ received }) => received.length)).to.deep.equal([2, 2, 2, 2, 1]);
  });

  it('never asks a provider again whose key was refused (pitfall 17: a dead key on every request)', async () => {
    const { upstreams, proxy } = await start(2);
    upstreams[0]?.always(reply(401, { error: { message: 'Incorrect API key provided: key-of-one' } }));
    for (let index = 0; index < 3; index++) expect((await ask()).status).to.equal(200);
    expect(upstreams[0]?.received).to.have.length(1);
    const [target] = proxy.app.runtime.chains.all[0]?.targets ?? [];
    expect(target && proxy.app.runtime.stateOf(target).state).to.equal('disabled');
  });

  it('returns the first rejection as it came when every target rejects the request', async () => {
    const { upstreams } = await start(2);
    const rejection = {
      error: {
        message: 'temperature must be below 2',
        type: 'invalid_request_error',
        param: null,
        code: null,
        extra: 1,
      },
    };
    upstreams[0]?.always(reply(400, rejection));
    upstreams[1]?.always(reply(422, { detail: 'also not' }));
    expect(await ask()).to.deep.include({ status: 400, body: rejection });
  });

  it('returns a rejection at once when no other target can serve within maxWait (pitfall 33: a 400 waited the full time)', async () => {
    const { upstreams } = await start(2, { maxWait: '30s' });
    upstreams[0]?.script(spent('60'));
    await ask();
    upstreams[1]?.always(reply(400, { error: { message: 'no' } }));
    expect((await ask()).status).to.equal(400);
  });

  const REJECTIONS = [
    ['cannot do what is asked', 400, { error: { message: 'This model does not support tools' } }],
    ['finds the request too large', 413, { error: { message: 'Request too large' } }],
    [
      'has a smaller context window',
      400,
      { error: { message: 'maximum context length is 8192 tokens', code: 'context_length_exceeded' } },
    ],
  ] as const;
  for (const [what, status, body] of REJECTIONS) {
    it(`waits for a target that is back within maxWait although another ${what}`, async () => {
      const { upstreams } = await start(2, { maxWait: '12s' });
      upstreams[0]?.script(spent('1'));
      upstreams[1]?.always(reply(status, body));
      expect(await ask()).to.include({ status: 200, target: 'one/a-model' });
    });
  }

  it('says that the request is too large when only that can be mended, whatever limits other targets have', async () => {
    const { upstreams } = await start(2, { maxWait: '1s' });
    upstreams[0]?.always(spent('5000'));
    const overflow = {
      error: { message: 'This model has a maximum context length of 8192 tokens', code: 'context_length_exceeded' },
    };
    upstreams[1]?.always(reply(400, overflow));
    for (let index = 0; index < 2; index++) {
      const { status, body } = await ask();
      expect([status, body]).to.deep.equal([400, overflow]);
    }
  });

  it('passes a rejection through to each of two parallel requests to a stranger', async () => {
    const { upstreams } = await start(1, { maxWait: '0s' });
    upstreams[0]?.always(reply(400, { error: { message: 'no' } }));
    const answers = await Promise.all([ask(), ask()]);
    expect(answers.map(({ status }) => status)).to.deep.equal([400, 400]);
  });

  it('answers 503 when a fault, and not a limit, stands in the way, without waiting', async () => {
    const { upstreams } = await start(2, { maxWait: '1h' });
    upstreams[0]?.always(broken);
    upstreams[1]?.always(reply(503, 'busy'));
    const { status, body } = await ask();
    expect(status).to.equal(503);
    expect(body.error.targets.map(({ reason }) => reason)).to.deep.equal(['server_error', 'overloaded']);
  });

  it('masks a key that a provider echoes in a refusal which is handed on (pitfall 45)', async () => {
    const { upstreams } = await start(1);
    upstreams[0]?.always((res, { headers }) =>
      reply(400, { error: { message: `bad: ${headers.authorization}` } })(res, {} as never),
    );
    expect((await ask()).body).to.deep.equal({ error: { message: 'bad: Bearer ***' } });
  });

  it('does not take a refusal that breaks off for one', async () => {
    const { upstreams } = await start(2);
    upstreams[0]?.always((res) => {
      res.writeHead(400, { 'content-type': 'application/json', 'content-length': '500' });
      res.write('{"error":');
      setImmediate(() => res.destroy());
    });
    expect((await ask()).target).to.equal('two/a-model');
    upstreams[1]?.always(silence);
  });

  it('masks keys in what providers say (pitfall 45: part of a key relayed)', async () => {
    const { upstreams } = await start(1);
    upstreams[0]?.always(
      reply(401, { error: { message: 'Incorrect API key provided: key-of-one, or sk-inval*****6789.' } }),
    );
    const text = JSON.stringify((await ask()).body);
    expect(text).to.include('Incorrect API key provided');
    expect(text).not.to.match(/key-of-one|6789/);
  });

  describe('moderation', () => {
    const refusal = {
      error: { message: 'flagged', code: 403, metadata: { reasons: ['violence'], flagged_input: '…' } },
    };

    it('is returned as it came, and no other target is asked', async () => {
      const { upstreams } = await start(2, {}, { type: 'openrouter' });
      upstreams[0]?.always(reply(403, refusal));
      expect(await ask()).to.deep.include({ status: 403, body: refusal });
      expect(upstreams[1]?.received).to.have.length(0);
    });

    it("goes on where the chain says onModeration: 'next'", async () => {
      const { upstreams } = await start(2, { onModeration: 'next' }, { type: 'openrouter' });
      upstreams[0]?.always(reply(403, refusal));
      expect((await ask()).target).to.equal('two/a-model');
    });
  });

  describe('a refused field', () => {
    const refuse: Answerer = (res, request) =>
      'store' in request.body
        ? reply(422, {
            detail: [{ type: 'extra_forbidden', loc: ['body', 'store'], msg: 'Extra inputs are not permitted' }],
          })(res, request)
        : answer('hello')(res, request);

    it('is left out for one value only, as long as only that one was refused', async () => {
      const { upstreams } = await start(1);
      upstreams[0]?.always((res, request) =>
        request.body.reasoning_effort === 'bogus'
          ? reply(400, {
              error: { message: 'Unsupported value', param: 'reasoning_effort', code: 'unsupported_value' },
            })(res, request)
          : answer('hello')(res, request),
      );
      for (const effort of ['bogus', 'high', 'bogus']) await ask({ reasoning_effort: effort });
      const sent = upstreams[0]?.received.map(({ body }) => body.reasoning_effort);
      expect(sent).to.deep.equal(['bogus', undefined, 'high', undefined]);
    });

    it('is left out in one repaired retry at the same target, and never sent there again', async () => {
      const { upstreams } = await start(2);
      upstreams[0]?.always(refuse);
      for (let index = 0; index < 2; index++) expect((await ask({ store: false })).target).to.equal('one/a-model');
      expect(upstreams[0]?.received.map(({ body }) => 'store' in body)).to.deep.equal([true, false, false]);
    });
  });

  describe('waiting', () => {
    it('waits for the earliest reset within maxWait, then asks again', async () => {
      const { upstreams } = await start(2, { maxWait: '10s' });
      upstreams[0]?.script(spent('60'));
      upstreams[1]?.script(spent('1'));
      expect((await ask()).target).to.equal('two/a-model');
    });

    it('waits in order of arrival for a slot', async () => {
      const { upstreams } = await start(1, { maxWait: '20s' }, { limits: [{ concurrent: 1 }] });
      const order: unknown[] = [];
      upstreams[0]?.always((res, request) => {
        order.push(request.body.user);
        return answer('hello')(res, request);
      });
      const users = Array.from({ length: 12 }, (_, index) => index);
      const asked: Promise<unknown>[] = [];
      for (const user of users) {
        asked.push(ask({ user }));
        // The next one leaves when this one has been taken in.
        await until(() => order.length + (proxy?.app.runtime.waterfall.waiting ?? 0) > user);
      }
      await Promise.all(asked);
      expect(order).to.deep.equal(users);
    });

    it('lets no newcomer overtake those who wait (pitfall 34)', async () => {
      const { upstreams, proxy } = await start(1, { maxWait: '20s' }, { limits: [{ concurrent: 1 }] });
      const order: unknown[] = [];
      let release = (): void => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      upstreams[0]?.always(async (res, request) => {
        order.push(request.body.user);
        if (request.body.user === 'first') await released;
        await answer('hello')(res, request);
      });
      const { hooks } = proxy.app.runtime.host;
      let newcomer: Promise<unknown> | undefined;
      // It comes in the very moment in which the slot is given back.
      hooks.afterResponse.tap('test', () => {
        newcomer ??= ask({ user: 'newcomer' });
      });
      const asked = [ask({ user: 'first' })];
      await until(() => order.length === 1);
      asked.push(ask({ user: 'waiting' }));
      await until(() => proxy.app.runtime.waterfall.waiting === 1);
      release();
      await Promise.all(asked);
      await newcomer;
      expect(order).to.deep.equal(['first', 'waiting', 'newcomer']);
    });

    it('asks once for each request when several targets come back together (pitfall 34: ran twice)', async () => {
      const { upstreams } = await start(2, { maxWait: '10s' });
      for (const upstream of upstreams) upstream.script(spent('1'));
      expect((await ask()).status).to.equal(200);
      expect(upstreams.map(({ received }) => received.length).reduce((sum, count) => sum + count)).to.equal(3);
    });

    it('waits for a target that is just serving others (pitfall 21: all exhausted by a race)', async () => {
      const { upstreams } = await start(1, { maxWait: '10s' }, { limits: [{ concurrent: 2 }] });
      const answers = await Promise.all(Array.from({ length: 30 }, () => ask()));
      expect(answers.every(({ status }) => status === 200)).to.equal(true);
      expect(upstreams[0]?.received).to.have.length(30);
    });

    it('refuses at once what nothing within maxWait can serve', async () => {
      const { upstreams } = await start(1, { maxWait: '5s' });
      upstreams[0]?.script(spent('600'));
      const { status, body } = await ask();
      expect(status).to.equal(429);
      expect(body.error.retry_after_ms).to.be.closeTo(600_000, 5_000);
    });

    it('refuses at once when too many wait already', async () => {
      upstreams = [await ScriptedUpstream.start()];
      const configuration = chainOver(upstreams, { maxWait: '1h' });
      proxy = await startProxy({ server: { apiKeys: [API_KEY], maxWaiting: 2 }, ...configuration });
      const { waterfall } = proxy.app.runtime;
      upstreams[0]?.script(spent('1'), spent('1'));
      const waiting = [ask(), ask()];
      await until(() => waterfall.waiting === 2);
      expect((await ask()).status).to.equal(429);
      expect((await Promise.all(waiting)).map(({ status }) => status)).to.deep.equal([200, 200]);
    });

    it('rather waits for the better target than to spend the next one, within its patience', async () => {
      const { upstreams } = await start(2, { maxWait: '10s', patience: '3s' });
      upstreams[0]?.script(spent('1'));
      expect((await ask()).target).to.equal('two/a-model');
      expect((await ask()).target).to.equal('one/a-model');
    });

    it('does not wait for a better target that is back too late for its patience', async () => {
      const { upstreams } = await start(2, { maxWait: '10s', patience: '3s' });
      upstreams[0]?.script(spent('60'));
      for (let index = 0; index < 2; index++) expect((await ask()).target).to.equal('two/a-model');
    });

    it('forgets a caller who leaves the queue (pitfall 30: noticed only once the relay had begun)', async () => {
      const { upstreams, proxy } = await start(1, { maxWait: '1h' });
      upstreams[0]?.script(spent('1800'));
      const leaving = new AbortController();
      const asked = fetch(`${proxy.address}/v1/chat/completions`, {
        method: 'POST',
        signal: leaving.signal,
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ messages: HELLO }),
      }).catch(() => 'left');
      await until(() => proxy.app.runtime.waterfall.waiting === 1);
      leaving.abort();
      expect(await asked).to.equal('left');
      await until(() => proxy.app.runtime.waterfall.waiting === 0);
    });
  });

  for (const patience of ['0s', '3s']) {
    it(`leaves a target that served a conversation all along once it is spent, with a patience of ${patience} (pitfall 23: a caller was pinned to a target that answered 429)`, async () => {
      const { upstreams } = await start(2, { maxWait: '10s', patience });
      const conversation: { role: string; content: string }[] = [];
      const goOn = (): Promise<{ target: string | null }> => {
        conversation.push({ role: 'user', content: 'Go on' }, { role: 'assistant', content: 'I do' });
        return ask({ messages: [...conversation, ...HELLO], user: 'somebody' });
      };
      for (let index = 0; index < 3; index++) expect((await goOn()).target).to.equal('one/a-model');
      upstreams[0]?.script(spent('60'));
      for (let index = 0; index < 3; index++) expect((await goOn()).target).to.equal('two/a-model');
      expect(upstreams[0]?.received).to.have.length(4);
    });
  }

  it('waits as long as a hook says, and asks the hook no more often than that', async () => {
    const { proxy } = await start(1, { maxWait: '10s' });
    const opensAt = Date.now() + 700;
    let asked = 0;
    proxy.app.runtime.host.hooks.beforeAttempt.tap('test', () => {
      asked++;
      return Date.now() < opensAt ? { reason: 'closed', retryAt: opensAt } : undefined;
    });
    expect((await ask()).status).to.equal(200);
    expect(asked).to.be.at.most(4);
  });

  it('answers 429 when every target that is configured is out of quota, whatever others are not', async () => {
    upstreams = [await ScriptedUpstream.start()];
    upstreams[0]?.always(spent('60'));
    const { providers } = chainOver(upstreams) as { providers: object };
    proxy = await startProxy({
      providers: { ...providers, idle: { type: 'groq', apiKey: '${SET_NOWHERE}' } },
      chains: { default: { targets: ['idle/a-model', 'one/a-model'], maxWait: '0s' } },
    });
    const { status, body } = await ask();
    expect(status).to.equal(429);
    expect(body.error.targets.map(({ reason }) => reason)).to.deep.equal(['SET_NOWHERE is not set', 'rate_limit']);
  });

  describe('streams', () => {
    /** Every byte that the caller's socket got, head included. */
    const raw = async (body: object): Promise<string> => {
      const { port } = new URL((proxy as RunningProxy).address);
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

    it('passes a stream on as it is, comments and line ends included', async () => {
      const { upstreams } = await start(1);
      const text = `: OPENROUTER PROCESSING\r\n\r\ndata: {"choices":[{"delta":{"content":"grüße 🌊"}}]}\r\n\r\n${chunk({}, 'stop')}${DONE}`;
      const bytes = Buffer.from(text);
      upstreams[0]?.always(stream([bytes.subarray(0, 61), bytes.subarray(61, 64), bytes.subarray(64)]));
      expect((await raw({})).replaceAll('\r\n', '\n')).to.contain(text.replaceAll('\r\n', '\n'));
    });

    it('ends a stream that breaks after its first token with an error frame and no [DONE] (pitfall 26)', async () => {
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

    it('makes the SDK raise when a stream carries an error after its first token', async () => {
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

    it('adds the [DONE] that a provider forgot after a whole answer', async () => {
      const { upstreams } = await start(1);
      upstreams[0]?.always(stream([chunk({ content: 'whole' }), chunk({}, 'stop')]));
      expect(await raw({})).to.contain('data: [DONE]');
    });

    it('takes an event of a CRLF upstream and a last one without blank line (pitfall 27)', async () => {
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

    it('shows no usage chunk that the caller did not ask for, but knows the usage (pitfall 28)', async () => {
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

    it('shows the usage chunk to a caller who asked for it', async () => {
      const { upstreams } = await start(1);
      upstreams[0]?.always(telling);
      expect(await raw({ stream_options: { include_usage: true } })).to.contain(usageChunk.trim());
    });

    it('asks a provider that refuses stream_options without them, and never with them again (pitfall 28)', async () => {
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
      it(`takes ${what} for a ${end} stream`, async () => {
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
      it(`closes the upstream when the caller leaves ${when} (pitfall 30)`, async () => {
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
  });

  it('does not blame a provider for a caller who reads slowly (pitfall 29)', async () => {
    const { upstreams } = await start(1, { timeouts: { idle: '150ms' } });
    const big = chunk({ content: 'x'.repeat(256 * 1024) });
    upstreams[0]?.always(stream([...Array.from({ length: 100 }, () => big), chunk({}, 'stop'), DONE]));
    const response = await (proxy as RunningProxy).post({ messages: HELLO, stream: true });
    // Longer than the idle timeout, while the buffers between are full.
    await new Promise((resolve) => setTimeout(resolve, 600));
    const text = await response.text();
    expect(text.length).to.be.greaterThan(100 * 256 * 1024);
    expect(text.endsWith(DONE)).to.equal(true);
  });

  it('goes on to a larger model when a request is too large for the first (pitfall 19)', async () => {
    const { upstreams } = await start(3);
    const tooLarge = {
      error: { message: 'This model has a maximum context length of 8192 tokens', code: 'context_length_exceeded' },
    };
    upstreams[0]?.always(reply(400, tooLarge));
    upstreams[1]?.always(reply(413, { error: { message: 'Request too large' } }, { 'retry-after': '9' }));
    for (let index = 0; index < 2; index++) expect((await ask()).target).to.equal('three/a-model');
    expect(upstreams.map(({ received }) => received.length)).to.deep.equal([2, 2, 2]);
  });

  it('hands on the refusal when a request is too large for every target', async () => {
    const { upstreams } = await start(2, { maxWait: '1h' });
    for (const upstream of upstreams) upstream.always(reply(413, { error: { message: 'Request too large' } }));
    expect((await ask()).status).to.equal(413);
  });

  it('ends a guess early by one probe (pitfall 10: out until restart)', async () => {
    const { upstreams } = await start(1, { maxWait: '20s' });
    upstreams[0]?.script(reply(429, { error: { message: 'Too Many Requests' } }));
    expect((await ask()).status).to.equal(200);
    expect(upstreams[0]?.received).to.have.length(2);
  });

  it('serves an answer without usage (pitfall 32: the logger threw)', async () => {
    const { upstreams } = await start(1);
    const { usage: _, ...without } = completion('hi');
    upstreams[0]?.always(reply(200, without));
    expect((await ask()).status).to.equal(200);
  });

  it('sends a herd of 40 to a stranger that allows 5 only as far as it answers (pitfall 1)', async () => {
    const { upstreams } = await start(2);
    let count = 0;
    upstreams[0]?.always((res, request) => {
      count++;
      const headers = {
        'x-ratelimit-limit-requests': '5',
        'x-ratelimit-remaining-requests': String(Math.max(0, 5 - count)),
        'x-ratelimit-reset-requests': '60s',
      };
      return count <= 5
        ? answer('one', headers)(res, request)
        : reply(429, { error: { message: 'spent' } }, headers)(res, request);
    });
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask()));
    expect(answers.every(({ status }) => status === 200)).to.equal(true);
    expect(count).to.be.at.most(6);
  });
});
