import { expect } from 'chai';
import { API_KEY, chainOver, HELLO, type RunningProxy, startProxy } from '../proxy.js';
import { answer, ScriptedUpstream } from '../scripted-upstream.js';

const BODIES: readonly (readonly [path: string, body: object])[] = [
  ['/v1/chat/completions', { messages: HELLO }],
  ['/v1/chat/completions', { messages: HELLO, stream: true }],
  ['/v1/responses', { input: 'Hello' }],
  ['/v1/messages', { max_tokens: 10, messages: HELLO }],
  ['/v1/embeddings', { input: 'Hello' }],
];

const NAMES: readonly (readonly [what: string, name: string])[] = [
  ['a megabyte', 'x'.repeat(1_000_000)],
  ['2,000 letters of several bytes', '名'.repeat(2_000)],
  ['a provider and a megabyte', `one/${'x'.repeat(1_000_000)}`],
];

describe('The name of a model', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;

  before(async () => {
    upstream = (await ScriptedUpstream.start()).always(answer('hello'));
    proxy = await startProxy(chainOver([upstream]));
  });

  after(() => Promise.all([proxy.close(), upstream.close()]));

  const ask = (path: string, body: object): Promise<Response> =>
    fetch(`${proxy.address}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  for (const [what, model] of NAMES) {
    it(`of ${what} is refused at every endpoint, and asks no provider`, async () => {
      for (const [path, body] of BODIES) {
        const response = await ask(path, { model, ...body });
        expect(response.status, path).to.equal(400);
        expect(await response.text())
          .to.contain('256 at most')
          .and.have.length.below(1_000);
      }
      expect(upstream.received).to.have.length(0);
    });
  }

  it('may have 256 characters', async () => {
    const response = await ask('/v1/chat/completions', { model: '名'.repeat(256), messages: HELLO });
    expect(response.status).to.equal(200);
  });
});
