import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { App } from '../src/app.js';
import type { Edit } from '../src/config/edit/edit.js';
import { InvalidConfiguration, openStore, type SettingsStore } from '../src/config/source/store.js';
import { chainOver, HELLO, MemoryLog, storeOf } from './proxy.js';
import { tooLongToReplace } from './read-only-file.js';
import { answer, chunk, completion, DONE, reply, ScriptedUpstream } from './scripted-upstream.js';
import { until } from './until.js';

describe('App', () => {
  let folder: string;
  let file: string;
  let one: ScriptedUpstream;
  let two: ScriptedUpstream;
  let log: MemoryLog;
  let app: App | undefined;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), '429chain-'));
    file = join(folder, '429chain.json5');
    one = (await ScriptedUpstream.start()).always(answer('one'));
    two = (await ScriptedUpstream.start()).always(answer('two'));
    log = new MemoryLog();
  });

  afterEach(async () => {
    await app?.close(0);
    app = undefined;
    rmSync(folder, { recursive: true, force: true });
    await Promise.all([one.close(), two.close()]);
  });

  const write = (configuration: object | string): void =>
    writeFileSync(
      file,
      typeof configuration === 'string'
        ? configuration
        : JSON.stringify({ server: { apiKeys: ['a-key'] }, ...configuration }),
    );

  const start = async (): Promise<{ app: App; address: string; ask: () => Promise<Response> }> => {
    const started = await App.create({ store: openStore(file, { env: {}, log }), log });
    app = started;
    const address = await started.listen({ host: '127.0.0.1', port: 0 });
    const ask = (): Promise<Response> =>
      fetch(`${address}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: 'Bearer a-key', 'content-type': 'application/json' },
        body: JSON.stringify({ messages: HELLO, stream: true }),
      });
    return { app: started, address, ask };
  };

  const logged = async (pattern: RegExp): Promise<void> => {
    await until(() => log.lines.some((line) => pattern.test(line)));
  };

  it('listens on the local machine only by default (pitfall 46: it listened on all interfaces)', async () => {
    write({ server: { apiKeys: ['a-key'], port: 0 }, ...chainOver([one]) });
    app = await App.create({ store: openStore(file, { env: {}, log }), log });
    expect(await app.listen()).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('uses a changed configuration, and lets requests in flight end on the old one', async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    one.always(async (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chunk({ content: 'begun' }));
      await released;
      res.end(chunk({ content: ' and ended' }, 'stop') + DONE);
    });
    write(chainOver([one]));
    const { ask } = await start();
    const inFlight = await ask();
    write(chainOver([two]));
    await logged(/changed configuration is in force/);
    expect(await (await ask()).text()).to.contain('two');
    release();
    expect(await inFlight.text())
      .to.contain('begun')
      .and.to.contain(' and ended')
      .and.to.contain('[DONE]');
  });

  it("keeps the ledger's state of targets that still exist", async () => {
    one.always(reply(429, { error: { message: 'spent' } }, { 'retry-after': '600' }));
    write(chainOver([one, two]));
    const { ask } = await start();
    await (await ask()).text();
    write(chainOver([one, two], { maxWait: '1s' }));
    await logged(/changed configuration is in force/);
    await (await ask()).text();
    expect(one.received).to.have.length(1);
  });

  it('knows the limits of a provider that is added later (pitfall 12)', async () => {
    write(chainOver([one]));
    const { app: running } = await start();
    write(chainOver([one, two], {}, { limits: [{ requests: 7, per: '1h' }] }));
    await logged(/changed configuration is in force/);
    const target = running.runtime.chains.all[0]?.targets[1];
    expect(target && running.runtime.stateOf(target).quotas[0]).to.include({
      scope: 'two',
      limit: 7,
      source: 'manual',
    });
  });

  for (const [what, bad, says] of [
    ['is broken', '{ providers: ', /429chain\.json5:1:/],
    [
      'names an unknown provider type',
      { providers: { one: { type: 'grok', baseUrl: 'http://127.0.0.1:1/v1' } }, chains: { default: ['one/a'] } },
      /'grok', which no plugin adds.* Did you mean `groq`\?/,
    ],
    [
      'names an unknown protocol',
      {
        providers: {
          one: { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1', speaks: ['chat', 'response'] },
        },
        chains: { default: ['one/a'] },
      },
      /:1:\d+ .*`providers\.one\.speaks` names 'response', which 429chain does not know\..* Did you mean `responses`\?/,
    ],
  ] as const) {
    it(`keeps the configuration in force if the changed one ${what}`, async () => {
      write(chainOver([one]));
      const { ask } = await start();
      write(bad);
      await logged(says);
      expect(await (await ask()).text()).to.contain('one');
    });
  }

  describe('when its configuration is saved', () => {
    const save = (store: SettingsStore, edits: readonly Edit[]) => store.save({ edits }, store.revision);

    const startOn = async (store: SettingsStore): Promise<App> => {
      app = await App.create({ store, log });
      return app;
    };

    it('has brought the change into force when the save is answered', async () => {
      write(chainOver([one]));
      const store = openStore(file, { env: {}, log });
      const running = await startOn(store);
      await save(store, [{ op: 'set', path: ['chains', 'other'], value: ['one/b'] }]);
      expect(running.runtime.settings).to.equal(store.current);
      expect(running.runtime.chains.all.map(({ name }) => name)).to.deep.equal(['default', 'other']);
      expect(log.lines.filter((line) => /in force/.test(line))).to.have.length(1);
    });

    it('refuses what it cannot build, with line and column, and writes nothing', async () => {
      write(chainOver([one], {}, { limits: [{ requests: 7, per: '1h' }] }));
      const text = readFileSync(file, 'utf8');
      const store = openStore(file, { env: {}, log });
      const running = await startOn(store);
      const { runtime } = running;
      const edits: Edit[] = [
        { op: 'set', path: ['providers', 'one', 'type'], value: 'grok' },
        { op: 'remove', path: ['providers', 'one', 'limits'] },
      ];
      const error = await save(store, edits).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(InvalidConfiguration).and.to.include({ status: 422 });
      expect((error as InvalidConfiguration).message).to.match(/:1:\d+ .*'grok', which no plugin adds/);
      expect(readFileSync(file, 'utf8')).to.equal(text);
      expect(running.runtime).to.equal(runtime);
      const target = runtime.chains.all[0]?.targets[0];
      expect(target && runtime.stateOf(target).quotas[0]).to.include({ scope: 'one', limit: 7 });
    });

    it('leaves the ledger unchanged if the file cannot be written', async () => {
      file = tooLongToReplace(folder);
      write(chainOver([one], {}, { limits: [{ requests: 7, per: '1h' }] }));
      const store = openStore(file, { env: {}, log });
      const { runtime } = await startOn(store);
      const edits: Edit[] = [{ op: 'remove', path: ['providers', 'one', 'limits'] }];
      expect(await save(store, edits).catch((reason: unknown) => reason)).to.include({ code: 'read_only' });
      const target = runtime.chains.all[0]?.targets[0];
      expect(target && runtime.stateOf(target).quotas[0]).to.include({ scope: 'one', limit: 7 });
    });

    it('grows from nothing to its first answer', async () => {
      const store = storeOf({ server: { apiKeys: ['a-key'] }, providers: {}, chains: {} }, join(folder, 'data'), log);
      const running = await startOn(store);
      const address = await running.listen({ host: '127.0.0.1', port: 0 });
      const headers = { authorization: 'Bearer a-key', 'content-type': 'application/json' };
      const ask = (model?: string): Promise<Response> =>
        fetch(`${address}/v1/chat/completions`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ model, messages: HELLO, stream: true }),
        });
      const get = async (path: string) => {
        const response = await fetch(`${address}${path}`, { headers });
        return { status: response.status, body: (await response.json()) as { status?: string; data?: unknown[] } };
      };
      expect((await get('/v1/models')).body.data).to.deep.equal([]);
      const { status, body } = await get('/health');
      expect({ status, says: body.status }).to.deep.equal({ status: 200, says: 'ok' });
      const refused = await ask();
      expect(refused.status).to.equal(503);
      expect(await refused.text()).to.include('not_configured');
      const provider = { type: 'openai-compatible', baseUrl: one.baseUrl };
      await save(store, [{ op: 'set', path: ['providers', 'mine'], value: provider }]);
      expect(await (await ask('mine/a')).text()).to.contain('one');
      expect((await ask()).status).to.equal(503);
      await save(store, [{ op: 'set', path: ['chains', 'default'], value: ['mine/a'] }]);
      expect(await (await ask()).text()).to.contain('one');
    });
  });

  it('names callers by the labels of their keys', async () => {
    const apiKeys = ['first', { key: 'a-key', label: 'my editor' }];
    write({ ...chainOver([one]), server: { apiKeys } });
    const { app: running, ask } = await start();
    const labels: string[] = [];
    running.runtime.host.hooks.afterResponse.tap('test', ({ keyLabel }) => void labels.push(keyLabel));
    await (await ask()).text();
    await until(() => labels.length > 0);
    expect(labels).to.deep.equal(['my editor']);
  });

  it('makes an API key if the configuration names none, and keeps it', async () => {
    const dataDir = join(folder, 'data');
    const store = (): SettingsStore => storeOf(chainOver([one]), dataDir);
    app = await App.create({ store: store(), log });
    const kept = readFileSync(join(dataDir, 'api-key'), 'utf8').trim();
    expect(app.runtime.apiKeys).to.deep.equal([{ key: kept, label: 'key 1' }]);
    expect(statSync(join(dataDir, 'api-key')).mode & 0o777).to.equal(0o600);
    const again = await App.create({ store: store(), log });
    expect(again.runtime.apiKeys).to.deep.equal([{ key: kept, label: 'key 1' }]);
    await again.close(0);
  });

  it('refuses new requests while it stops, and lets requests in flight end', async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    one.always(async (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chunk({ content: 'begun' }));
      await released;
      res.end(chunk({}, 'stop') + DONE);
    });
    write(chainOver([one]));
    const { app: running, ask } = await start();
    const inFlight = await ask();
    const closed = running.close();
    const late = await ask().then(
      ({ status }) => status,
      () => 'no connection',
    );
    expect(late).to.be.oneOf([503, 'no connection']);
    release();
    expect(await inFlight.text()).to.contain('[DONE]');
    await closed;
  });

  it('survives two changes while a request waits for a target that they remove', async () => {
    one.always(reply(429, { error: { message: 'spent' } }, { 'retry-after': '2' }));
    write(chainOver([one], { maxWait: '3s' }));
    const { app: running, ask } = await start();
    const waiting = ask();
    await until(() => running.runtime.waterfall.waiting === 1);
    for (const [index, span] of ['1s', '2s'].entries()) {
      write(JSON.parse(JSON.stringify(chainOver([two], { maxWait: span })).replaceAll('one', 'other')));
      await until(() => log.lines.filter((line) => /in force/.test(line)).length === index + 1);
    }
    expect((await waiting).status).to.be.oneOf([200, 429, 503]);
    expect(await (await ask()).text()).to.contain('two');
  });

  it('sends a large answer completely before it stops', async () => {
    const text = 'x'.repeat(20 * 1024 * 1024);
    one.always(reply(200, completion(text)));
    write(chainOver([one]));
    const { app: running, address } = await start();
    const answered = fetch(`${address}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer a-key', 'content-type': 'application/json' },
      body: JSON.stringify({ messages: HELLO }),
    });
    const response = await answered;
    const closed = running.close();
    expect((await response.text()).length).to.be.greaterThan(text.length);
    await closed;
  });

  it('does not wait for connections without a request, which browsers open in advance', async () => {
    write(chainOver([one]));
    const { app: running, address, ask } = await start();
    await (await ask()).text();
    const silent = connect(Number(new URL(address).port), '127.0.0.1');
    await once(silent, 'connect');
    // Longer than any test may take.
    await running.close(600_000);
    silent.destroy();
  });

  it('skips providers whose key is not set, and says why', async () => {
    write({
      providers: {
        one: { type: 'openai-compatible', baseUrl: one.baseUrl, apiKey: '${NOT_SET_ANYWHERE}' },
        two: { type: 'openai-compatible', baseUrl: two.baseUrl },
      },
      chains: { default: ['one/a', 'two/a'] },
    });
    const { app: running, ask } = await start();
    expect(await (await ask()).text()).to.contain('two');
    const target = running.runtime.chains.all[0]?.targets[0];
    expect(target && running.runtime.stateOf(target)).to.include({
      state: 'unconfigured',
      reason: 'NOT_SET_ANYWHERE is not set',
    });
  });
});
