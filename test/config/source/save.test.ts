import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { expect } from 'chai';
import JSON5 from 'json5';
import type { Edit } from '../../../src/config/edit/edit.js';
import type { Settings } from '../../../src/config/settings.js';
import {
  InvalidConfiguration,
  memoryStore,
  openStore,
  type Prepared,
  type SettingsStore,
} from '../../../src/config/source/store.js';
import { watchSources } from '../../../src/config/source/watch.js';
import { silentLog } from '../../../src/log.js';
import type { ChainError } from '../../../src/plugin/door/errors.js';
import { MemoryLog } from '../../proxy.js';
import { tooLongToReplace } from '../../read-only-file.js';
import { until } from '../../until.js';

const ENDLESS = fileURLToPath(new URL('endless-saves.ts', import.meta.url));

const TEXT = `// Mine.
{
  server: { port: 0xd65 }, // hex
  providers: {
    groq: { type: 'groq', apiKey: '\${KEY}' },
  },
  chains: {
    default: { targets: ['groq/a', 'groq/b'], retries: 1 }, // two
  },
}
`;

const retries = (value: unknown): Edit => ({ op: 'set', path: ['chains', 'default', 'retries'], value });

const errorOf = async (promise: Promise<unknown>): Promise<ChainError> =>
  promise.then(
    () => expect.fail('it was saved'),
    (error: ChainError) => error,
  );

/** What follows from settings. Appends to `said` what the store does with it. */
const prepared = (said: string[] = []): Prepared => ({
  start: async () => void said.push('started'),
  activate: () => void said.push('activated'),
  dispose: async () => void said.push('disposed'),
});

describe('A save', () => {
  let folder: string;
  let file: string;
  let dotEnv: string;
  let store: SettingsStore;
  let log: MemoryLog;
  let changes: Settings[];

  const open = (env: Record<string, string> = {}): void => {
    log = new MemoryLog();
    changes = [];
    store = openStore(file, { env, log });
    store.onChange((settings) => changes.push(settings));
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), '429chain-save-'));
    file = join(folder, '429chain.json5');
    dotEnv = join(folder, '.env');
    writeFileSync(file, TEXT);
    open();
  });

  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const disk = (): string => readFileSync(file, 'utf8');
  const save = (edits: readonly Edit[], revision = store.revision) => store.save({ edits }, revision);

  it('changes the file and the settings in force, and nothing else (pitfall 35: comments and ${…} were lost)', async () => {
    expect(store.text).to.equal(TEXT);
    expect(store.writable).to.deep.equal({ ok: true, kept: true });
    const before = store.revision;
    const { revision } = await save([retries(2)]);
    expect(disk()).to.equal(TEXT.replace('retries: 1', 'retries: 2'));
    expect(store).to.include({ text: disk(), revision });
    expect(revision).not.to.equal(before);
    expect(store.current.chains[0]?.retries).to.equal(2);
    expect(readdirSync(folder)).to.deep.equal(['429chain.json5']);
  });

  it('comes into force exactly once, even though the file is watched', async () => {
    await save([retries(2)]);
    let end = (): void => {};
    // A second watch: what it sees, the store's watch has seen already.
    await new Promise<void>((resolve) => {
      end = watchSources(file, resolve);
      writeFileSync(dotEnv, '');
    });
    end();
    await save([retries(3)]);
    expect(changes.map(({ chains }) => chains[0]?.retries)).to.deep.equal([2, 3]);
    expect(log.lines).to.deep.equal([]);
  });

  it('accepts a complete text', async () => {
    const text = TEXT.replace('// Mine.', '// Ours.');
    await store.save({ text }, store.revision);
    expect(disk()).to.equal(text);
  });

  it('that changes nothing writes nothing', async () => {
    const { mtimeMs } = statSync(file);
    expect(await save([retries(1)])).to.deep.equal({ revision: store.revision });
    expect(statSync(file).mtimeMs).to.equal(mtimeMs);
    expect(changes).to.deep.equal([]);
  });

  it('keeps the mode of the file, and follows a symbolic link to it', async () => {
    await store.close();
    mkdirSync(join(folder, 'real'));
    const real = join(folder, 'real', 'configuration');
    writeFileSync(real, TEXT);
    chmodSync(real, 0o640);
    rmSync(file);
    symlinkSync(real, file);
    open();
    await save([retries(2)]);
    expect(readFileSync(real, 'utf8')).to.include('retries: 2');
    expect(statSync(real).mode & 0o777).to.equal(0o640);
  });

  it('puts keys into .env, which only its owner can read, and never into the file', async () => {
    writeFileSync(dotEnv, '# mine\nOTHER=1\n', { mode: 0o644 });
    const edits: Edit[] = [{ op: 'set', path: ['providers', 'two'], value: { type: 'groq', apiKey: '${TWO}' } }];
    await store.save({ edits, secrets: { KEY: 'first', TWO: 'second-key' } }, store.revision);
    expect(readFileSync(dotEnv, 'utf8')).to.equal('# mine\nOTHER=1\nKEY=first\nTWO=second-key\n');
    expect(statSync(dotEnv).mode & 0o777).to.equal(0o600);
    expect(disk()).to.include('${TWO}').and.not.to.include('second-key');
    expect(store.current.providers.map(({ apiKey }) => apiKey)).to.deep.equal(['first', 'second-key']);
    expect(changes).to.have.length(1);
    expect(log.lines.join()).not.to.include('second');
  });

  it('creates .env if there is none', async () => {
    await store.save({ secrets: { KEY: 'x' } }, store.revision);
    expect(statSync(dotEnv).mode & 0o777).to.equal(0o600);
    expect(store.current.providers[0]).to.include({ apiKey: 'x' });
  });

  it('refuses a key that the environment would override', async () => {
    await store.close();
    open({ KEY: 'of-the-environment' });
    const error = await errorOf(store.save({ secrets: { KEY: 'x' } }, store.revision));
    expect(error).to.include({ code: 'invalid_request' });
    expect(error.message).to.include('KEY is set in the environment');
    expect(existsSync(dotEnv)).to.equal(false);
  });

  it('is refused as a whole, with every problem, if it is invalid', async () => {
    const error = await errorOf(
      store.save(
        { edits: [retries(99), { op: 'remove', path: ['providers', 'groq'] }], secrets: { KEY: 'x' } },
        store.revision,
      ),
    );
    expect(error).to.be.instanceOf(InvalidConfiguration).and.to.include({ status: 422 });
    expect((error as InvalidConfiguration).problems).to.have.length(3);
    expect(error.toJSON().error.problems).to.deep.equal((error as InvalidConfiguration).problems);
    expect(disk()).to.equal(TEXT);
    expect(existsSync(dotEnv)).to.equal(false);
    expect(store.problems).to.deep.equal([]);
    expect(changes).to.deep.equal([]);
  });

  it('is refused if the file changed in the meantime, and shows the new text', async () => {
    const { revision } = store;
    writeFileSync(file, TEXT.replace('retries: 1', 'retries: 7'));
    const error = await errorOf(save([retries(2)], revision));
    expect(error).to.include({ code: 'configuration_changed', status: 409 });
    expect(disk()).to.include('retries: 7');
    // At once, so that the next save starts from the new text.
    expect(store.text).to.equal(disk());
    expect(store.current.chains[0]?.retries).to.equal(7);
    await save([retries(2)]);
    expect(disk()).to.include('retries: 2');
  });

  it('is refused if another save came first (two saves of one revision, one 409)', async () => {
    const { revision } = store;
    const results = await Promise.allSettled([save([retries(2)], revision), save([retries(3)], revision)]);
    expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected']);
    expect((results[1] as PromiseRejectedResult).reason).to.include({ code: 'configuration_changed' });
    expect(store.current.chains[0]?.retries).to.equal(2);
  });

  it('is refused if the file changes while the new configuration starts', async () => {
    const said: string[] = [];
    store.prepareWith(async () => {
      writeFileSync(file, TEXT.replace('retries: 1', 'retries: 7'));
      return prepared(said);
    });
    expect(await errorOf(save([retries(2)]))).to.include({ code: 'configuration_changed' });
    expect(said).to.deep.equal(['started', 'disposed', 'started', 'activated']);
    expect(disk()).to.include('retries: 7');
  });

  it('is based on the configuration in force, not on a text that is still being checked (a change by hand was overwritten)', async () => {
    const { revision } = store;
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    let looking = false;
    store.prepareWith(async () => {
      looking = true;
      await gate;
      return prepared();
    });
    const byHand = TEXT.replace('retries: 1', 'retries: 7');
    writeFileSync(file, byHand);
    await until(() => looking);
    expect({ retries: store.current.chains[0]?.retries, revision: store.revision }).to.deep.equal({
      retries: 1,
      revision,
    });
    const late = errorOf(save([retries(2)]));
    go();
    expect(await late).to.include({ code: 'configuration_changed' });
    expect(disk()).to.equal(byHand);
    expect(store.current.chains[0]?.retries).to.equal(7);
  });

  it('does not edit a file that could not come into force', async () => {
    let isGood = false;
    store.prepareWith(async () => {
      if (!isGood) throw new Error('There is no such plugin.');
      return prepared();
    });
    const byHand = TEXT.replace('retries: 1', 'retries: 7');
    writeFileSync(file, byHand);
    await until(() => store.problems.length > 0);
    isGood = true;
    const error = await errorOf(save([retries(2)]));
    expect(error).to.include({ code: 'invalid_configuration', status: 422 });
    expect((error as InvalidConfiguration).problems[0]?.message).to.equal('There is no such plugin.');
    expect(disk()).to.equal(byHand);
  });

  it('writes nothing that cannot come into force (pitfall 35: memory was changed before the write)', async () => {
    const said: string[] = [];
    store.prepareWith(async (settings) => {
      said.push(`prepared, ${/retries: \d/.exec(disk())?.[0]} on the disk`);
      if (settings.chains[0]?.retries === 9) throw new InvalidConfiguration([]);
      return {
        start: async () => void said.push(`started, ${/retries: \d/.exec(disk())?.[0]} on the disk`),
        activate: () => said.push(`activated, ${/retries: \d/.exec(disk())?.[0]} on the disk`),
        dispose: async () => void said.push('disposed'),
      };
    });
    expect(await errorOf(save([retries(9)]))).to.include({ status: 422 });
    expect(disk()).to.equal(TEXT);
    await save([retries(2)]);
    expect(said).to.deep.equal([
      'prepared, retries: 1 on the disk',
      'prepared, retries: 1 on the disk',
      'started, retries: 1 on the disk',
      'activated, retries: 2 on the disk',
    ]);
  });

  it('replaces an invalid file as a whole, but does not edit it', async () => {
    writeFileSync(file, TEXT.replace('retries: 1', 'retries: 99'));
    await until(() => store.problems.length > 0);
    expect(await errorOf(save([retries(2)]))).to.include({ code: 'invalid_configuration', status: 422 });
    await store.save({ text: store.text.replace('99', '3') }, store.revision);
    expect(store.problems).to.deep.equal([]);
    expect(store.current.chains[0]?.retries).to.equal(3);
  });

  it('is refused once the store is closed', async () => {
    await store.close();
    expect(await errorOf(save([retries(2)]))).to.include({ code: 'shutting_down' });
    expect(disk()).to.equal(TEXT);
  });

  it('leaves a complete version, old or new, if the process is killed (pitfall 35: a crash left half a file)', async () => {
    const big = TEXT.replace(
      "'groq/a', ",
      Array.from({ length: 3_000 }, (_, index) => `'groq/model-${index}',\n`).join(''),
    );
    writeFileSync(file, big);
    const wholes = new Set(Array.from({ length: 11 }, (_, count) => big.replace('retries: 1', `retries: ${count}`)));
    for (let round = 0; round < 5; round++) {
      const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=429chain-source', ENDLESS, file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      expect(wholes.has(disk())).to.equal(true);
      expect(parseEnv(readFileSync(dotEnv, 'utf8')).KEY).to.match(/^value-\d+$/);
    }
  });

  describe('if the file cannot be replaced', () => {
    const mounted: string[] = [];
    /** Skips the test if this user may not mount anything. */
    const mount = (test: Mocha.Context, ...args: string[]): void => {
      const target = args.at(-1) as string;
      if (spawnSync('mount', args).status === 0) mounted.push(target);
      else test.skip();
    };

    afterEach(() => {
      for (const target of mounted.splice(0).reverse()) spawnSync('umount', [target]);
    });

    it('overwrites a file that is mounted by itself (pitfall 40: a rename cannot replace it)', async function () {
      const outside = join(folder, 'outside.json5');
      writeFileSync(outside, TEXT);
      mount(this, '--bind', outside, file);
      await store.close();
      open();
      expect(store.writable.ok).to.equal(true);
      await save([retries(2)]);
      expect(readFileSync(outside, 'utf8')).to.equal(TEXT.replace('retries: 1', 'retries: 2'));
      await store.save({ text: TEXT.replace(' // two', '') }, store.revision);
      expect(disk()).to.equal(TEXT.replace(' // two', ''));
      expect(readdirSync(folder)).to.have.members(['429chain.json5', 'outside.json5']);
    });

    it('says that it is read-only, and shows the change to make by hand, without keys (pitfall 40)', async function () {
      const typed = TEXT.replace("'${KEY}'", "'typed-into-the-file'");
      writeFileSync(file, typed);
      mount(this, '--bind', folder, folder);
      mount(this, '-o', 'remount,ro,bind', folder);
      await store.close();
      open();
      expect(store.writable).to.deep.include({ ok: false });
      const edits: Edit[] = [
        { op: 'rename', path: ['providers', 'groq'], key: 'mine' },
        { op: 'set', path: ['chains', 'default'], value: ['mine/a'] },
      ];
      const error = await errorOf(store.save({ edits, secrets: { OTHER: 'a-secret' } }, store.revision));
      expect(error).to.include({ code: 'read_only', status: 403 });
      expect(error.message).to.include('read-only');
      expect(error.toJSON().error.change).to.deep.equal({
        file,
        line: 5,
        removed: [
          "    groq: { type: 'groq', apiKey: '***' },",
          '  },',
          '  chains: {',
          "    default: { targets: ['groq/a', 'groq/b'], retries: 1 }, // two",
        ],
        added: ["    mine: { type: 'groq', apiKey: '***' },", '  },', '  chains: {', "    default: ['mine/a'], // two"],
        variables: ['OTHER'],
      });
      expect(JSON.stringify(error)).not.to.include('a-secret');
      expect(disk()).to.equal(typed);
    });

    it('restores .env if the file cannot be written', async () => {
      await store.close();
      file = tooLongToReplace(folder);
      writeFileSync(file, TEXT);
      writeFileSync(dotEnv, 'KEY=old\n');
      open();
      const error = await errorOf(store.save({ edits: [retries(2)], secrets: { KEY: 'new' } }, store.revision));
      expect(error).to.include({ code: 'read_only' });
      expect(readFileSync(dotEnv, 'utf8')).to.equal('KEY=old\n');
      expect(disk()).to.equal(TEXT);
      expect(store.current.chains[0]?.retries).to.equal(1);
    });
  });
});

describe('A configuration without a file', () => {
  it('is changed in memory, and says that the change is not kept', async () => {
    const store = memoryStore(TEXT, { env: {}, log: silentLog });
    expect(store.writable).to.deep.equal({ ok: true, kept: false });
    expect(store.current.providers[0]?.missing).to.deep.equal(['KEY']);
    await store.save({ edits: [retries(2)], secrets: { KEY: 'x' } }, store.revision);
    expect(store.current.chains[0]?.retries).to.equal(2);
    expect(store.current.providers[0]?.apiKey).to.equal('x');
    expect(JSON5.parse(store.text).chains.default.retries).to.equal(2);
    await store.close();
  });
});
