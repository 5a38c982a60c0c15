import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
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

  const keys = (): NodeJS.Dict<string> => parseEnv(folder.read('.env'));

  const models = async (key: string | undefined): Promise<number> => {
    const { port } = new URL(running?.address ?? '');
    const headers = { authorization: `Bearer ${key}` };
    return (await fetch(`http://127.0.0.1:${port}/v1/models`, { headers })).status;
  };

  it('creates an empty configuration with generated keys, and prints no key', async () => {
    running = await folder.start(START);
    const { CHAIN_API_KEY = '', CHAIN_ADMIN_KEY = '' } = keys();
    expect(await models(CHAIN_API_KEY)).to.equal(200);
    expect(await models('429-another')).to.equal(401);
    expect(CHAIN_ADMIN_KEY).to.match(/^admin-.{32}$/);
    expect(folder.modeOf('.env')).to.equal(0o600);
    const { status, stdout, stderr } = await running.end();
    expect(status).to.equal(0);
    expect(stdout).to.match(/There was no configuration\. 429chain created .*429chain\.json5/);
    expect(stdout).to.match(/429chain generated CHAIN_API_KEY and CHAIN_ADMIN_KEY in .*\.env/);
    expect(stdout + stderr).not.to.contain(CHAIN_API_KEY);
    expect(stdout + stderr).not.to.contain(CHAIN_ADMIN_KEY);
  });

  it('uses keys from the environment and from a file instead of generating them', async () => {
    folder.write('admin-key', 'admin-in-a-file\n');
    folder.write('.env', 'GROQ_API_KEY=gsk_1\n');
    running = await folder.start(START, { CHAIN_API_KEY: 'mine', CHAIN_ADMIN_KEY_FILE: folder.file('admin-key') });
    expect(await models('mine')).to.equal(200);
    expect(folder.read('.env')).to.equal('GROQ_API_KEY=gsk_1\n');
    expect(running.output()).not.to.contain('429chain generated');
  });

  it('makes an existing .env private before it writes keys to it', async () => {
    folder.write('.env', 'GROQ_API_KEY=gsk_1\n');
    chmodSync(folder.file('.env'), 0o644);
    running = await folder.start(START);
    expect(keys()).to.have.all.keys('GROQ_API_KEY', 'CHAIN_API_KEY', 'CHAIN_ADMIN_KEY');
    expect(folder.modeOf('.env')).to.equal(0o600);
  });

  it('adds CHAIN_HOST to server.hosts', async () => {
    running = await folder.start(START, { CHAIN_HOST: 'llm.example.org' });
    expect(folder.read('429chain.json5')).to.contain("hosts: ['${CHAIN_HOST}']");
  });

  it('reuses the files of the first start', async () => {
    running = await folder.start(START);
    const before = ['.env', '429chain.json5'].map((name) => folder.read(name));
    await running.end();
    running = await folder.start(START);
    expect(['.env', '429chain.json5'].map((name) => folder.read(name))).to.deep.equal(before);
    expect(running.output()).not.to.match(/There was no configuration|429chain generated/);
  });

  it('keeps an existing configuration, and does not listen publicly without client keys', async () => {
    folder.write('429chain.json5', { providers: {}, chains: {} });
    const { status, stderr } = await folder.run(['start', ...START]);
    expect(status).to.equal(1);
    expect(stderr).to.contain('other machines could use 429chain without a key');
    expect(stderr).to.contain("server: { apiKeys: ['${CHAIN_API_KEY}'] }");
  });
});

describe('A folder that 429chain may not write', () => {
  let folder: Folder;

  beforeEach(() => {
    folder = new Folder();
  });

  afterEach(() => folder.remove());

  /** Runs as a user other than root. */
  const asNobody = (args: readonly string[]): ReturnType<Folder['run']> => {
    chmodSync(folder.path, 0o755);
    return folder.run(args, { uid: process.getuid?.() === 0 ? 65_534 : undefined });
  };

  const ownedByRoot = (name: string): void => {
    mkdirSync(folder.file(name), { mode: 0o555 });
    if (process.getuid?.() === 0) chownSync(folder.file(name), 0, 0);
  };

  it('stops the start with the owner and a command to run, for configuration and data (pitfall 40: a root-owned volume stopped a non-root container without a word)', async function () {
    this.timeout(60_000);
    // Another user may not be able to read this repository.
    if ((await asNobody(['--version'])).status !== 0) this.skip();
    ownedByRoot('config');
    ownedByRoot('data');
    const config = await asNobody(['start', '--create', '--config', 'config/429chain.json5']);
    expect(config.status).to.equal(1);
    expect(config.stderr).to.match(/There is no \S+429chain\.json5, and 429chain cannot create it\./);
    expect(config.stderr).to.match(
      /Run `ch(own -R 65534:\d+|mod u\+rwx)` on that folder\. If it is mounted into a container, run it on the host\./,
    );
    writeFileSync(folder.file('429chain.json5'), '{ providers: {}, chains: {} }');
    const data = await asNobody(['start', '--data-dir', 'data']);
    expect(data.status).to.equal(1);
    expect(data.stderr).to.match(/Cannot write to the data folder \S+data\./);
    expect(data.stderr + config.stderr).not.to.match(/^ +at /m);
  });
});
