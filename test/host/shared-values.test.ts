import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { App } from '../../src/app.js';
import { openStore, type SettingsStore } from '../../src/config/source/store.js';
import type { Plugin, PluginApi } from '../../src/plugin/index.js';
import { MemoryLog } from '../proxy.js';
import { until } from '../until.js';

/** What the test's plugin shares. */
interface Counter {
  readonly name: string;
  count: number;
  isOpen: boolean;
}

describe('A value that a plugin shares', () => {
  let folder: string;
  let log: MemoryLog;
  let store: SettingsStore;
  let apps: App[];
  let made: Counter[];
  let used: Counter[];
  let onReady: (counter: () => Counter, api: PluginApi) => void;
  let inApply: (counter: () => Counter) => void;
  let close: (counter: Counter) => void | Promise<void>;

  const counting = (name = 'counting'): Plugin => ({
    name,
    apply: (api) => {
      const counter = api.shared(
        'counter',
        () => {
          const created = { name, count: 0, isOpen: true };
          made.push(created);
          return created;
        },
        (counter) => close(counter),
      );
      inApply(counter);
      api.onReady(() => onReady(counter, api));
    },
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), '429chain-'));
    log = new MemoryLog();
    apps = [];
    made = [];
    used = [];
    inApply = () => {};
    onReady = (counter) => {
      counter().count++;
      used.push(counter());
    };
    close = (counter) => {
      counter.isOpen = false;
    };
  });

  afterEach(async () => {
    for (const app of apps) await app.close(0);
    rmSync(folder, { recursive: true, force: true });
  });

  const text = (more: object = {}): string => JSON.stringify({ providers: {}, chains: {}, ...more });

  const start = async (plugins: Plugin[] = [counting()], name = 'one'): Promise<App> => {
    const file = join(folder, `${name}.json5`);
    writeFileSync(file, text({ dataDir: name }));
    store = openStore(file, { env: {}, log });
    const app = await App.create({ store, log, plugins });
    apps.push(app);
    return app;
  };

  const reload = async (more: object = {}): Promise<void> => {
    await store.save({ text: text({ dataDir: 'one', server: { maxWaiting: ++changes }, ...more }) }, store.revision);
  };
  let changes = 10;

  it('is passed on to the next configuration, and closed at the end', async () => {
    const app = await start();
    const { runtime } = app;
    await reload();
    await runtime.retire();
    await reload();
    expect(made).to.deep.equal([{ name: 'counting', count: 3, isOpen: true }]);
    await app.close(0);
    expect(made).to.deep.equal([{ name: 'counting', count: 3, isOpen: false }]);
  });

  it('stays open if the configuration in force has not used it yet', async () => {
    const app = await start();
    const { runtime } = app;
    let later: (() => Counter) | undefined;
    onReady = (counter) => {
      later = counter;
    };
    await reload();
    await runtime.retire();
    expect(later?.()).to.equal(used[0]);
    expect(made).to.deep.equal([{ name: 'counting', count: 1, isOpen: true }]);
  });

  it('is not created unless it is used', async () => {
    onReady = () => {};
    const app = await start();
    await reload();
    await app.close(0);
    expect(made).to.deep.equal([]);
  });

  it('stays open after a reload that fails', async () => {
    const app = await start();
    const { runtime } = app;
    onReady = (counter) => {
      counter().count++;
      throw new Error('not today');
    };
    const failed = await reload().catch((error: Error) => error);
    expect(failed).to.include({ code: 'plugin_failed' });
    expect(app.runtime).to.equal(runtime);
    expect(made).to.deep.equal([{ name: 'counting', count: 2, isOpen: true }]);
    await app.close(0);
    expect(made[0]?.isOpen).to.equal(false);
  });

  it('is closed if the first configuration that uses it does not come into force', async () => {
    onReady = (counter) => {
      counter();
      throw new Error('not today');
    };
    await start().catch(() => {});
    expect(made).to.deep.equal([{ name: 'counting', count: 0, isOpen: false }]);
  });

  it('is not created by a configuration that is only checked', async () => {
    onReady = () => {};
    await start();
    expect(await store.check(text({ dataDir: 'two' }))).to.deep.equal([]);
    expect(made).to.deep.equal([]);
  });

  it('cannot be used in apply', async () => {
    inApply = (counter) => void counter();
    const refused = await start().catch((error: Error) => error);
    expect((refused as Error).message).to.equal(
      'Plugin "counting" failed in apply: the shared value "counter" is used in apply. Use it in onReady, a hook or a route',
    );
  });

  it('is separate for each plugin and each app', async () => {
    await start([counting('first'), counting('second')]);
    await start([counting('first')], 'two');
    expect(made.map(({ name, count }) => `${name} ${count}`)).to.deep.equal(['first 1', 'second 1', 'first 1']);
    await apps[1]?.close(0);
    expect(made.map(({ isOpen }) => isOpen)).to.deep.equal([true, true, false]);
  });

  it('is closed when its plugin is no longer used', async () => {
    const entry = join(folder, 'index.mjs');
    const names = { opened: 'opened', closed: 'closed' };
    const seen = globalThis as { sharedValueEvents?: string[] };
    seen.sharedValueEvents = [];
    writeFileSync(
      entry,
      `export default { name: 'mine', apply(api) {
        const value = api.shared('it', () => globalThis.sharedValueEvents.push('${names.opened}'), () => { globalThis.sharedValueEvents.push('${names.closed}'); });
        api.onReady(() => void value());
      } };`,
    );
    await start([]);
    await reload({ plugins: [entry] });
    await reload();
    await until(() => seen.sharedValueEvents?.length === 2);
    expect(seen.sharedValueEvents).to.deep.equal(['opened', 'closed']);
    delete seen.sharedValueEvents;
  });

  it('is not created again while it is being closed', async () => {
    const entry = join(folder, 'index.mjs');
    const seen = globalThis as { sharedValueEvents?: string[]; letClose?: Promise<void>; onApply?: () => void };
    seen.sharedValueEvents = [];
    let release = (): void => {};
    seen.letClose = new Promise((resolve) => {
      release = resolve;
    });
    writeFileSync(
      entry,
      `export default { name: 'mine', apply(api) {
        const note = (what) => { globalThis.sharedValueEvents.push(what); };
        const close = async () => { note('closing'); await globalThis.letClose; note('closed'); };
        const value = api.shared('it', () => note('opened'), close);
        api.onReady(() => void value());
        globalThis.onApply?.();
      } };`,
    );
    await start([]);
    await reload({ plugins: [entry] });
    await reload();
    await until(() => seen.sharedValueEvents?.length === 2);
    // Later than an onReady that does not wait: nothing between the two takes a turn of the event loop.
    seen.onApply = () => void setImmediate(release);
    await reload({ plugins: [entry] });
    expect(seen.sharedValueEvents).to.deep.equal(['opened', 'closing', 'closed', 'opened']);
    for (const name of ['sharedValueEvents', 'letClose', 'onApply'] as const) delete seen[name];
  });

  it('that cannot be closed is logged, and the app closes all the same', async () => {
    close = () => {
      throw new Error('it is stuck');
    };
    const app = await start();
    await app.close(0);
    expect(log.lines).to.include('Plugin "counting" failed to close its shared value "counter": it is stuck');
  });
});
