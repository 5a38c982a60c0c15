import { connect } from 'node:net';
import { expect } from 'chai';
import { API_KEY, chainOver, HELLO, type RunningProxy, startProxy } from '../proxy.js';
import { answer, ScriptedUpstream } from '../scripted-upstream.js';
import { until } from '../until.js';

const BODY = JSON.stringify({ messages: HELLO });
const ORIGIN = 'https://page.example';

const post = (path: string, ...lines: readonly string[]): string =>
  [
    `POST ${path} HTTP/1.1`,
    'host: x',
    'content-type: application/json',
    `content-length: ${BODY.length}`,
    ...lines,
    '',
    BODY,
  ].join('\r\n');

const KEY = `authorization: Bearer ${API_KEY}`;
const CHAT = '/v1/chat/completions';

describe('Requests that arrive in one piece on one connection', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;

  before(async () => {
    upstream = (await ScriptedUpstream.start()).always(answer('hello'));
    proxy = await startProxy({ ...chainOver([upstream]), server: { apiKeys: [API_KEY], cors: [ORIGIN] } });
  });

  after(() => Promise.all([proxy.close(), upstream.close()]));

  /** Sends all at once. Returns the heads of the responses, in their order. */
  const headsOf = async (...requests: readonly string[]): Promise<string[]> => {
    const { hostname, port } = new URL(proxy.address);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (data) => {
      text += data;
    });
    socket.write(requests.join(''));
    const heads = (): string[] => text.match(/HTTP\/1\.1 (?:.+\r\n)+\r\n/g) ?? [];
    await until(() => heads().length === requests.length);
    socket.destroy();
    return heads();
  };

  const statusesOf = (heads: readonly string[]): number[] => heads.map((head) => Number(head.split(' ')[1]));

  it('are answered in their order, refused ones and others', async () => {
    const heads = await headsOf(post(CHAT, KEY), post(CHAT), post('/v1/nothing', KEY), post(CHAT, KEY));
    expect(statusesOf(heads)).to.deep.equal([200, 401, 404, 200]);
  });

  it('have headers of their own', async () => {
    const heads = await headsOf(post(CHAT, KEY, 'x-request-id: one'), post('/chat/completions', 'x-request-id: two'));
    expect(heads.map((head) => /x-request-id: (\w+)/i.exec(head)?.[1])).to.deep.equal(['one', 'two']);
    expect(heads.map((head) => /x-429chain-target: (\S+)/i.test(head))).to.deep.equal([true, false]);
    for (const head of heads) expect(head.match(/^(?:content-type|content-length|x-request-id):/gim)).to.have.length(3);
  });

  for (const path of [CHAT, '/chat/completions', '/v1/messages', '/v1/embeddings', '/v1/nothing']) {
    it(`are marked once for a page of an allowed origin: ${path}`, async () => {
      for (const head of await headsOf(post(path, KEY, `origin: ${ORIGIN}`), post(path, `origin: ${ORIGIN}`))) {
        expect(head.match(/^(?:access-control-allow-origin|vary): .*$/gim)).to.have.length(2);
        expect(head).to.match(new RegExp(`^access-control-allow-origin: ${ORIGIN}\\r$`, 'im'));
      }
    });
  }
});
