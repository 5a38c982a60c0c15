import { execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { openStore, type SettingsStore } from '../../../src/config/source/store.js';
import { watchSources } from '../../../src/config/source/watch.js';
import { MemoryLog } from '../../proxy.js';
import { until } from '../../until.js';

const configuration = (port: number): string =>
  JSON.stringify({ server: { port, apiKeys: ['${KEY}'] }, providers: {}, chains: {} });

interface Paths {
  readonly folder: string;
  /** What 429chain is started with. */
  readonly file: string;
  /** The `.env` beside it. */
  readonly dotEnv: string;
}

const write = async (file: string, text: string): Promise<void> => {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
};

/** The same as Kubernetes does with a mounted ConfigMap. */
const mount = async ({ folder, file, dotEnv }: Paths, version: number, port: number): Promise<void> => {
  const [name, env] = [file, dotEnv].map((path) => path.slice(dirname(file).length + 1)) as [string, string];
  await write(join(folder, 'etc', `..${version}`, name), configuration(port));
  await write(join(folder, 'etc', `..${version}`, env), 'KEY=a-key-of-clients\n');
  await symlink(`..${version}`, join(folder, 'etc', '..data.new'));
  await rename(join(folder, 'etc', '..data.new'), join(folder, 'etc', '..data'));
  if (version > 1) return rm(join(folder, 'etc', `..${version - 1}`), { recursive: true });
  await symlink(`..data/${name}`, file);
  await symlink(`..data/${env}`, dotEnv);
};

const plainly = async ({ file, dotEnv }: Paths): Promise<void> => {
  await write(dotEnv, 'KEY=a-key-of-clients\n');
  await write(file, configuration(1));
};

/** Changes of a configuration with port 1 to one with port 2. */
const CHANGES: readonly (readonly [
  what: string,
  before: (paths: Paths) => Promise<void>,
  change: (paths: Paths) => Promise<void>,
])[] = [
  ['is written in place', plainly, ({ file }) => write(file, configuration(2))],
  [
    'is replaced by an editor, which moves the old one away first',
    plainly,
    async ({ file }) => {
      await rename(file, `${file}~`);
      await write(file, configuration(2));
    },
  ],
  [
    'is replaced in one step',
    plainly,
    async ({ file }) => {
      await write(`${file}.new`, configuration(2));
      await rename(`${file}.new`, file);
    },
  ],
  [
    'is removed and written again',
    plainly,
    async ({ file }) => {
      await unlink(file);
      await write(file, configuration(2));
    },
  ],
  [
    'lies in a folder that is removed and made again',
    plainly,
    async (paths) => {
      await rm(dirname(paths.file), { recursive: true });
      await plainly(paths);
      await write(paths.file, configuration(2));
    },
  ],
  [
    'lies in a folder that is replaced by another one',
    plainly,
    async (paths) => {
      const folder = dirname(paths.file);
      const other = { ...paths, file: join(paths.folder, 'new', 'a.json5'), dotEnv: join(paths.folder, 'new', '.env') };
      await plainly(other);
      await write(other.file, configuration(2));
      await rename(folder, `${folder}.old`);
      await rename(dirname(other.file), folder);
    },
  ],
  ['is mounted by Kubernetes', (paths) => mount(paths, 1, 1), (paths) => mount(paths, 2, 2)],
  [
    'is a link whose target is written',
    async (paths) => {
      await plainly(paths);
      await write(join(paths.folder, 'else', 'b.json5'), configuration(1));
      await unlink(paths.file);
      await symlink(join(paths.folder, 'else', 'b.json5'), paths.file);
    },
    ({ folder }) => write(join(folder, 'else', 'b.json5'), configuration(2)),
  ],
  [
    'lies in a folder that is a link, which leads elsewhere then',
    async (paths) => {
      const inside = (name: string): Paths => ({
        ...paths,
        file: join(paths.folder, name, 'a.json5'),
        dotEnv: join(paths.folder, name, '.env'),
      });
      await plainly(inside('blue'));
      await plainly(inside('green'));
      await write(inside('green').file, configuration(2));
      await symlink('blue', dirname(paths.file));
    },
    async ({ folder, file }) => {
      await symlink('green', join(folder, 'link'));
      await rename(join(folder, 'link'), dirname(file));
    },
  ],
];

const replacedBy =
  (make: (path: string) => unknown) =>
  async (path: string): Promise<void> => {
    await rm(path, { force: true });
    await make(path);
  };
const device = replacedBy((path) => symlink('/dev/zero', path));
const pipe = replacedBy((path) => execFileSync('mkfifo', [path]));

/** What may stand in the place of a file, and what 429chain says of it. */
const IN_ITS_PLACE: readonly (readonly [what: string, put: (path: string) => Promise<void>, says: RegExp])[] = [
  ['a pipe that nothing writes to', pipe, /This is a pipe, and nothing writes to it/],
  ['a device without an end', device, /This is a device/],
  ['a folder', replacedBy((path) => mkdir(path)), /This is a folder/],
  ['a link to itself', replacedBy((path) => symlink(path, path)), /cannot be read \(ELOOP\)/],
  ['a file of 5 MB', (path) => writeFile(path, ' '.repeat(5e6)), /larger than 4 MB/],
];

describe('A configuration that', () => {
  let paths: Paths;
  let store: SettingsStore | undefined;
  let log: MemoryLog;

  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), '429chain-'));
    paths = { folder, file: join(folder, 'etc', 'a.json5'), dotEnv: join(folder, 'etc', '.env') };
    log = new MemoryLog();
  });

  afterEach(async () => {
    await store?.close();
    store = undefined;
    await rm(paths.folder, { recursive: true });
  });

  const open = (): SettingsStore => {
    store = openStore(paths.file, { env: {}, log });
    return store;
  };

  for (const [what, before, change] of CHANGES) {
    it(`${what} is followed, and its next change too`, async () => {
      await before(paths);
      const { current } = open();
      expect(current.server.port).to.equal(1);
      await change(paths);
      await until(() => store?.current.server.port === 2);
      expect(store?.problems).to.deep.equal([]);
      await write(paths.file, configuration(3));
      await until(() => store?.current.server.port === 3);
      await write(paths.dotEnv, 'KEY=another-key\n');
      await until(() => store?.current.server.apiKeys[0]?.key === 'another-key');
    });
  }

  for (const name of ['file', 'dotEnv'] as const) {
    for (const [what, put, says] of IN_ITS_PLACE) {
      it(`is replaced by ${what} neither holds nor ends 429chain: ${name}`, async () => {
        await plainly(paths);
        open();
        await put(paths[name]);
        await until(() => says.test(store?.problems[0]?.message ?? ''));
        expect(store?.current.server.port).to.equal(1);
        await rm(paths[name], { recursive: true });
        await plainly(paths);
        await until(() => store?.problems.length === 0);
      });
    }
  }

  it('comes through a pipe is read to its end', async () => {
    await plainly(paths);
    const text = configuration(7);
    await pipe(paths.file);
    const writer = spawn('sh', ['-c', 'sleep 0.05; printf "%s" "$1" > "$2"', 'sh', text, paths.file]);
    expect(open().current.server.port).to.equal(7);
    writer.kill();
  });

  it('cannot be read for a while is used again without a change of the file', async () => {
    await plainly(paths);
    open();
    // A link to itself cannot be read, and neither its folder nor its time changes when the path behind it is mended.
    await rm(paths.dotEnv);
    await symlink(join(paths.folder, 'secrets'), paths.dotEnv);
    await mkdir(join(paths.folder, 'secrets'));
    await until(() => store?.problems.length === 1);
    await rm(join(paths.folder, 'secrets'), { recursive: true });
    await write(join(paths.folder, 'secrets'), 'KEY=a-later-key\n');
    await until(() => store?.current.server.apiKeys[0]?.key === 'a-later-key');
    expect(store?.problems).to.deep.equal([]);
  });

  it('is watched no more causes no events', async () => {
    await plainly(paths);
    let events = 0;
    const end = watchSources(paths.file, () => events++, 5);
    await write(paths.file, configuration(2));
    await until(() => events > 0);
    end();
    const seen = events;
    // What another watch sees, this one would have seen.
    await new Promise<void>((resolve) => {
      const endOther = watchSources(paths.file, () => {
        endOther();
        resolve();
      });
      void write(paths.file, configuration(3));
    });
    expect(events).to.equal(seen);
  });
});
