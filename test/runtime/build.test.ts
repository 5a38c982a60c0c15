import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { RequestStore } from '../../plugins/nedb-logger/store.js';
import { App } from '../../src/app.js';
import { openStore, type SettingsStore } from '../../src/config/source/store.js';
import type { Repairs } from '../../src/engine/repairs.js';
import { definePlugin, type Plugin, type PluginApi } from '../../src/plugin/index.js';
import { Secrets } from '../../src/secrets.js';
import { recordOf } from '../plugins/request-log/records.js';
import { MemoryLog } from '../proxy.js';
import { tooLongToReplace } from '../read-only-file.js';
import { until } from '../until.js';

const KEY = 'key-of-the-provider';
const NEW_KEY = 'a-key-that-was-just-typed';

const configuration = (more: object = {}, limit = 10, apiKey = KEY): string =>
  JSON.stringify({
    dataDir: 'data',
    providers: {
      one: {
        type: 'openai-compatible',
        baseUrl: 'http://127.0.0.1:9/v1',
        apiKey,
        limits: [{ requests: limit, per: '1h' }],
      },
    },
    chains: { default: ['one/a-model'] },
    ...more,
  });

describe('A configuration that is only checked', () => {
  let folder: string;
  let file: string;
  let log: MemoryLog;
  let secrets: Secrets;
  let store: SettingsStore;
  let app: App | undefined;
  let events: string[];
  /** What the test's plugin does in `apply` and `onReady`. */
  let inApply: (api: PluginApi) => void | Promise<void>;
  let inReady: () => void;

  const plugin: Plugin = definePlugin({
    name: 'spy',
    apply: async (api) => {
      api.onReady(() => inReady());
      api.onReady(() => void events.push('ready'));
      api.onClose(() => void events.push('closed'));
      await inApply(api);
    },
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), '429chain-'));
    file = join(folder, '429chain.json5');
    log = new MemoryLog();
    secrets = new Secrets();
    events = [];
    inApply = () => {};
    inReady = () => {};
  });

  afterEach(async () => {
    await app?.close(0);
    app = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (text = configuration(), plugins: Plugin[] = [plugin]): Promise<App> => {
    writeFileSync(file, text);
    store = openStore(file, { env: {}, log });
    app = await App.create({ store, log, secrets, plugins });
    return app;
  };

  /** Every file, but for the one that the ledger of the configuration in force is saved to. */
  const files = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => !name.startsWith(join('data', 'ledger.json')))
      .sort();

  const limitOf = ({ runtime }: App): number | undefined => runtime.status().targets[0]?.quotas[0]?.limit;

  it('creates no file, even in another data folder', async () => {
    await start();
    const before = files();
    for (let index = 0; index < 100; index++) {
      expect(await store.check(configuration({ dataDir: `data-${index}` }))).to.deep.equal([]);
    }
    expect(files()).to.deep.equal(before);
  });

  it('teaches the masker no key, neither half-typed nor complete', async () => {
    await start();
    for (let length = 1; length <= NEW_KEY.length; length++) {
      await store.check(configuration({}, 10, NEW_KEY.slice(0, length)));
    }
    await store.check(configuration({ server: { apiKeys: ['a-model'], adminKey: 'another' } }));
    const text = `one/a-model, ${NEW_KEY}, another`;
    expect(secrets.mask(text)).to.equal(text);
    expect(secrets.mask(KEY)).to.equal('***');
  });

  it('has its keys masked in log lines and problems while it is built', async () => {
    await start();
    inApply = ({ log: lines }) => {
      lines.info(`The key is ${NEW_KEY}.`, { key: NEW_KEY });
      throw new Error(`${NEW_KEY} is refused`);
    };
    const problems = await store.check(configuration({}, 10, NEW_KEY));
    expect(problems.map(({ message }) => message)).to.deep.equal(['Plugin "spy" failed in apply: *** is refused']);
    expect(log.lines).to.include('[spy] The key is ***.');
  });

  it('makes no plugin ready and closes none', async () => {
    await start();
    expect(events).to.deep.equal(['ready']);
    for (let index = 0; index < 100; index++) await store.check(configuration({}, index + 1));
    expect(events).to.deep.equal(['ready']);
    await app?.close(0);
    expect(events).to.deep.equal(['ready', 'closed']);
  });

  it('leaves the ledger as it is', async () => {
    const { runtime } = await start();
    const before = runtime.status();
    for (let index = 0; index < 100; index++) await store.check(configuration({}, index + 11));
    expect(runtime.status()).to.deep.equal(before);
  });

  it('deletes no record of the request log, even if it would keep fewer', async () => {
    const kept = (maxRequests: number): object => ({ plugins: [{ use: 'nedb-logger', options: { maxRequests } }] });
    const past = new RequestStore(join(folder, 'data', 'requests'), {
      keepMs: Number.POSITIVE_INFINITY,
      maxRequests: 500,
      maxBytes: 2 ** 40,
      now: Date.now,
      log: { info: () => {}, warn: () => {} },
    });
    for (let index = 0; index < 500; index++) past.add(recordOf(`a-${index}`));
    await past.close();
    const { runtime } = await start(configuration(kept(500)));
    let proceed = (): void => {};
    let isApplied = false;
    inApply = () => {
      isApplied = true;
      return new Promise((resolve) => {
        proceed = resolve;
      });
    };
    const checked = store.check(configuration(kept(100)));
    await until(() => isApplied);
    // The first question opens the log, which removes what is too much.
    await runtime.host.requestLog?.requests();
    proceed();
    expect(await checked).to.deep.equal([]);
    expect(await runtime.host.requestLog?.request('a-0')).to.include({ id: 'a-0' });
  });

  it('is dropped if it is invalid, without closing plugins that never became ready', async () => {
    await start();
    const problems = await store.check(configuration().replace('openai-compatible', 'grok'));
    expect(problems).to.have.length(1);
    expect(events).to.deep.equal(['ready']);
  });

  describe('and then saved', () => {
    const errorOf = (saving: Promise<unknown>): Promise<Error> =>
      saving.then(
        () => expect.fail('it was saved'),
        (error: Error) => error,
      );

    const save = (text: string): Promise<unknown> => store.save({ text }, store.revision);

    it('comes into force with its keys, its limits and its plugins', async () => {
      const running = await start();
      await save(configuration({}, 11, NEW_KEY));
      expect(limitOf(running)).to.equal(11);
      expect(secrets.mask(NEW_KEY)).to.equal('***');
      await until(() => events.length === 3);
      expect(events).to.deep.equal(['ready', 'ready', 'closed']);
    });

    it('keeps what a target refused, unless its address changes', async () => {
      const running = await start();
      const repairs = () => running.runtime.chains.all[0]?.targets[0]?.repairs as Repairs;
      repairs().learn([{ drop: 'logprobs' }], {});
      await store.check(configuration({}, 12));
      await save(configuration({}, 11));
      expect([limitOf(running), repairs().drops('logprobs')]).to.deep.equal([11, true]);
      await save(configuration({}, 11).replace('127.0.0.1', 'localhost'));
      expect(repairs().drops('logprobs')).to.equal(false);
    });

    it('changes nothing if a plugin does not get ready', async () => {
      const second: string[] = [];
      const readied = definePlugin({
        name: 'first',
        apply: (api) => {
          api.onReady(() => void second.push('ready'));
          api.onClose(() => void second.push('closed'));
        },
      });
      const running = await start(configuration(), [readied, plugin]);
      const { runtime } = running;
      inReady = () => {
        throw new Error(`no access with ${NEW_KEY}`);
      };
      const error = await errorOf(save(configuration({ dataDir: 'elsewhere' }, 11, NEW_KEY)));
      expect(error).to.include({ code: 'plugin_failed' });
      expect(error.message).to.equal('Plugin "spy" failed in onReady: no access with ***');
      expect(running.runtime).to.equal(runtime);
      expect(readFileSync(file, 'utf8')).to.equal(configuration());
      expect(limitOf(running)).to.equal(10);
      expect(secrets.mask(NEW_KEY)).to.equal(NEW_KEY);
      expect(files()).not.to.include('elsewhere');
      expect(second).to.deep.equal(['ready', 'ready', 'closed']);
      expect(events).to.deep.equal(['ready']);
    });

    it('changes nothing if its data folder cannot be written', async () => {
      const running = await start();
      const { runtime } = running;
      writeFileSync(join(folder, 'taken'), 'a file');
      const error = await errorOf(save(configuration({ dataDir: 'taken' }, 11, NEW_KEY)));
      expect(error).to.include({ code: 'invalid_configuration' });
      expect(error.message).to.match(/^The data folder .*taken cannot be written: /);
      expect(running.runtime).to.equal(runtime);
      expect(readFileSync(file, 'utf8')).to.equal(configuration());
      expect(limitOf(running)).to.equal(10);
      expect(events).to.deep.equal(['ready', 'ready', 'closed']);
    });

    it('changes nothing if the file cannot be written', async () => {
      file = tooLongToReplace(folder);
      const running = await start();
      expect(await errorOf(save(configuration({}, 11, NEW_KEY)))).to.include({ code: 'read_only' });
      expect(limitOf(running)).to.equal(10);
      expect(secrets.mask(NEW_KEY)).to.equal(NEW_KEY);
      expect(events).to.deep.equal(['ready', 'ready', 'closed']);
    });
  });

  it('stays out of force if a plugin does not get ready after a change of the file', async () => {
    const { runtime } = await start();
    inReady = () => {
      throw new Error('not today');
    };
    writeFileSync(file, configuration({}, 11));
    await until(() => store.problems.length > 0);
    expect(store.problems[0]?.message).to.equal('Plugin "spy" failed in onReady: not today');
    expect(app?.runtime).to.equal(runtime);
    expect(app && limitOf(app)).to.equal(10);
  });
});
