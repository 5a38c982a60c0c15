import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { App } from '../../src/app.js';
import type { Plugin } from '../../src/plugin/index.js';
import { plain, pluginOf } from '../host/parts/plain-protocol.js';
import { API_KEY, chainOver, MemoryLog, type RunningProxy, startProxy, storeOf } from '../proxy.js';
import { ScriptedUpstream } from '../scripted-upstream.js';

describe('A protocol that needs no key', () => {
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

  const start = async (plugin: Plugin): Promise<RunningProxy> => {
    proxy = await startProxy(chainOver([upstream]), { plugins: [plugin] });
    return proxy;
  };
  const ask = (headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${proxy?.address}/plain/ask`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ ask: 'Hello' }),
    });
  const KEY = { authorization: `Bearer ${API_KEY}` };

  const keyless = pluginOf({ ...plain, key: 'none' });

  const ADMITTED: [what: string, headers: Record<string, string>][] = [
    ['without a key', {}],
    ['with a key that is not ours', { authorization: 'Bearer ollama' }],
    ['of a page of this machine', { origin: 'http://localhost:3000' }],
  ];
  for (const [what, headers] of ADMITTED) {
    it(`takes a request ${what}`, async () => {
      await start(keyless);
      expect((await ask(headers)).status).to.equal(200);
    });
  }

  const KEPT_OUT: [what: string, headers: Record<string, string>][] = [
    ['of a page of the web', { origin: 'https://example.com' }],
    ['of a page without an address', { origin: 'null' }],
    ['that a proxy passes on', { 'x-forwarded-for': '203.0.113.9' }],
  ];
  for (const [what, headers] of KEPT_OUT) {
    it(`asks a request ${what} for a key`, async () => {
      await start(keyless);
      expect((await ask(headers)).status).to.equal(401);
      expect((await ask({ ...headers, ...KEY })).status).to.equal(200);
    });
  }

  it('asks a request under a foreign name of this machine for a key', async () => {
    const { address } = await start(keyless);
    const status = await new Promise((resolve, reject) => {
      const asked = request(`${address}/plain/list`, { headers: { host: 'attacker.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.once('error', reject).end();
    });
    expect(status).to.equal(401);
  });

  it('names the caller that has a key all the same', async () => {
    await start(keyless);
    const labels: string[] = [];
    proxy?.app.runtime.host
      .pluginHooks('labels')
      .afterResponse.tap('labels', ({ keyLabel }) => void labels.push(keyLabel));
    await ask(KEY);
    await ask();
    await proxy?.app.runtime.waterfall.idle();
    expect(labels).to.deep.equal(['key 1', 'this machine']);
  });

  it('stops the start if other machines can reach the server', async () => {
    const server = { apiKeys: [API_KEY], host: '0.0.0.0' };
    const error = await startProxy({ ...chainOver([upstream]), server }, { plugins: [keyless] }).then(
      ({ close }) => close(),
      (cause: Error) => cause,
    );
    expect((error as Error).message).to.contain(
      '`server.host` is \'0.0.0.0\', which other machines can reach, and plugin "speaker" takes requests without a key.',
    );
  });

  it('refuses to listen where other machines can reach it', async () => {
    const log = new MemoryLog();
    const configuration = { server: { apiKeys: [API_KEY] }, ...chainOver([upstream]) };
    const folder = mkdtempSync(join(tmpdir(), '429chain-'));
    const store = storeOf(configuration, join(folder, 'data'), log);
    const app = await App.create({ store, log, plugins: [keyless] });
    const error = await app.listen({ host: '0.0.0.0', port: 0 }).catch((cause: Error) => cause);
    await app.close(0);
    rmSync(folder, { recursive: true });
    expect(error).to.include({ code: 'invalid_configuration' });
  });
});
