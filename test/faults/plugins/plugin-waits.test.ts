import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { definePlugin, type Plugin, type PluginApi } from '../../../src/plugin/index.js';
import { chainOver, HELLO, MemoryLog, type RunningProxy, startProxy } from '../../proxy.js';
import { ScriptedUpstream } from '../../scripted-upstream.js';
import { until } from '../../until.js';

const never = (): Promise<never> => new Promise(() => {});
const PACE = { readyMs: 80, noticeMs: 10, closingMs: 40 };

describe('A plugin', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy | undefined;
  const folder = mkdtempSync(join(tmpdir(), '429chain-waits-'));

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
  });

  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
    await upstream.close();
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  const start = async (plugins: (Plugin | string)[], options: object = {}): Promise<RunningProxy> => {
    proxy = await startProxy(chainOver([upstream]), { plugins, pluginPace: PACE, ...options });
    return proxy;
  };

  /** A plugin of a file. */
  const fileOf = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  const STARTS: readonly (readonly [what: string, plugin: () => Plugin | string, waits: RegExp, fails: RegExp])[] = [
    [
      'its apply',
      () => definePlugin({ name: 'slow', apply: never }),
      /^429chain waits for plugin "slow" in apply: it has not ended after 0\.01 s\. 429chain waits up to 0\.08 s\.$/,
      /^Plugin "slow" failed in apply: it did not end within 0\.08 s$/,
    ],
    [
      'its onReady',
      () => definePlugin({ name: 'slow', apply: ({ onReady }) => onReady(never) }),
      /^429chain waits for plugin "slow" in onReady: it has not ended/,
      /^Plugin "slow" failed in onReady: it did not end within 0\.08 s$/,
    ],
    [
      'its import',
      () => fileOf('import.mjs', 'await new Promise(() => {});'),
      /^429chain waits for the import of plugin \S+import\.mjs: it has not ended.* A top-level await may never resolve\.$/,
      /^The plugin \S+import\.mjs cannot be loaded: it did not end within 0\.08 s$/,
    ],
    [
      'the function that it exports',
      () => fileOf('function.mjs', 'export default () => new Promise(() => {});'),
      /^429chain waits for the import of plugin \S+function\.mjs: it has not ended/,
      /^The plugin \S+function\.mjs cannot be loaded: it did not end within 0\.08 s$/,
    ],
  ];
  for (const [what, plugin, waits, fails] of STARTS) {
    it(`that never ends in ${what} is named after a while, and then stops the start`, async () => {
      const log = new MemoryLog();
      const message = await start([plugin()], { log }).then(
        () => 'it started',
        (error: Error) => error.message,
      );
      expect(message).to.match(fails);
      expect(log.lines.filter((line) => waits.test(line))).to.have.length(1);
    });
  }

  it('that never ends in onClose is named, and delays the end once, however many of them there are', async () => {
    const slow = (name: string): Plugin =>
      definePlugin({
        name,
        apply: ({ onClose, onReady, shared }) => {
          const value = shared('value', () => 1);
          onReady(() => void value());
          onClose(never);
          onClose(never);
        },
      });
    const { close, log } = await start(['one', 'two', 'three'].map(slow));
    await close();
    proxy = undefined;
    expect(log.lines.filter((line) => line.includes('onClose'))).to.deep.equal(
      ['one', 'two', 'three'].map((name) => `Plugin "${name}" failed in onClose: it did not end within 0.04 s`),
    );
  });

  it('that throws in onClose is closed to the end', async () => {
    const closed: string[] = [];
    const { close, log } = await start([
      definePlugin({
        name: 'throws',
        apply: ({ onClose }) => {
          onClose(() => {
            throw new Error('first');
          });
          onClose(() => void closed.push('second'));
        },
      }),
    ]);
    await close();
    proxy = undefined;
    expect(closed).to.deep.equal(['second']);
    expect(log.lines).to.include('Plugin "throws" failed in onClose: first');
  });

  it('that counts what is sent spends nothing when a person looks', async () => {
    let left = 2;
    const { app, address, post } = await start([
      definePlugin({
        name: 'budget',
        apply: ({ hooks }) =>
          hooks.beforeAttempt.tap('budget', ({ dryRun }) => {
            if (left === 0) return { reason: 'the budget is spent' };
            if (!dryRun) left--;
            return undefined;
          }),
      }),
    ]);
    const headers = { authorization: `Bearer ${app.runtime.adminKey}`, 'content-type': 'application/json' };
    const look = async (): Promise<void> => {
      for (const path of ['/status', '/chains', '/providers', '/plugins'])
        await (await fetch(`${address}/admin/api${path}`, { headers })).text();
      const body = JSON.stringify({ model: 'default' });
      await (await fetch(`${address}/admin/api/explain`, { method: 'POST', headers, body })).text();
    };
    const statuses: number[] = [];
    for (let count = 0; count < 3; count++) {
      await look();
      statuses.push((await post({ messages: HELLO })).status);
    }
    expect(statuses.map((status) => status === 200)).to.deep.equal([true, true, false]);
  });

  it('that is reloaded 100 times leaves nothing of 429chain behind', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const apis: WeakRef<PluginApi>[] = [];
    let calls = 0;
    const { app, post } = await start([
      definePlugin({
        name: 'again',
        apply: (api) => {
          apis.push(new WeakRef(api));
          api.hooks.afterResponse.tap('again', () => void calls++);
          api.hooks.beforeAttempt.tapPromise('again', async () => undefined);
          api.addRoute({ method: 'GET', path: '/again', key: 'none', handle: () => 'again' });
          api.onReady(() => {});
          api.onClose(() => {});
        },
      }),
    ]);
    const timers = (): number => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
    const before = timers();
    for (let count = 0; count < 100; count++) await app.reloadPlugins();
    await until(() => timers() <= before);
    expect((await post({ messages: HELLO })).status).to.equal(200);
    await until(() => calls > 0);
    expect({ applied: apis.length, calls }).to.deep.equal({ applied: 101, calls: 1 });
    await until(() => {
      collect();
      return apis.filter((api) => api.deref() !== undefined).length < 5;
    });
  });
});
