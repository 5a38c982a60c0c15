import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { CallerStream } from '../../../src/http/caller-stream.js';
import { ChainError, definePlugin, type Plugin, type Protocol } from '../../../src/plugin/index.js';
import { API_KEY, chainOver, HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import { chunk, ScriptedUpstream, stream } from '../../scripted-upstream.js';
import { until } from '../../until.js';
import { line, plain, pluginOf, withWriter } from './plain-protocol.js';

const boom = (): never => {
  throw new Error('broken on purpose');
};

describe('A protocol that a plugin adds', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy | undefined;
  before(async () => {
    upstream = await ScriptedUpstream.start();
  });
  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
  });
  after(() => upstream.close());

  const start = async (...plugins: Plugin[]): Promise<RunningProxy> => {
    proxy = await startProxy(chainOver([upstream]), { plugins });
    return proxy;
  };
  const ask = (body: object = {}, headers: Record<string, string> = {}, path = '/plain/ask'): Promise<Response> =>
    fetch(`${proxy?.address}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ ask: 'Hello', ...body }),
    });
  const faults = () => proxy?.app.runtime.host.faults.map(({ plugin, hook, last }) => ({ plugin, hook, last }));

  it('is answered like a built-in one: whole, streamed, refused, and at its routes', async () => {
    const { app, address } = await start(pluginOf(plain));
    expect(await (await ask()).json()).to.deep.equal({ text: 'hello' });
    const streamed = await ask({ streamed: true });
    expect(streamed.headers.get('content-type')).to.equal('application/x-ndjson');
    expect(await streamed.text()).to.equal('{"piece":"hello"}\n{"over":true}\n');
    const refused = await ask({}, { authorization: 'Bearer wrong' });
    expect([refused.status, Object.keys((await refused.json()) as object)]).to.deep.equal([401, ['wrong']]);
    const list = await fetch(`${address}/plain/list`, { headers: { authorization: `Bearer ${API_KEY}` } });
    expect(await list.json()).to.deep.equal({ models: ['default', 'one/a-model'] });
    expect((await fetch(`${address}/plain/ask`)).status).to.equal(405);
    expect(app.runtime.host.addedBy('speaker')).to.deep.equal(['protocol plain at /plain/ask']);
  });

  it('may take texts instead of chunks, and is blamed if it fails there', async () => {
    /** Asks a provider that goes on once the caller has what it sent before. */
    const answerOf = async (takeText: (text: string) => string): Promise<string> => {
      await start(pluginOf(withWriter({ takeText })));
      let provider: ServerResponse | undefined;
      upstream.script((res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.write(chunk({ content: 'a' }));
        provider = res;
      });
      const response = await ask({ streamed: true });
      let answer = '';
      for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        if (answer === '') provider?.write(chunk({ content: 'b' }) + chunk({ content: 'ü' }));
        answer += piece;
        if (piece.includes('ü')) provider?.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
      }
      return answer;
    };
    const texts: string[] = [];
    const kept = await answerOf((text) => {
      texts.push(text);
      return line({ piece: text });
    });
    const pieces = ['a', 'b', 'ü'].map((piece) => line({ piece })).join('');
    expect(texts).to.deep.equal(['b', 'ü']);
    expect(kept).to.equal(`${pieces}${line({ over: true })}`);
    await proxy?.close();
    await answerOf(boom);
    expect(faults()?.map(({ hook }) => hook)).to.deep.equal(['takeText of protocol plain']);
  });

  it('gets no comments into a stream of lines', async () => {
    const server = createServer((_, res) => {
      const lines = new CallerStream(res, 1_000, 'application/x-ndjson');
      lines.begin();
      lines.keepAlive();
      lines.end('{}\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(await response.text()).to.equal('{}\n');
    server.close();
  });

  it('may have a path that is one of 429chain below /v1', async () => {
    await start(pluginOf({ ...plain, path: '/messages', routes: [] }));
    expect(await (await ask({}, {}, '/messages')).json()).to.deep.equal({ text: 'hello' });
  });

  it('may answer by itself, whatever the content type is', async () => {
    await start(
      pluginOf({ ...plain, anyContentType: true, read: () => ({ body: {}, reply: { status: 202, body: 'done' } }) }),
    );
    const count = upstream.received.length;
    const response = await ask({}, { 'content-type': 'application/x-www-form-urlencoded' });
    expect([response.status, await response.text()]).to.deep.equal([202, 'done']);
    expect(upstream.received.length).to.equal(count);
  });

  it('passes on the errors that it throws on purpose', async () => {
    await start(
      pluginOf({
        ...plain,
        read: () => {
          throw new ChainError('invalid_request', 'ask: too short', { param: 'ask' });
        },
      }),
    );
    const response = await ask();
    expect([response.status, await response.json()]).to.deep.equal([400, { wrong: 'ask: too short' }]);
    expect(faults()).to.deep.equal([]);
  });

  const FAULTY: [what: string, protocol: Protocol, hook: string, says: string][] = [
    ['read throws', { ...plain, read: boom }, 'read', 'broken on purpose'],
    [
      'read returns nothing',
      { ...plain, read: () => undefined as never },
      'read',
      'it returned an invalid value: a request is',
    ],
    ['read is async', { ...plain, read: (async () => boom()) as never }, 'read', 'it returned a promise'],
    ['read returns no body', { ...plain, read: () => ({ body: 'x' }) as never }, 'read', '`body` is an object'],
    [
      'answer throws',
      { ...plain, read: () => ({ body: { messages: HELLO }, answer: boom }) },
      'answer',
      'broken on purpose',
    ],
    [
      'answer is no writer',
      { ...plain, read: () => ({ body: { messages: HELLO }, answer: () => ({}) as never }) },
      'answer',
      'a writer has',
    ],
    ['take throws', withWriter({ take: boom }), 'take', 'broken on purpose'],
    ['take returns an object', withWriter({ take: () => ({}) }), 'take', 'it adds a string'],
    ['end throws', withWriter({ end: boom }), 'end', 'broken on purpose'],
    ['whole throws', withWriter({ whole: boom }), 'whole', 'broken on purpose'],
    [
      'whole returns what JSON cannot say',
      withWriter({ whole: () => ({ big: 1n }) }),
      'whole',
      'it cannot be written as JSON',
    ],
  ];
  for (const [what, protocol, hook, says] of FAULTY) {
    it(`answers 500 and blames the plugin if ${what}`, async () => {
      await start(pluginOf(protocol));
      const response = await ask();
      expect(response.status).to.equal(500);
      const name = 'Plugin "speaker" failed in ';
      expect(((await response.json()) as { wrong: string }).wrong).to.equal(
        `${name}${hook} of its protocol plain. The log says why.`,
      );
      expect(faults()?.map(({ plugin, hook: where }) => [plugin, where])).to.deep.equal([
        ['speaker', `${hook} of protocol plain`],
      ]);
      expect(faults()?.[0]?.last).to.contain(says);
      expect(proxy?.log.lines.join('\n')).to.contain('Plugin "speaker" failed in ');
      // The request is over, and the next one is served.
      await proxy?.app.runtime.waterfall.idle();
      expect((await proxy?.post({ messages: HELLO }))?.status).to.equal(200);
    });
  }

  it('answers 500 in the shape of OpenAI if refusal throws', async () => {
    await start(pluginOf({ ...plain, refusal: boom }));
    const response = await ask({}, { authorization: 'Bearer wrong' });
    expect(response.status).to.equal(500);
    expect(((await response.json()) as { error: { code: string } }).error.code).to.equal('internal_error');
  });

  it('answers 500 if a route throws, and leaves out headers that throw', async () => {
    const routes = [{ method: 'GET' as const, path: '/plain/list', answer: boom }];
    await start(pluginOf({ ...plain, routes, headers: () => ({ 'x-bad': 'one\r\ntwo' }) }));
    const list = await fetch(`${proxy?.address}/plain/list`, { headers: { authorization: `Bearer ${API_KEY}` } });
    expect(list.status).to.equal(500);
    expect((await ask()).status).to.equal(200);
    expect(faults()?.map(({ hook }) => hook)).to.have.members([
      'GET /plain/list of protocol plain',
      'headers of protocol plain',
    ]);
  });

  describe('with a writer that throws in the middle of a stream', () => {
    const endless = (): Promise<void> => {
      let aborted: Promise<void> = Promise.resolve();
      upstream.script(async (res, request) => {
        aborted = request.aborted;
        await stream([chunk({ content: 'a' }), chunk({ content: 'b' }), chunk({ content: 'c' })], 'hang')(res, request);
      });
      return until(() => upstream.received.length > 0).then(() => aborted);
    };
    const takeTwice = () => {
      let count = 0;
      return { take: () => (++count < 2 ? line({ piece: 'a' }) : boom()) };
    };

    it('ends the stream with an error, stops the provider and settles the attempt', async () => {
      await start(pluginOf(withWriter(takeTwice())));
      const { waterfall } = (proxy as RunningProxy).app.runtime;
      endless();
      const text = await (await ask({ streamed: true })).text();
      expect(text).to.equal(
        '{"piece":"a"}\n{"error":"Plugin \\"speaker\\" failed in take of its protocol plain. The log says why."}\n',
      );
      await upstream.received.at(-1)?.aborted;
      await waterfall.idle();
      expect(inFlight(proxy as RunningProxy)).to.equal(0);
      expect(proxy?.log.lines.join('\n')).to.match(/500 by one\/a-model/);
    });

    it('cuts the connection if it cannot write the error either', async () => {
      await start(pluginOf(withWriter({ ...takeTwice(), fail: boom })));
      const { waterfall } = (proxy as RunningProxy).app.runtime;
      endless();
      const failed = await ask({ streamed: true })
        .then((response) => response.text())
        .catch((error: Error) => error);
      expect(failed).to.be.instanceOf(Error);
      await upstream.received.at(-1)?.aborted;
      await waterfall.idle();
      expect(inFlight(proxy as RunningProxy)).to.equal(0);
    });

    it('does the same at the end of the stream', async () => {
      await start(pluginOf(withWriter({ end: boom })));
      const text = await (await ask({ streamed: true })).text();
      expect(text).to.contain('{"piece":"hello"}\n{"error":"Plugin');
      await proxy?.app.runtime.waterfall.idle();
      expect(proxy?.log.lines.join('\n')).to.match(/500 by one\/a-model/);
    });
  });

  const REFUSED: [what: string, plugins: Plugin[], says: string][] = [
    [
      'without read',
      [pluginOf({ ...plain, read: undefined })],
      'The protocol "plain" of plugin "speaker" has no function `read`.',
    ],
    ['that is nothing', [pluginOf(undefined)], 'The protocol of plugin "speaker" is not an object.'],
    ['without a path', [pluginOf({ ...plain, path: 'plain' })], 'has no `path` such as /api/chat'],
    ['with an unknown key', [pluginOf({ ...plain, key: 'admin' })], 'has the key "admin". Expected api or none'],
    ['with the name of a built-in', [pluginOf({ ...plain, name: 'chat' })], "has the name of one of 429chain's own"],
    [
      'at the path of a built-in',
      [pluginOf({ ...plain, path: '/v1/messages' })],
      'needs /v1/messages, which belongs to 429chain',
    ],
    [
      'below a route of a built-in',
      [pluginOf({ ...plain, path: '/v1/responses/mine' })],
      'needs /v1/responses/mine, which belongs',
    ],
    [
      'at an endpoint beside chat',
      [pluginOf({ ...plain, path: '/v1/embeddings' })],
      'needs /v1/embeddings, which belongs',
    ],
    ['of the admin', [pluginOf({ ...plain, path: '/Admin/x' })], 'needs /Admin/x, which belongs to 429chain'],
    ['of the health check', [pluginOf({ ...plain, path: '/health' })], 'needs /health, which belongs to 429chain'],
    [
      'at the route of a plugin',
      [pluginOf({ ...plain, path: '/metrics' })],
      'needs /metrics, where a plugin adds a route',
    ],
    [
      'with the name of another',
      [pluginOf(plain, 'one'), pluginOf({ ...plain, path: '/b', routes: [] }, 'two')],
      'The protocol "plain" of plugin "two" exists already: plugin "one" adds it.',
    ],
    [
      'at the path of another',
      [
        pluginOf({ ...plain, routes: [{ method: 'GET', path: '/plain/*', answer: () => ({}) }] }, 'one'),
        pluginOf({ ...plain, name: 'b', path: '/plain/b', routes: [] }, 'two'),
      ],
      'needs /plain/b, where the protocol "plain" of plugin "one" answers',
    ],
    [
      'whose path a route needs later',
      [
        pluginOf(plain, 'one'),
        definePlugin({
          name: 'two',
          apply: (api) => api.addRoute({ method: 'GET', path: '/plain/list', key: 'none', handle: () => '' }),
        }),
      ],
      'The route GET /plain/list of plugin "two" exists already: a protocol answers there.',
    ],
  ];
  for (const [what, plugins, says] of REFUSED) {
    it(`stops the start: a protocol ${what}`, async () => {
      const error = await startProxy(chainOver([upstream]), { plugins }).then(
        ({ close }) => close(),
        (cause: Error) => cause,
      );
      expect(error).to.include({ code: 'plugin_failed' });
      expect((error as Error).message).to.contain(says);
    });
  }
});

/** Attempts that the ledger counts as under way. */
const inFlight = ({ app }: RunningProxy): number =>
  app.runtime.status().targets.reduce((sum, target) => sum + target.inFlight, 0);
