import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Guard } from '../../src/host/guard.js';
import { pluginHooks } from '../../src/host/parts/plugin-hooks.js';
import { createHooks } from '../../src/plugin/door/hooks.js';
import { type Attempt, definePlugin } from '../../src/plugin/index.js';
import { chainOver, HELLO, MemoryLog, type RunningProxy, startProxy } from '../proxy.js';
import { answer, reply, ScriptedUpstream } from '../scripted-upstream.js';
import { until } from '../until.js';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/plugins/${name}`, import.meta.url));

describe('Plugins', () => {
  let upstreams: ScriptedUpstream[];
  let proxy: RunningProxy | undefined;

  beforeEach(async () => {
    upstreams = await Promise.all([ScriptedUpstream.start(), ScriptedUpstream.start()]);
  });

  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  });

  const start = async (plugins: string[], configuration: object = {}): Promise<RunningProxy> => {
    proxy = await startProxy({ ...chainOver(upstreams), ...configuration }, { plugins });
    return proxy;
  };

  const failureOf = (plugins: string[], configuration: object = {}): Promise<string> =>
    start(plugins, configuration).then(
      () => 'it started',
      (error: Error) => error.message,
    );

  it('are loaded from a folder, and from a file', async () => {
    for (const plugin of [fixture('good'), join(fixture('good'), 'index.js')]) {
      const { post, close } = await start([plugin]);
      const seen = globalThis as { seenByGood?: number[] };
      seen.seenByGood = [];
      await (await post({ messages: HELLO })).text();
      expect(seen.seenByGood).to.deep.equal([200]);
      await close();
      proxy = undefined;
    }
  });

  it('may be TypeScript, and receive the options of the configuration', async () => {
    const { post } = await start([], { plugins: [{ use: fixture('typescript'), options: { reason: 'holiday' } }] });
    const response = await post({ messages: HELLO });
    expect(response.headers.get('x-429chain-target')).to.equal('two/a-model');
    expect(upstreams[0]?.received).to.have.length(0);
  });

  it('find 429chain/plugin from outside node_modules', async () => {
    const folder = mkdtempSync(join(tmpdir(), '429chain-plugin-'));
    writeFileSync(
      join(folder, 'index.mjs'),
      `import { definePlugin } from '429chain/plugin'; export default () => definePlugin({ name: 'far', apply({ log }) { log.info('here'); } });`,
    );
    const { log } = await start([folder]);
    expect(log.lines).to.deep.equal(['[far] here']);
    rmSync(folder, { recursive: true });
  });

  const REFUSED: [string, string, RegExp][] = [
    ['a missing one', '/nowhere/plugin', /^There is no plugin at \/nowhere\/plugin\.$/],
    ['a module that exports no plugin', fixture('shapeless'), /no default export of the shape/],
    ['a folder without an entry', fixture('.'), /has none of index\.js/],
    ['one with the name of another', fixture('duplicate'), /two plugins named "providers"/],
  ];
  for (const [what, path, says] of REFUSED) {
    it(`stop the start: ${what}`, async () => {
      expect(await failureOf([path])).to.match(says);
    });
  }

  it('have their options checked by their own schema, with line and column', async () => {
    const message = await failureOf([], { plugins: [{ use: fixture('typescript'), options: { reasn: 'x' } }] });
    expect(message).to.match(/:1:\d+ .*unknown key `reasn`. Did you mean `reason`\?/);
  });

  it('that throw in every hook fail no request, and are blamed', async () => {
    const { post, app, log } = await start([fixture('broken')]);
    upstreams[0]?.always(reply(500, 'no'));
    expect((await post({ messages: HELLO })).status).to.equal(200);
    const place = 'test/fixtures/plugins/broken/index.js:6:13';
    const faults = app.runtime.host.faults.map(({ plugin, hook, count, last }) => `${plugin} ${hook} ${count} ${last}`);
    expect(faults).to.have.members([
      `broken beforeAttempt 2 broken on purpose (${place})`,
      `broken onRateLimitHeaders 2 broken on purpose (${place})`,
      `broken onError 1 broken on purpose (${place})`,
      `broken afterResponse 1 broken on purpose (${place})`,
    ]);
    expect(log.lines[0]).to.equal(`Plugin "broken" failed in beforeAttempt (1 so far): broken on purpose (${place})`);
  });

  it('that say a key have it masked for callers, in the request log and in the admin (pitfall 45)', async () => {
    const spoken = ['key-of-one', 'key-of-two', 'a-token-of-the-plugin'];
    const said = spoken.join(' ');
    proxy = await startProxy(
      {
        ...chainOver(upstreams),
        plugins: [{ use: fixture('typescript'), options: { token: spoken[2] } }],
      },
      {
        plugins: [
          definePlugin({
            name: 'talkative',
            apply: ({ hooks }) => {
              hooks.beforeAttempt.tap({ name: 'talkative', stage: -1 }, ({ target }) =>
                target.provider === 'one' ? { reason: said } : undefined,
              );
              hooks.onError.tap('talkative', () => {
                throw new Error(said);
              });
            },
          }),
        ],
      },
    );
    const { app, address, post } = proxy;
    upstreams[1]?.always(reply(500, { error: { message: 'no' } }));
    const refused = await (await post({ messages: HELLO })).text();
    expect(refused).to.include('*** *** ***');
    const headers = { authorization: `Bearer ${app.runtime.adminKey}` };
    const shown = async (path: string): Promise<string> =>
      (await fetch(`${address}/admin/api${path}`, { headers })).text();
    let logged = '';
    await until(() => {
      void shown('/requests').then((text) => {
        logged = text;
      });
      return logged.includes('skipped');
    });
    const texts = [refused, logged, await shown('/plugins'), await shown('/status')];
    expect(texts[2]).to.include('*** *** ***');
    for (const text of texts) expect(spoken.filter((key) => text.includes(key))).to.deep.equal([]);
  });

  it('that hang have no opinion', async () => {
    const log = new MemoryLog();
    const guard = new Guard(log, () => 1, 5);
    const hooks = createHooks();
    const { beforeAttempt } = pluginHooks(hooks, 'slow', guard);
    beforeAttempt.tapPromise('slow', () => new Promise(() => {}));
    beforeAttempt.tapAsync('slow', () => {});
    beforeAttempt.tap('next', () => ({ reason: 'heard' }));
    expect(await hooks.beforeAttempt.promise({} as Attempt)).to.deep.equal({ reason: 'heard' });
    expect(guard.faults).to.deep.equal([
      { plugin: 'slow', hook: 'beforeAttempt', count: 2, last: 'no answer within 0.005 s', at: 1 },
    ]);
  });

  it('that hang in afterResponse do not delay the answer', async () => {
    const { post } = await start([fixture('good')]);
    proxy?.app.runtime.host.pluginHooks('slow').afterResponse.tapPromise('slow', () => new Promise(() => {}));
    expect((await post({ messages: HELLO })).status).to.equal(200);
  });

  it('are called in the order beforeAttempt, onRateLimitHeaders, onError, afterResponse', async () => {
    const { post, app } = await start([]);
    const hooks = app.runtime.host.pluginHooks('test');
    const calls: string[] = [];
    hooks.beforeAttempt.tap('test', ({ target, number }) => void calls.push(`beforeAttempt ${target.id} ${number}`));
    hooks.onRateLimitHeaders.tap(
      { name: 'test', stage: -1 },
      ({ status }, { target }) => void calls.push(`onRateLimitHeaders ${target.id} ${status}`),
    );
    hooks.onError.tap({ name: 'test', stage: -1 }, (failure) => void calls.push(`onError ${failure.class}`));
    hooks.afterResponse.tap(
      'test',
      ({ attempts, servedBy }) => void calls.push(`afterResponse ${servedBy?.id} after ${attempts.length}`),
    );
    upstreams[0]?.always(reply(500, 'no'));
    await post({ messages: HELLO });
    expect(calls).to.deep.equal([
      'beforeAttempt one/a-model 1',
      'onRateLimitHeaders one/a-model 500',
      'onError server_error',
      'beforeAttempt two/a-model 2',
      'onRateLimitHeaders two/a-model 200',
      'afterResponse two/a-model after 2',
    ]);
  });

  it('decide what a failure means and how long its scope cools down', async () => {
    const { post, app } = await start([]);
    const until = Date.now() + 50_000;
    app.runtime.host.pluginHooks('test').onError.tap({ name: 'test', stage: -1 }, () => ({
      class: 'rate_limit',
      scope: 'provider',
      until,
    }));
    upstreams[0]?.always(reply(418, 'teapot'));
    await post({ messages: HELLO });
    const [target] = app.runtime.chains.all[0]?.targets ?? [];
    expect(target && app.runtime.stateOf(target)).to.deep.include({ state: 'exhausted', until });
  });

  const WRONG: [string, (app: RunningProxy['app']) => void, RegExp][] = [
    [
      'null as a denial',
      ({ runtime }) => runtime.host.pluginHooks('wrong').beforeAttempt.tap('wrong', () => null as never),
      /^$/,
    ],
    [
      'true as a denial',
      ({ runtime }) => runtime.host.pluginHooks('wrong').beforeAttempt.tap('wrong', () => true as never),
      /a denial is/,
    ],
    [
      'a promise of signals',
      ({ runtime }) =>
        runtime.host
          .pluginHooks('wrong')
          .onRateLimitHeaders.tap({ name: 'wrong', stage: -1 }, (async () => []) as never),
      /it returned a promise/,
    ],
    [
      'invalid signals',
      ({ runtime }) =>
        runtime.host.pluginHooks('wrong').onRateLimitHeaders.tap({ name: 'wrong', stage: -1 }, () => [null] as never),
      /a signal has a dimension/,
    ],
    [
      'a time that is not a number',
      ({ runtime }) =>
        runtime.host.pluginHooks('wrong').onError.tap({ name: 'wrong', stage: -1 }, () => ({ until: Number.NaN })),
      /`until` is epoch ms/,
    ],
    [
      'a class that plugins cannot use',
      ({ runtime }) =>
        runtime.host.pluginHooks('wrong').onError.tap({ name: 'wrong', stage: -1 }, () => ({ class: 'cancelled' })),
      /no class 'cancelled'/,
    ],
    [
      'a subject that does not exist',
      ({ runtime }) =>
        runtime.host
          .pluginHooks('wrong')
          .onError.tap({ name: 'wrong', stage: -1 }, () => ({ about: 'weather' as 'model' })),
      /no subject 'weather'/,
    ],
  ];
  for (const [what, tap, says] of WRONG) {
    it(`that return ${what} fail no request and hold no slot`, async () => {
      const { post, app } = await start([], chainOver(upstreams, {}, { limits: [{ concurrent: 1 }] }));
      tap(app);
      upstreams[0]?.script(reply(500, 'no'));
      for (let index = 0; index < 3; index++) expect((await post({ messages: HELLO })).status).to.equal(200);
      expect(app.runtime.host.faults.map(({ last }) => last).join()).to.match(says);
      for (const target of app.runtime.chains.all[0]?.targets ?? []) {
        for (const { inFlight } of app.runtime.stateOf(target).quotas) expect(inFlight).to.equal(0);
      }
    });
  }

  it('never see a key, whatever they look at (pitfall 45)', async () => {
    const { post, app, log } = await start([]);
    const seen: unknown[] = [];
    const hooks = app.runtime.host.pluginHooks('test');
    hooks.beforeAttempt.tap('test', (attempt) => void seen.push(attempt));
    hooks.onRateLimitHeaders.tap({ name: 'test', stage: -1 }, (head, attempt) => void seen.push(head, attempt));
    hooks.afterResponse.tap('test', (outcome) => void seen.push(outcome));
    upstreams[0]?.always((res, { headers }) =>
      reply(401, { error: { message: `wrong: ${headers.authorization}` } })(res, {} as never),
    );
    await post({ messages: HELLO });
    expect(JSON.stringify(seen)).to.contain('wrong: Bearer ***').and.not.to.contain('key-of-');
    expect(log.lines.join()).to.contain('one refused its key').and.not.to.contain('key-of-');
  });

  it('deny an attempt, and the error says why', async () => {
    const { post, app } = await start([]);
    app.runtime.host.pluginHooks('test').beforeAttempt.tapPromise('test', async () => ({
      reason: 'office hours',
      retryAt: Date.now() + 60_000,
    }));
    const response = await post({ messages: HELLO });
    expect(response.status).to.equal(429);
    const { error } = (await response.json()) as { error: { targets: { reason: string }[] } };
    expect(error.targets.map(({ reason }) => reason)).to.deep.equal(['office hours', 'office hours']);
  });

  it('know the data folder, and the last request log that is provided is used', async () => {
    const running = await start([fixture('provides-log')]);
    const { host, settings } = running.app.runtime;
    expect(await host.requestLog?.request('x')).to.deep.include({ id: 'x', path: settings.dataDir });
  });

  it('can be disabled', async () => {
    const { app } = await start([], { plugins: [{ use: 'rate-limit-headers', enabled: false }] });
    upstreams[0]?.always(answer('hi', { 'x-ratelimit-limit-requests': '9', 'x-ratelimit-remaining-requests': '8' }));
    await proxy?.post({ messages: HELLO });
    const [target] = app.runtime.chains.all[0]?.targets ?? [];
    expect(target && app.runtime.stateOf(target).quotas).to.deep.equal([]);
  });
});
