import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Settings } from '../../../src/config/settings.js';
import { InvalidConfiguration, openStore, type SettingsStore } from '../../../src/config/source/store.js';
import { watchSources } from '../../../src/config/source/watch.js';
import type { Log } from '../../../src/log.js';
import { MINIMAL } from '../configurations.js';

const configuration = (model: string): string =>
  JSON.stringify({ providers: { groq: { type: 'groq', apiKey: '${KEY}' } }, chains: { default: [`groq/${model}`] } });

const modelOf = (settings: Settings): string | undefined => settings.chains[0]?.targets[0]?.model;

describe('a store', () => {
  let folder: string;
  let file: string;
  let store: SettingsStore;
  let logged: string[];
  let changes: Settings[];

  const log: Log = {
    debug: (message) => logged.push(`debug: ${message}`),
    info: (message) => logged.push(`info: ${message}`),
    warn: (message) => logged.push(`warning: ${message}`),
    error: (message) => logged.push(`error: ${message}`),
  };

  /** Writes, and waits for the store to report it. */
  const until = async <T>(
    listen: (listener: (news: T) => void) => () => void,
    write: () => Promise<void>,
  ): Promise<T> => {
    const told = new Promise<T>((resolve) => {
      const end = listen((news) => {
        end();
        resolve(news);
      });
    });
    await write();
    return told;
  };
  const changed = (write: () => Promise<void>): Promise<Settings> =>
    until((listener) => store.onChange(listener), write);
  const refused = (write: () => Promise<void>) =>
    until<SettingsStore['problems']>((listener) => store.onProblems(listener), write);
  /** Writes, and waits until a second watch of the same files, which began after the store's watch, has seen it. */
  const noticed = async (write: () => Promise<void>): Promise<void> => {
    let end = (): void => {};
    await until<void>((listener) => {
      end = watchSources(file, () => listener());
      return end;
    }, write);
    await new Promise((resolve) => setImmediate(resolve));
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), '429chain-'));
    file = join(folder, '429chain.json5');
    await writeFile(file, configuration('first'));
    logged = [];
    changes = [];
    store = openStore(file, { env: { OWN: 'x' }, log });
    store.onChange((settings) => changes.push(settings));
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  it('starts with the content of the file', () => {
    expect(modelOf(store.current)).to.equal('first');
    expect(store.problems).to.deep.equal([]);
  });

  it('follows a change of the file', async () => {
    const before = store.current;
    const settings = await changed(() => writeFile(file, configuration('second')));
    expect(modelOf(settings)).to.equal('second');
    expect(store.current).to.equal(settings);
    expect(modelOf(before)).to.equal('first');
  });

  it('follows a file that is replaced, as editors do', async () => {
    await changed(async () => {
      await writeFile(`${file}.tmp`, configuration('second'));
      await rename(`${file}.tmp`, file);
    });
    await changed(() => writeFile(file, configuration('third')));
    expect(modelOf(store.current)).to.equal('third');
  });

  it('follows a change of the .env beside it', async () => {
    expect(store.current.providers[0]?.missing).to.deep.equal(['KEY']);
    await changed(() => writeFile(join(folder, '.env'), 'KEY=secret\n'));
    expect(store.current.providers[0]).to.deep.include({ apiKey: 'secret', missing: [] });
    expect(logged.join('\n')).not.to.include('secret');
  });

  it('keeps its data folder after a change', async () => {
    store.close();
    store = openStore(file, { env: {}, log, dataDir: '/var/lib/429chain' });
    const settings = await changed(() => writeFile(file, configuration('second')));
    expect(settings.dataDir).to.equal('/var/lib/429chain');
  });

  it('keeps the configuration in force if the file becomes invalid, and logs every problem', async () => {
    const before = store.current;
    const bad = { ...MINIMAL, defaultChain: 'none', server: { prot: 1 } };
    const problems = await refused(() => writeFile(file, JSON.stringify(bad)));
    expect(problems).to.have.length(2);
    expect(store.problems).to.equal(problems);
    expect(store.current).to.equal(before);
    expect(changes).to.deep.equal([]);
    for (const { message } of problems) expect(logged.filter((line) => line.includes(message))).to.have.length(1);
  });

  it('uses a valid file after an invalid one', async () => {
    await refused(() => writeFile(file, '{'));
    await changed(() => writeFile(file, configuration('second')));
    expect(store.problems).to.deep.equal([]);
    expect(modelOf(store.current)).to.equal('second');
  });

  it('reports no change if an invalid file is undone', async () => {
    const before = store.current;
    await refused(() => writeFile(file, '{'));
    const problems = await refused(() => writeFile(file, configuration('first')));
    expect(problems).to.deep.equal([]);
    expect(store.current).to.equal(before);
    expect(changes).to.deep.equal([]);
  });

  it('survives the temporary absence of the file', async () => {
    const [problem] = await refused(() => rename(file, `${file}.away`));
    expect(problem?.message).to.equal('There is no such file.');
    await refused(() => rename(`${file}.away`, file));
    expect(store.problems).to.deep.equal([]);
  });

  it('reports nothing if a file is saved without a change', async () => {
    await noticed(() => writeFile(file, configuration('first')));
    expect(changes).to.deep.equal([]);
    expect(logged).to.deep.equal([]);
  });

  it('reports a change to all listeners even if one fails', async () => {
    store.close();
    store = openStore(file, { env: {}, log });
    store.onChange(() => {
      throw new Error('a bad listener');
    });
    await changed(() => writeFile(file, configuration('second')));
    expect(logged.some((line) => line.includes('a bad listener'))).to.equal(true);
  });

  it('reports nothing to a removed listener, nor after it is closed', async () => {
    const told: Settings[] = [];
    const end = store.onChange((settings) => told.push(settings));
    end();
    await changed(() => writeFile(file, configuration('second')));
    expect(told).to.deep.equal([]);
    store.close();
    await noticed(() => writeFile(file, configuration('third')));
    expect(modelOf(store.current)).to.equal('second');
    expect(changes).to.have.length(1);
  });

  it('does not open an invalid file', async () => {
    await writeFile(file, '{ providers: 1, chains: 2 }');
    expect(() => openStore(file, { env: {}, log }))
      .to.throw(InvalidConfiguration)
      .that.includes({ code: 'invalid_configuration' })
      .and.has.property('problems')
      .with.length(2);
  });
});
