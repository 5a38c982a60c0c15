import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { App } from '../../../src/app.js';
import { openStore } from '../../../src/config/source/store.js';
import { silentLog } from '../../../src/log.js';
import { storeOf } from '../../proxy.js';
import { until } from '../../until.js';
import { ADMIN_KEY, type Answered, ask, BEARER, LONELY, signIn } from '../browser.js';

const BY_VARIABLE = '${CHAIN_ADMIN_KEY}';

interface Case {
  readonly what: string;
  /** As written in the configuration; absent for a key that 429chain generates. */
  readonly adminKey?: string;
  readonly dataDir?: string;
  readonly env?: (folder: string) => Record<string, string>;
  readonly dotEnv?: string;
  readonly place: object;
}

const CASES: readonly Case[] = [
  { what: 'generated', place: { kind: 'data-folder', file: '.429chain/admin-key' } },
  {
    what: 'generated in a folder below',
    dataDir: 'state/429chain',
    place: { kind: 'data-folder', file: 'state/429chain/admin-key' },
  },
  {
    what: 'generated in a folder elsewhere, whose path may contain the name of a user',
    dataDir: '../state',
    place: { kind: 'data-folder', file: 'admin-key' },
  },
  {
    what: 'written in the configuration',
    adminKey: ADMIN_KEY,
    place: { kind: 'configuration', file: 'my-chains.json5' },
  },
  {
    what: 'written with a variable inside',
    adminKey: `key-${BY_VARIABLE}`,
    dotEnv: 'CHAIN_ADMIN_KEY=abcdefghij\n',
    place: { kind: 'configuration', file: 'my-chains.json5' },
  },
  {
    what: 'in .env',
    adminKey: BY_VARIABLE,
    dotEnv: `CHAIN_ADMIN_KEY=${ADMIN_KEY}\n`,
    place: { kind: 'dot-env', variable: 'CHAIN_ADMIN_KEY', file: 'my-chains.json5' },
  },
  {
    what: 'in the environment',
    adminKey: BY_VARIABLE,
    env: () => ({ CHAIN_ADMIN_KEY: ADMIN_KEY }),
    place: { kind: 'environment', variable: 'CHAIN_ADMIN_KEY' },
  },
  {
    what: 'in the environment, which overrides .env',
    adminKey: BY_VARIABLE,
    env: () => ({ CHAIN_ADMIN_KEY: ADMIN_KEY }),
    dotEnv: 'CHAIN_ADMIN_KEY=another-key-of-the-admin\n',
    place: { kind: 'environment', variable: 'CHAIN_ADMIN_KEY' },
  },
  {
    what: 'in the file of a secret',
    adminKey: BY_VARIABLE,
    env: (folder) => ({ CHAIN_ADMIN_KEY_FILE: join(folder, 'secret') }),
    place: { kind: 'secret-file', variable: 'CHAIN_ADMIN_KEY_FILE' },
  },
];

describe('The place of the admin key', () => {
  let outer: string;
  let folder: string;
  let app: App | undefined;

  beforeEach(() => {
    outer = mkdtempSync(join(tmpdir(), '429chain-'));
    folder = join(outer, 'inner');
    mkdirSync(folder);
    writeFileSync(join(folder, 'secret'), `${ADMIN_KEY}\n`);
  });

  afterEach(async () => {
    await app?.close(0);
    rmSync(outer, { recursive: true, force: true });
  });

  const session = (address: string, headers: Record<string, string> = {}): Promise<Answered> =>
    ask(address, { path: '/admin/api/session', headers });

  const textOf = ({ adminKey, dataDir }: Case): string => {
    const server = { apiKeys: LONELY.server.apiKeys, ...(adminKey === undefined ? {} : { adminKey }) };
    return JSON.stringify({ ...LONELY, server, ...(dataDir === undefined ? {} : { dataDir }) });
  };

  const start = async (given: Case): Promise<string> => {
    const file = join(folder, 'my-chains.json5');
    writeFileSync(file, textOf(given));
    writeFileSync(join(folder, '.env'), given.dotEnv ?? '');
    app = await App.create({
      store: openStore(file, { env: given.env?.(folder) ?? {}, log: silentLog }),
      log: silentLog,
    });
    return await app.listen({ host: '127.0.0.1', port: 0 });
  };

  for (const given of CASES) {
    it(`is told to a browser that is not signed in: ${given.what}`, async () => {
      const { status, text } = await session(await start(given));
      expect(status).to.equal(200);
      expect(JSON.parse(text)).to.deep.equal({ signedIn: false, adminKey: given.place });
      expect(text).not.to.contain(outer).and.not.to.contain(app?.runtime.adminKey);
    });
  }

  it('is told for a configuration without a file', async () => {
    const dataDir = join(folder, 'data');
    app = await App.create({ store: storeOf(LONELY, dataDir), log: silentLog });
    const { text } = await session(await app.listen({ host: '127.0.0.1', port: 0 }));
    expect(JSON.parse(text)).to.deep.equal({ signedIn: false, adminKey: { kind: 'configuration' } });
  });

  it('follows a change of the configuration', async () => {
    const address = await start({ what: '', adminKey: ADMIN_KEY, place: {} });
    await session(address);
    writeFileSync(join(folder, '.env'), `CHAIN_ADMIN_KEY=${ADMIN_KEY}2\n`);
    writeFileSync(join(folder, 'my-chains.json5'), textOf({ what: '', adminKey: BY_VARIABLE, place: {} }));
    await until(() => app?.runtime.adminKey === `${ADMIN_KEY}2`);
    expect(JSON.parse((await session(address)).text).adminKey.kind).to.equal('dot-env');
  });

  it('is not told to a caller that is signed in', async () => {
    const address = await start({ what: '', adminKey: ADMIN_KEY, place: {} });
    for (const headers of [BEARER, await signIn(address)]) {
      expect(JSON.parse((await session(address, headers)).text)).to.have.all.keys('signedIn', 'version');
    }
  });

  it('is not told to a guess of the key, which counts', async () => {
    const address = await start({ what: '', adminKey: ADMIN_KEY, place: {} });
    const guesses = Array.from({ length: 6 }, (_, index) =>
      session(address, { authorization: `Bearer guess-${index}` }),
    );
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.toSorted()).to.deep.equal([401, 401, 401, 401, 401, 429]);
  });
});
