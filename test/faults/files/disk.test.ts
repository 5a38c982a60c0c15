import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { App } from '../../../src/app.js';
import { openStore } from '../../../src/config/source/store.js';
import { API_KEY, HELLO, MemoryLog } from '../../proxy.js';
import { answer, ScriptedUpstream } from '../../scripted-upstream.js';
import { until } from '../../until.js';
import { failWrites } from './failing-fs.js';
import { FaultyFolder } from './faulty-folder.js';

const ADMIN_KEY = 'admin-key-of-the-proxy';

/** What happens to the files of 429chain while it runs. */
interface Fault {
  readonly what: string;
  /** Begins the fault. @returns what ends it */
  readonly begin: (folder: FaultyFolder) => () => void;
  /** Needs a file system of its own, which only root can mount. */
  readonly mounted: boolean;
  /** What a save in the admin answers, and words of its body. */
  readonly saves: readonly [status: number, words: string];
}

/** Puts a file in the place of a folder. */
const replaced = (path: string): (() => void) => {
  renameSync(path, `${path}.away`);
  writeFileSync(path, '');
  return () => {
    rmSync(path);
    renameSync(`${path}.away`, path);
  };
};

const FAULTS: readonly Fault[] = [
  {
    what: 'a full disk (ENOSPC)',
    begin: (folder) => folder.fill(),
    mounted: true,
    saves: [403, 'cannot be written: ENOSPC. Nothing was saved.'],
  },
  {
    what: 'a read-only disk (EROFS)',
    begin: (folder) => folder.makeReadOnly(),
    mounted: true,
    saves: [403, 'it is on a read-only file system. Nothing was saved.'],
  },
  ...(['ENOSPC', 'EACCES', 'EMFILE'] as const).map(
    (code): Fault => ({
      what: `a file system that answers ${code}`,
      begin: ({ path }) => failWrites(path, code),
      mounted: false,
      saves: [403, 'Nothing was saved.'],
    }),
  ),
  {
    what: 'a file in place of the data folder (ENOTDIR)',
    begin: ({ path }) => replaced(join(path, '.429chain')),
    mounted: false,
    // The configuration is not in the data folder.
    saves: [200, 'revision'],
  },
];

/** What the log says, once each, while files of the data folder cannot be written. */
const WARNINGS = [/ledger/, /Requests cannot be logged/];

describe('While files cannot be written, 429chain', () => {
  let folder: FaultyFolder;
  let upstream: ScriptedUpstream;
  let log: MemoryLog;
  let app: App;
  let address: string;
  let file: string;

  beforeEach(async () => {
    folder = new FaultyFolder();
    upstream = (await ScriptedUpstream.start()).always(answer('hello'));
    file = join(folder.path, '429chain.json5');
    writeFileSync(
      file,
      JSON.stringify({
        server: { apiKeys: [API_KEY], adminKey: ADMIN_KEY },
        providers: {
          one: { type: 'openai-compatible', baseUrl: upstream.baseUrl, limits: [{ requests: 1000, per: '1d' }] },
        },
        chains: { default: ['one/a-model'] },
      }),
    );
    log = new MemoryLog();
    app = await App.create({ store: openStore(file, { env: {}, log }), log, pace: { savingMs: 50 } });
    address = await app.listen({ host: '127.0.0.1', port: 0 });
  });

  afterEach(async () => {
    await app.close(0);
    await upstream.close();
    folder.remove();
  });

  const ask = async (): Promise<number> => {
    const response = await fetch(`${address}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ messages: HELLO }),
    });
    await response.text();
    return response.status;
  };

  const admin = (path: string, method = 'GET', body?: object): Promise<Response> =>
    fetch(`${address}/admin/api${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', 'if-match': '*' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  const ledger = (): string => {
    const at = join(folder.path, '.429chain', 'ledger.json');
    return existsSync(at) ? readFileSync(at, 'utf8') : '';
  };

  const logged = async (): Promise<number> => {
    const { requests } = (await (await admin('/requests?limit=100')).json()) as { requests: unknown[] };
    return requests.length;
  };

  for (const { what, begin, mounted, saves } of FAULTS) {
    it(`answers, warns once, refuses saves in words, and recovers: ${what}`, async function () {
      if (mounted && !folder.mounted) return this.skip();
      expect(await ask()).to.equal(200);
      await until(async () => ledger() !== '' && (await logged()) === 1);
      const [before, text] = [ledger(), readFileSync(file, 'utf8')];

      const end = begin(folder);
      try {
        for (let round = 0; round < 3; round++) expect(await ask()).to.equal(200);
        const warned = (): number[] => WARNINGS.map((words) => log.lines.filter((line) => words.test(line)).length);
        await until(() => warned().every((times) => times > 0));
        expect(await ask()).to.equal(200);
        for (const [method, path, body] of [
          ['PUT', '/chains/during', { targets: [{ target: 'one/a-model' }] }],
          ['POST', '/keys', { label: 'during' }],
        ] as const) {
          const response = await admin(path, method, body);
          const said = await response.text();
          expect(said, path).to.contain(path === '/keys' && saves[0] === 200 ? 'during' : saves[1]);
          expect(response.status, path).to.equal(saves[0]);
        }
        if (saves[0] !== 200) expect(readFileSync(file, 'utf8')).to.equal(text);
        expect(warned()).to.deep.equal([1, 1]);
      } finally {
        end();
      }

      expect(await ask()).to.equal(200);
      await until(() => ledger() !== before);
      await until(async () => (await logged()) === 6);
      expect((await admin('/chains/after', 'PUT', { targets: [{ target: 'one/a-model' }] })).status).to.equal(200);
      expect(readFileSync(file, 'utf8')).to.contain('after');
      expect(readdirSync(folder.path).filter((name) => name.endsWith('.tmp'))).to.deep.equal([]);
    });
  }
});
