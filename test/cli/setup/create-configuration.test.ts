import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect } from 'chai';
import { Folder, type Running } from '../run.js';

const START = ['--create', '--port', '0', '--host', '0.0.0.0', '--data-dir', 'data'];

describe('429chain start --create', function () {
  this.timeout(60_000);
  let folder: Folder;
  let running: Running | undefined;

  beforeEach(() => {
    folder = new Folder();
  });

  afterEach(async () => {
    await running?.end('SIGKILL');
    running = undefined;
    folder.remove();
  });

  const keys = (): NodeJS.Dict<string> => parseEnv(readFileSync(folder.file('.env'), 'utf8'));

  const models = async (key: string | undefined): Promise<number> => {
    const { port } = new URL(running?.address ?? '');
    const headers = { authorization: `Bearer ${key}` };
    return (await fetch(`http://127.0.0.1:${port}/v1/models`, { headers })).status;
  };

  it('begins with an empty configuration and keys of its own where there is none, and prints no key', async () => {
    running = await folder.start(START);
    const { CHAIN_API_KEY = '', CHAIN_ADMIN_KEY = '' } = keys();
    expect(await models(CHAIN_API_KEY)).to.equal(200);
    expect(await models('429-another')).to.equal(401);
    expect(CHAIN_ADMIN_KEY).to.match(/^admin-.{32}$/);
    expect(statSync(folder.file('.env')).mode & 0o777).to.equal(0o600);
    const { status, stdout, stderr } = await running.end();
    expect(status).to.equal(0);
    expect(stdout).to.match(/There was no configuration: .*429chain\.json5 is a new one/);
    expect(stdout).to.match(/Keys were made for you: CHAIN_API_KEY and CHAIN_ADMIN_KEY in .*\.env/);
    expect(stdout + stderr).not.to.contain(CHAIN_API_KEY);
    expect(stdout + stderr).not.to.contain(CHAIN_ADMIN_KEY);
  });

  it('keeps the keys that are given, in the environment, in a file or in .env', async () => {
    folder.write('admin-key', 'admin-in-a-file\n');
    folder.write('.env', 'GROQ_API_KEY=gsk_1\n');
    running = await folder.start(START, { CHAIN_API_KEY: 'mine', CHAIN_ADMIN_KEY_FILE: folder.file('admin-key') });
    expect(await models('mine')).to.equal(200);
    expect(readFileSync(folder.file('.env'), 'utf8')).to.equal('GROQ_API_KEY=gsk_1\n');
    expect(running.output()).not.to.contain('Keys were made');
  });

  it('keeps others from reading a .env that it writes keys into', async () => {
    folder.write('.env', 'GROQ_API_KEY=gsk_1\n');
    chmodSync(folder.file('.env'), 0o644);
    running = await folder.start(START);
    expect(keys()).to.have.all.keys('GROQ_API_KEY', 'CHAIN_API_KEY', 'CHAIN_ADMIN_KEY');
    expect(statSync(folder.file('.env')).mode & 0o777).to.equal(0o600);
  });

  it('lets the admin be reached by the name CHAIN_HOST', async () => {
    running = await folder.start(START, { CHAIN_HOST: 'llm.example.org' });
    expect(readFileSync(folder.file('429chain.json5'), 'utf8')).to.contain("hosts: ['${CHAIN_HOST}']");
  });

  it('starts with what it made the last time', async () => {
    running = await folder.start(START);
    const before = ['.env', '429chain.json5'].map((name) => readFileSync(folder.file(name), 'utf8'));
    await running.end();
    running = await folder.start(START);
    expect(['.env', '429chain.json5'].map((name) => readFileSync(folder.file(name), 'utf8'))).to.deep.equal(before);
    expect(running.output()).not.to.match(/There was no configuration|Keys were made/);
  });

  it('leaves a configuration as it is, and without keys for callers listens to nobody else', async () => {
    folder.write('429chain.json5', { providers: {}, chains: {} });
    const { status, stderr } = await folder.run(['start', ...START]);
    expect(status).to.equal(1);
    expect(stderr).to.contain('would let everybody in');
    expect(stderr).to.contain("server: { apiKeys: ['${CHAIN_API_KEY}'] }");
  });
});

describe('A folder that 429chain may not write', () => {
  let folder: Folder;

  beforeEach(() => {
    folder = new Folder();
  });

  afterEach(() => folder.remove());

  /** As a user who is not root, which the tester may be. */
  const asNobody = (args: readonly string[]): ReturnType<Folder['run']> => {
    chmodSync(folder.path, 0o755);
    return folder.run(args, { uid: process.getuid?.() === 0 ? 65_534 : undefined });
  };

  const foreign = (name: string): void => {
    mkdirSync(folder.file(name), { mode: 0o555 });
    if (process.getuid?.() === 0) chownSync(folder.file(name), 0, 0);
  };

  it('ends the start with the owner and what to do, the data folder too (pitfall 40: a root-owned volume stopped a non-root container without a word)', async function () {
    this.timeout(60_000);
    // A repository in a folder of root's own cannot be read by anybody else.
    if ((await asNobody(['--version'])).status !== 0) this.skip();
    foreign('config');
    foreign('data');
    const config = await asNobody(['start', '--create', '--config', 'config/429chain.json5']);
    expect(config.status).to.equal(1);
    expect(config.stderr).to.match(/There is no \S+429chain\.json5, and none can be made\./);
    expect(config.stderr).to.match(
      /`ch(own -R 65534:\d+|mod u\+rwx)` that folder; if it is mounted into a container, the one on the host\./,
    );
    writeFileSync(folder.file('429chain.json5'), '{ providers: {}, chains: {} }');
    const data = await asNobody(['start', '--data-dir', 'data']);
    expect(data.status).to.equal(1);
    expect(data.stderr).to.match(/Nothing can be kept in the data folder \S+data\./);
    expect(data.stderr + config.stderr).not.to.match(/^ +at /m);
  });
});
