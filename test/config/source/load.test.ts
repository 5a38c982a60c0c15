import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { expect } from 'chai';
import { formatProblems, loadSettings, parseSettings } from '../../../src/config/source/load.js';
import { FILE, MINIMAL, problemsOf, settingsOf } from '../configurations.js';

const TARGETS = ['groq/openai/gpt-oss-120b'];

describe('parseSettings', () => {
  it('needs only a provider and a chain', () => {
    const { written, locate, direct, ...settings } = settingsOf(MINIMAL);
    const resumeInstruction = settings.chains[0]?.resumeInstruction;
    expect(resumeInstruction).to.contain('{lastWords}');
    expect(locate).to.be.a('function');
    expect(written).to.deep.equal(MINIMAL);
    expect(settings).to.deep.equal({
      file: FILE,
      server: {
        host: '127.0.0.1',
        port: 3429,
        apiKeys: [],
        hosts: [],
        maxBodyBytes: 33_554_432,
        maxBodiesInFlight: Math.max(33_554_432, Math.floor(getHeapStatistics().heap_size_limit / 4)),
        trustedProxies: [],
        cors: [],
        maxWaiting: 1_000,
        drainMs: 10_000,
        log: { level: 'info', format: 'auto' },
      },
      dataDir: '/etc/429chain/.429chain',
      proxies: {},
      providers: [
        { id: 'groq', type: 'groq', missing: [], enabled: true, limits: [], timeouts: {}, headers: {}, options: {} },
      ],
      chains: [
        {
          name: 'default',
          targets: [{ id: TARGETS[0], provider: 'groq', model: 'openai/gpt-oss-120b', limits: [], timeouts: {} }],
          maxWaitMs: 30_000,
          patienceMs: 0,
          retries: 0,
          resume: true,
          resumeInstruction,
          onModeration: 'return',
          sameVectors: false,
        },
      ],
      defaultChain: 'default',
      aliases: [],
      plugins: [],
    });
    expect(direct).to.deep.equal({ ...settings.chains[0], targets: [] });
  });

  it('accepts a configuration without providers and chains', () => {
    const settings = settingsOf({ providers: {}, chains: {} });
    expect(settings).to.deep.include({ providers: [], chains: [] });
    expect(settings.direct).to.deep.include({ targets: [], maxWaitMs: 30_000 });
  });

  it('labels keys by their position if they have no label', () => {
    const apiKeys = ['one', { key: '${TWO}', label: 'my editor' }, { key: 'three' }];
    expect(settingsOf({ ...MINIMAL, server: { apiKeys } }, { TWO: 'two' }).server.apiKeys).to.deep.equal([
      { key: 'one', label: 'key 1' },
      { key: 'two', label: 'my editor' },
      { key: 'three', label: 'key 3' },
    ]);
  });

  it('returns deeply frozen settings', () => {
    const settings = settingsOf({
      ...MINIMAL,
      providers: { groq: { type: 'groq', options: { deep: { list: [{}] } } } },
    });
    const open: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) open.push(path);
      for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`);
    };
    visit(settings, 'settings');
    expect(open).to.deep.equal([]);
  });

  it('converts durations to ms', () => {
    const chains = {
      default: { targets: TARGETS, maxWait: '1h30m', patience: '1.5s', timeouts: { firstToken: '500ms', total: '1d' } },
    };
    const [chain] = settingsOf({ ...MINIMAL, chains }).chains;
    expect(chain).to.include({ maxWaitMs: 5_400_000, patienceMs: 1500 });
    expect(chain?.targets[0]?.timeouts).to.deep.equal({ firstToken: 500, total: 86_400_000 });
  });

  it("merges timeouts: a chain's override the provider's, a target's override both", () => {
    const { chains } = settingsOf({
      providers: { groq: { type: 'groq', timeouts: { connect: '1s', idle: '1s', total: '1s' } } },
      chains: {
        default: {
          targets: [{ provider: 'groq', model: 'm', timeouts: { total: '3s' } }],
          timeouts: { idle: '2s', total: '2s' },
        },
      },
    });
    expect(chains[0]?.targets[0]?.timeouts).to.deep.equal({ connect: 1000, idle: 2000, total: 3000 });
  });

  it('splits a target at the first slash', () => {
    const targets = ['groq/a/b:free', { provider: 'groq', model: 'c/d', limits: [{ tokens: 5, per: '1m' }] }];
    const [chain] = settingsOf({ ...MINIMAL, chains: { default: targets } }).chains;
    expect(chain?.targets).to.deep.equal([
      { id: 'groq/a/b:free', provider: 'groq', model: 'a/b:free', limits: [], timeouts: {} },
      { id: 'groq/c/d', provider: 'groq', model: 'c/d', limits: [{ tokens: 5, per: '1m' }], timeouts: {} },
    ]);
  });

  const DEFAULT_CHAINS: readonly [title: string, chains: object, defaultChain: string | undefined, expected: string][] =
    [
      ['the one that is named', { default: TARGETS, fast: TARGETS }, 'fast', 'fast'],
      ["the one with the name 'default'", { fast: TARGETS, default: TARGETS }, undefined, 'default'],
      ['the only one', { fast: TARGETS }, undefined, 'fast'],
    ];
  for (const [title, chains, defaultChain, expected] of DEFAULT_CHAINS) {
    it(`uses as default chain ${title}`, () => {
      expect(settingsOf({ ...MINIMAL, chains, defaultChain }).defaultChain).to.equal(expected);
    });
  }

  it("resolves paths against the file's folder, and keeps names", () => {
    const plugins = [
      './mine.ts',
      { use: '../up', enabled: false },
      '/abs/one.js',
      { use: 'prometheus', options: { a: 1 } },
    ];
    const settings = settingsOf({ ...MINIMAL, dataDir: 'data', plugins });
    expect(settings.dataDir).to.equal('/etc/429chain/data');
    expect(settings.plugins).to.deep.equal([
      { use: '/etc/429chain/mine.ts', options: {}, enabled: true, path: ['plugins', 0] },
      { use: '/etc/up', options: {}, enabled: false, path: ['plugins', 1, 'options'] },
      { use: '/abs/one.js', options: {}, enabled: true, path: ['plugins', 2] },
      { use: 'prometheus', options: { a: 1 }, enabled: true, path: ['plugins', 3, 'options'] },
    ]);
  });

  it('lets an option override the data folder', () => {
    expect(settingsOf({ ...MINIMAL, dataDir: 'data' }, {}, { dataDir: '/var/lib/429chain' }).dataDir).to.equal(
      '/var/lib/429chain',
    );
  });

  it('needs no file', () => {
    const settings = settingsOf(MINIMAL, {}, { file: undefined });
    expect(settings).not.to.have.property('file');
    expect(settings.dataDir).to.equal(join(process.cwd(), '.429chain'));
  });

  it('returns settings that can locate values', () => {
    const result = parseSettings("{ providers: { a: { type: 'b' } },\n chains: { c: ['a/d'] } }", { env: {} });
    if (!result.ok) expect.fail();
    expect(result.settings.locate(['chains', 'c', 0])).to.deep.equal({ line: 2, column: 16 });
  });

  it('accepts names of inherited properties', () => {
    const text = `{ providers: { constructor: { type: 'x' } }, chains: { "__proto__": ['constructor/m'] } }`;
    const result = parseSettings(text, { env: {} });
    if (!result.ok) expect.fail(formatProblems(result.problems));
    expect(result.settings.defaultChain).to.equal('__proto__');
    expect(problemsOf({ ...MINIMAL, chains: { default: ['toString/m'] } })[0]?.message).to.include('not configured');
  });
});

describe('A provider', () => {
  const providers = {
    ready: { type: 'x', apiKey: '${KEY}', baseUrl: 'http://host/v1/', headers: { 'x-key': '${KEY}' } },
    waiting: {
      type: 'x',
      apiKey: '${NO_KEY}',
      baseUrl: 'https://${NO_HOST}/v1',
      headers: { 'x-key': '${NO_KEY}', 'x-title': 'mine' },
      options: { region: '${NO_REGION}' },
    },
  };
  const settings = settingsOf({ providers, chains: { default: ['waiting/m'] } }, { KEY: 'secret\n', NO_KEY: '' });
  const [ready, waiting] = settings.providers;

  it('is ready if its variables are set', () => {
    expect(ready).to.include({ apiKey: 'secret', baseUrl: 'http://host/v1' });
    expect(ready?.missing).to.deep.equal([]);
  });

  it('lists unset variables as missing, which is not a problem', () => {
    expect(waiting?.missing).to.deep.equal(['NO_KEY', 'NO_HOST', 'NO_REGION']);
    expect(waiting).not.to.have.any.keys('apiKey', 'baseUrl');
    expect(waiting?.headers).to.deep.equal({ 'x-title': 'mine' });
  });

  it('appears in the written configuration without its key', () => {
    expect(JSON.stringify(settings.written)).to.include('${KEY}').and.not.include('secret');
  });

  it('must not have unset variables in its type or limits', () => {
    const problems = problemsOf({
      ...MINIMAL,
      providers: { groq: { type: '${T}', limits: [{ requests: 1, per: '${P}' }] } },
    });
    expect(problems.map(({ message }) => message.split(',')[0])).to.deep.equal([
      '`providers.groq.type` reads T',
      '`providers.groq.limits[0].per` reads P',
    ]);
  });
});

describe('loadSettings', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), '429chain-'));
    file = join(folder, '429chain.json5');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('reads the .env beside the file, which the environment overrides', async () => {
    const providers = { a: { type: 'x', apiKey: '${A}' }, b: { type: 'x', apiKey: '${B}' } };
    await writeFile(file, JSON.stringify({ providers, chains: { default: ['a/m'] } }));
    await writeFile(join(folder, '.env'), 'A=file\nB=file\n');
    const result = loadSettings(file, { B: 'outside' });
    if (!result.ok) expect.fail(formatProblems(result.problems));
    expect(result.settings.file).to.equal(file);
    expect(result.settings.providers.map(({ apiKey }) => apiKey)).to.deep.equal(['file', 'outside']);
  });

  it('reports an invalid line of .env without showing it: it may be a key', async () => {
    await writeFile(file, JSON.stringify(MINIMAL));
    await writeFile(join(folder, '.env'), 'A=1\ngsk_a-key\n');
    expect(loadSettings(file, {})).to.deep.equal({
      ok: false,
      problems: [
        {
          file: join(folder, '.env'),
          line: 2,
          column: 1,
          message: 'This line does not set a variable. Expected NAME=value, or a comment that begins with #.',
        },
      ],
    });
  });

  it('reports a missing file', () => {
    expect(loadSettings(file, {})).to.deep.equal({
      ok: false,
      problems: [{ file, line: 1, column: 1, message: 'There is no such file.' }],
    });
  });

  it('reports a folder', () => {
    expect(loadSettings(folder, {})).to.have.nested.property('problems[0].message').that.includes('folder');
  });
});

describe('formatProblems', () => {
  it('prints one line per problem, with a relative path inside the current folder', () => {
    const problem = { line: 3, column: 9, message: 'Wrong.' };
    const inside = { ...problem, file: join(process.cwd(), 'conf', 'a.json5') };
    expect(formatProblems([inside, { ...problem, file: '/etc/a.json5' }])).to.equal(
      `${join('conf', 'a.json5')}:3:9  Wrong.\n/etc/a.json5:3:9  Wrong.`,
    );
  });
});
