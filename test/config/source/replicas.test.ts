import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Edit } from '../../../src/config/edit/edit.js';
import { openStore, type Prepared, type SettingsStore } from '../../../src/config/source/store.js';
import type { ChainError } from '../../../src/plugin/door/errors.js';
import { MemoryLog } from '../../proxy.js';
import { until } from '../../until.js';
import type { Race } from './racing-saves.js';

const RACING = fileURLToPath(new URL('racing-saves.ts', import.meta.url));

const textOf = (retries: number): string => `// Shared by all replicas.
{
  providers: { groq: { type: 'groq', apiKey: '\${KEY}' } },
  chains: { default: { targets: ['groq/a', 'groq/b'], retries: ${retries} } },
}
`;

const retries = (value: number): Edit => ({ op: 'set', path: ['chains', 'default', 'retries'], value });
const retriesOf = (store: SettingsStore): number | undefined => store.current.chains[0]?.retries;

/** `saved`, or the code of the error. */
const outcomeOf = (save: Promise<unknown>): Promise<string> =>
  save.then(
    () => 'saved',
    ({ code }: ChainError) => code,
  );

describe('Replicas that share a folder', () => {
  let folder: string;
  let file: string;
  let dotEnv: string;
  let stores: SettingsStore[];
  let logs: MemoryLog[];

  const open = (path = file): SettingsStore => {
    const log = new MemoryLog();
    logs.push(log);
    const store = openStore(path, { env: {}, log });
    stores.push(store);
    return store;
  };
  const variables = (): NodeJS.Dict<string> => parseEnv(readFileSync(dotEnv, 'utf8'));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), '429chain-replicas-'));
    file = join(folder, '429chain.json5');
    dotEnv = join(folder, '.env');
    writeFileSync(file, textOf(0));
    stores = [];
    logs = [];
  });

  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  it('all use what one of them saves: the file, and the keys in .env', async () => {
    const [one, two, three] = [open(), open(), open()];
    await one.save({ edits: [retries(3)], secrets: { KEY: 'a-new-key' } }, one.revision);
    for (const store of [two, three]) {
      await until(() => retriesOf(store) === 3 && store.current.providers[0]?.apiKey === 'a-new-key');
      expect(store).to.include({ revision: one.revision, text: one.text });
    }
    await two.save({ secrets: { KEY: 'a-later-key' } }, two.revision);
    for (const store of [one, three]) await until(() => store.current.providers[0]?.apiKey === 'a-later-key');
    expect(logs.flatMap(({ lines }) => lines)).to.deep.equal([]);
  });

  it('use it at once when they are asked to catch up', async () => {
    const [one, two] = [open(), open()];
    for (let count = 1; count <= 5; count++) {
      const [from, to] = count % 2 === 0 ? [one, two] : [two, one];
      await from.save({ edits: [retries(count)], secrets: { KEY: `key-${count}` } }, from.revision);
      await to.catchUp();
      expect(to.revision).to.equal(from.revision);
      expect(to.current.providers[0]?.apiKey).to.equal(`key-${count}`);
    }
  });

  it('refuse a save from an older revision, even before they notice the change', async () => {
    const [one, two] = [open(), open()];
    const { revision } = two;
    await one.save({ edits: [retries(3)] }, one.revision);
    // The watch of `two` takes 100 ms.
    expect(two.revision).to.equal(revision);
    expect(await outcomeOf(two.save({ edits: [retries(4)] }, revision))).to.equal('configuration_changed');
    expect(readFileSync(file, 'utf8')).to.equal(textOf(3));
    expect(retriesOf(two)).to.equal(3);
  });

  it('refuse a save if another one is written while the new configuration starts', async () => {
    const [one, two] = [open(), open()];
    const { revision } = one;
    const prepared: Prepared = { start: async () => {}, activate: () => {}, dispose: async () => {} };
    let isFirst = true;
    one.prepareWith(async () => {
      if (isFirst) {
        isFirst = false;
        await two.save({ edits: [retries(7)] }, revision);
      }
      return prepared;
    });
    expect(await outcomeOf(one.save({ edits: [retries(3)] }, revision))).to.equal('configuration_changed');
    expect([retriesOf(one), retriesOf(two)]).to.deep.equal([7, 7]);
  });

  it('let exactly one of several saves in the same instant win, and all end with its configuration', async () => {
    const replicas = [open(), open(), open()];
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(10), { minLength: 2, maxLength: 3 }),
        fc.boolean(),
        async (values, withKey) => {
          for (const store of replicas) await store.catchUp();
          const revision = (replicas[0] as SettingsStore).revision;
          const before = retriesOf(replicas[0] as SettingsStore);
          fc.pre(!values.includes(before as number));
          const outcomes = await Promise.all(
            values.map((value, index) => {
              const secrets = withKey ? { KEY: `key-of-${value}` } : {};
              const store = replicas[index] as SettingsStore;
              return outcomeOf(store.save({ edits: [retries(value)], secrets }, revision));
            }),
          );
          const winner = values[outcomes.indexOf('saved')] as number;
          expect([...outcomes].sort()).to.deep.equal([...values.slice(1).map(() => 'configuration_changed'), 'saved']);
          expect(readFileSync(file, 'utf8')).to.equal(textOf(winner));
          if (withKey) expect(variables().KEY).to.equal(`key-of-${winner}`);
          for (const store of replicas) {
            await store.catchUp();
            expect(retriesOf(store)).to.equal(winner);
          }
        },
      ),
      { numRuns: 15 },
    );
    expect(readdirSync(folder).filter((name) => name !== '.env')).to.deep.equal(['429chain.json5']);
  });

  it('keep keys that several of them add in the same instant', async () => {
    const replicas = [open(), open(), open()];
    for (let round = 0; round < 5; round++) {
      const outcomes = await Promise.all(
        replicas.map((store, index) =>
          outcomeOf(store.save({ secrets: { [`KEY_${round}_${index}`]: 'a-key' } }, store.revision)),
        ),
      );
      expect(outcomes).to.deep.equal(['saved', 'saved', 'saved']);
    }
    expect(Object.keys(variables())).to.have.length(15);
  });

  it('refuse all but one of several saves of the same key in the same instant', async () => {
    const replicas = [open(), open(), open()];
    const outcomes = await Promise.all(
      replicas.map((store, index) => outcomeOf(store.save({ secrets: { KEY: `key-${index}` } }, store.revision))),
    );
    expect([...outcomes].sort()).to.deep.equal(['configuration_changed', 'configuration_changed', 'saved']);
    expect(variables().KEY).to.equal(`key-${outcomes.indexOf('saved')}`);
  });

  it('keep the keys of another configuration in the same folder', async () => {
    const other = join(folder, 'other.json5');
    writeFileSync(other, textOf(0));
    const [one, two] = [open(), open(other)];
    await Promise.all([
      one.save({ edits: [retries(1)], secrets: { ONE: 'first' } }, one.revision),
      two.save({ edits: [retries(2)], secrets: { TWO: 'second' } }, two.revision),
    ]);
    expect(variables()).to.deep.equal({ ONE: 'first', TWO: 'second' });
  });

  describe('in processes of their own', () => {
    let children: ChildProcess[];

    beforeEach(async () => {
      children = [0, 1, 2].map(() =>
        fork(RACING, [file], { execArgv: ['--import', 'tsx', '--conditions=429chain-source'] }),
      );
      await Promise.all(children.map((child) => once(child, 'message')));
    });

    afterEach(async () => {
      await Promise.all(
        children.map(async (child) => {
          const ended = once(child, 'exit');
          if (child.kill('SIGKILL')) await ended;
        }),
      );
    });

    const ask = async (child: ChildProcess, race: Race): Promise<string> => {
      const answer = once(child, 'message');
      child.send(race);
      return ((await answer) as [string])[0];
    };

    it('let exactly one of several saves in the same instant win', async () => {
      const store = open();
      for (let round = 0; round < 25; round++) {
        await store.catchUp();
        const { revision } = store;
        const values = [0, 1, 2].map((index) => (round * 3 + index) % 11).filter((value) => value !== retriesOf(store));
        const outcomes = await Promise.all(
          values.map((value, index) =>
            ask(children[index] as ChildProcess, { revision, retries: value, secrets: { KEY: `key-of-${value}` } }),
          ),
        );
        const winner = values[outcomes.indexOf('saved')] as number;
        expect([...outcomes].sort()).to.deep.equal([...values.slice(1).map(() => 'configuration_changed'), 'saved']);
        expect(readFileSync(file, 'utf8')).to.equal(textOf(winner));
        expect(variables().KEY).to.equal(`key-of-${winner}`);
      }
      expect(readdirSync(folder).sort()).to.deep.equal(['.env', '429chain.json5']);
    });

    it('never show a torn file while they save', async () => {
      const store = open();
      let isOver = false;
      let looks = 0;
      const looking = (async () => {
        for (; !isOver; looks++) {
          expect(readFileSync(file, 'utf8').replace(/retries: \d+/, 'retries: 0')).to.equal(textOf(0));
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      for (let round = 1; round <= 10; round++) {
        await store.catchUp();
        const { revision } = store;
        await Promise.all(children.map((child) => ask(child, { revision, retries: round % 11 })));
      }
      isOver = true;
      await looking;
      expect(looks).to.be.above(10);
    });
  });
});
