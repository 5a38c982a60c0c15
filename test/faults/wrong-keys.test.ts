import { expect } from 'chai';
import { API_KEY, chainOver, HELLO, type RunningProxy, startProxy } from '../proxy.js';
import { answer, ScriptedUpstream } from '../scripted-upstream.js';
import { TurningClock } from '../turning-clock.js';

type Headers = Record<string, string>;

const ADMIN_KEY = 'test-key-of-the-admin';
const MESSAGES = { model: 'default', max_tokens: 10, messages: HELLO };

/** A request to every kind of path that needs a client key. */
const ASKS: readonly (readonly [method: string, path: string, body?: object])[] = [
  ['POST', '/v1/chat/completions', { messages: HELLO }],
  ['POST', '/v1/chat/completions', { messages: HELLO, stream: true }],
  ['POST', '/v1/messages', MESSAGES],
  ['POST', '/v1/messages/count_tokens', MESSAGES],
  ['POST', '/v1/responses', { input: 'Hello' }],
  ['POST', '/v1/embeddings', { input: 'Hello' }],
  ['GET', '/v1/models'],
  ['GET', '/v1/models/default'],
];

describe('Wrong client keys', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;
  let clock: TurningClock;

  const start = async (server: object = {}): Promise<void> => {
    clock = new TurningClock();
    upstream = (await ScriptedUpstream.start()).always(answer('hello'));
    const configuration = {
      ...chainOver([upstream]),
      server: { apiKeys: [API_KEY], adminKey: ADMIN_KEY, ...server },
    };
    proxy = await startProxy(configuration, { clock });
  };

  afterEach(() => Promise.all([proxy.close(), upstream.close()]));

  const ask = ([method, path, body]: (typeof ASKS)[number], headers: Headers): Promise<Response> =>
    fetch(`${proxy.address}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  /** Tries `count` different wrong keys. @returns the statuses */
  const guess = async (count: number, word = 'guess', headers: Headers = {}): Promise<number[]> => {
    const statuses: number[] = [];
    for (let index = 0; index < count; index++) {
      const { status } = await proxy.post(
        { messages: HELLO },
        { authorization: `Bearer ${word}-${index}`, ...headers },
      );
      statuses.push(status);
    }
    return statuses;
  };

  it('are slowed at every path after five of them, with the time to wait', async () => {
    await start();
    expect(await guess(5)).to.deep.equal([401, 401, 401, 401, 401]);
    for (const each of ASKS) {
      const response = await ask(each, { authorization: 'Bearer one-more' });
      expect([each[1], response.status, response.headers.get('retry-after')]).to.deep.equal([each[1], 429, '10']);
      expect(await response.text()).to.contain('Too many wrong keys. Try again in 10 s.');
    }
    expect(upstream.received).to.have.length(0);
  });

  it('are slowed in whatever header and at whatever path they come', async () => {
    await start();
    const given: Headers[] = ['authorization', 'x-api-key', 'api-key'].map((name) => ({ [name]: `Bearer by-${name}` }));
    const statuses: number[] = [];
    for (const [index, each] of ASKS.slice(0, 6).entries()) {
      const { status } = await ask(each, { ...(given[index % 3] as Headers), 'x-api-key': `key-${index}` });
      statuses.push(status);
    }
    expect(statuses.slice(0, 2)).to.deep.equal([401, 401]);
    expect(statuses.at(-1)).to.equal(429);
  });

  it('never slow a valid key, whatever its address tried before', async () => {
    await start();
    await guess(60);
    for (const each of ASKS.filter(([, path]) => !path.endsWith('/embeddings'))) {
      const answers = [
        await ask(each, { authorization: `Bearer ${API_KEY}` }),
        await ask(each, { 'x-api-key': API_KEY, authorization: 'Bearer a-wrong-one' }),
      ];
      expect(answers.map(({ status }) => status)).to.deep.equal([200, 200]);
    }
  });

  it('may be tried again after the wait, which doubles up to 15 minutes', async () => {
    await start();
    await guess(5);
    const waits: number[] = [];
    for (let index = 0; index < 8; index++) {
      const { headers } = await proxy.post({ messages: HELLO }, { authorization: `Bearer resting-${index}` });
      waits.push(Number(headers.get('retry-after')));
      clock.turn(Number(headers.get('retry-after')) * 1000);
      expect(await guess(1, `later-${index}`)).to.deep.equal([401]);
    }
    expect(waits).to.deep.equal([10, 20, 40, 80, 160, 320, 640, 900]);
  });

  it('count once each: a program with an outdated key gets its 401, and no key at all is no wrong key', async () => {
    await start();
    for (let index = 0; index < 10; index++) {
      expect((await ask(ASKS[0] as (typeof ASKS)[number], { authorization: 'Bearer an-old-one' })).status).to.equal(
        401,
      );
      expect((await ask(ASKS[6] as (typeof ASKS)[number], {})).status).to.equal(401);
    }
    expect(await guess(4)).to.deep.equal([401, 401, 401, 401]);
  });

  it('do not slow the admin, nor do wrong admin keys slow clients', async () => {
    await start();
    await guess(6);
    const status = (key: string): Promise<Response> =>
      fetch(`${proxy.address}/admin/api/status`, { headers: { authorization: `Bearer ${key}` } });
    expect((await status(ADMIN_KEY)).status).to.equal(200);
    for (let index = 0; index < 6; index++) await status(`wrong-${index}`);
    expect((await status(ADMIN_KEY)).status).to.equal(429);
    clock.turn(16 * 60_000);
    for (let index = 0; index < 6; index++) await status(`later-${index}`);
    expect(await guess(1, 'client')).to.deep.equal([401]);
  });

  /** The caller that x-forwarded-for names, for trusted proxies; `other` is a different caller. */
  const FORWARDED: readonly {
    what: string;
    trusted: readonly string[];
    guesses: string;
    other: string;
    /** The status of another caller's wrong key after five guesses. */
    status: 401 | 429;
  }[] = [
    { what: 'no trusted proxy: ignored', trusted: [], guesses: '192.0.2.1', other: '192.0.2.2', status: 429 },
    { what: 'another trusted proxy', trusted: ['10.0.0.0/8'], guesses: '192.0.2.1', other: '192.0.2.2', status: 429 },
    { what: 'a trusted proxy', trusted: ['127.0.0.1'], guesses: '192.0.2.1', other: '192.0.2.2', status: 401 },
    { what: 'a trusted network', trusted: ['127.0.0.0/8'], guesses: '192.0.2.1', other: '192.0.2.2', status: 401 },
    {
      what: 'what the caller itself wrote on the left',
      trusted: ['127.0.0.1'],
      guesses: '198.51.100.1, 192.0.2.1',
      other: '198.51.100.2, 192.0.2.1',
      status: 429,
    },
    {
      what: 'two trusted proxies in a row',
      trusted: ['127.0.0.1', '10.0.0.0/8'],
      guesses: '203.0.113.9, 192.0.2.1, 10.1.2.3',
      other: '203.0.113.9, 192.0.2.2, 10.9.9.9',
      status: 401,
    },
    {
      what: 'addresses with a port',
      trusted: ['127.0.0.1'],
      guesses: '192.0.2.1:4711',
      other: '192.0.2.1:4712',
      status: 429,
    },
    { what: 'IPv6 with a port', trusted: ['127.0.0.1'], guesses: '[2001:db8::1]:1', other: '2001:db8::1', status: 429 },
    {
      what: 'IPv4 written as IPv6',
      trusted: ['127.0.0.1'],
      guesses: '::ffff:192.0.2.1',
      other: '192.0.2.1',
      status: 429,
    },
    {
      what: 'one /64 network of IPv6',
      trusted: ['127.0.0.1'],
      guesses: '2001:db8:0:1::1',
      other: '2001:0db8::1:ffff:1:2:3',
      status: 429,
    },
    {
      what: 'two /64 networks of IPv6',
      trusted: ['127.0.0.1'],
      guesses: '2001:db8:0:1::1',
      other: '2001:db8:0:2::1',
      status: 401,
    },
    { what: 'no address: the proxy counts', trusted: ['127.0.0.1'], guesses: 'unknown', other: '_hidden', status: 429 },
    { what: 'an empty entry', trusted: ['127.0.0.1'], guesses: '192.0.2.1, ', other: '192.0.2.2, ', status: 429 },
  ];
  for (const { what, trusted, guesses, other, status } of FORWARDED) {
    it(`are counted for the caller's address behind proxies: ${what}`, async () => {
      await start({ trustedProxies: trusted });
      await guess(5, 'guess', { 'x-forwarded-for': guesses });
      expect(await guess(1, 'again', { 'x-forwarded-for': guesses })).to.deep.equal([429]);
      expect(await guess(1, 'other', { 'x-forwarded-for': other })).to.deep.equal([status]);
    });
  }

  it('are slowed for each caller of the admin too behind a trusted proxy', async () => {
    await start({ trustedProxies: ['127.0.0.1'] });
    const status = async (key: string, from: string): Promise<number> => {
      const headers = { authorization: `Bearer ${key}`, 'x-forwarded-for': from };
      return (await fetch(`${proxy.address}/admin/api/status`, { headers })).status;
    };
    for (let index = 0; index < 5; index++) await status(`wrong-${index}`, '192.0.2.1');
    expect(await status(ADMIN_KEY, '192.0.2.1')).to.equal(429);
    expect(await status(ADMIN_KEY, '192.0.2.2')).to.equal(200);
  });
});
