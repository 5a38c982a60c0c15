import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { until } from '../../until.js';
import { ProxyFolder } from '../proxy-folder.js';
import { type Folder, type Run, type Running, SECRETS } from '../run.js';

interface ClientCase {
  readonly name: string;
  readonly file: string;
  readonly before: string;
  /** What the settings contain afterwards. */
  readonly has: (address: string) => readonly string[];
}

const CLIENTS: readonly ClientCase[] = [
  {
    name: 'codex',
    file: '.codex/config.toml',
    before: '# mine\nmodel = "gpt-5"\n',
    has: (address) => ['# mine', 'model = "default"', `base_url = "${address}/v1"`, 'wire_api = "responses"'],
  },
  {
    name: 'claude',
    file: '.claude/settings.json',
    before: '{ "theme": "dark" }\n',
    has: (address) => ['"theme": "dark"', `"ANTHROPIC_BASE_URL": "${address}"`, '"ANTHROPIC_MODEL": "default"'],
  },
  {
    name: 'opencode',
    file: '.config/opencode/opencode.json',
    before: '{}\n',
    has: (address) => ['"model": "429chain/default"', `"baseURL": "${address}/v1"`],
  },
  {
    name: 'aider',
    file: '.aider.conf.yml',
    before: 'dark-mode: true\n',
    has: (address) => ['dark-mode: true', `openai-api-base: "${address}/v1"`, 'model: "openai/default"'],
  },
];

describe('429chain connect', () => {
  let started: ProxyFolder;
  let folder: Folder;
  let running: Running;

  before(async () => {
    started = await ProxyFolder.start();
    ({ folder, running } = started);
  });

  after(() => started.close());

  const run = (...args: string[]): Promise<Run> => started.run(...args);

  for (const { name, file, before, has } of CLIENTS) {
    it(`writes the settings of ${name} once, and restores them`, async () => {
      mkdirSync(dirname(folder.file(file)), { recursive: true });
      folder.write(file, before);
      const { status, stdout } = await run('connect', name);
      expect(stdout).to.contain(folder.file(file)).and.contain('--undo');
      expect(status).to.equal(0);
      const written = folder.read(file);
      for (const text of [...has(running.address), SECRETS.proxy]) expect(written).to.contain(text);
      expect((await run('connect', name)).stdout).to.contain('needs no change');
      expect(folder.read(file)).to.equal(written);
      expect((await run('connect', name, '--undo')).status).to.equal(0);
      expect(folder.read(file).replace(/\s/g, '')).to.equal(before.replace(/\s/g, ''));
      expect(existsSync(`${folder.file(file)}.before-429chain`)).to.equal(false);
    });
  }

  it('keeps a new file private, and removes it again', async () => {
    await run('connect', 'claude', '--undo');
    const file = '.claude/settings.json';
    folder.write(file, '');
    await run('connect', 'claude');
    expect((await run('connect', 'claude', '--undo')).status).to.equal(0);
    expect(existsSync(folder.file(file))).to.equal(false);
    await run('connect', 'claude');
    expect(folder.modeOf(file)).to.equal(0o600);
  });

  it('lists the clients, and refuses others', async () => {
    expect((await run('connect')).stdout)
      .to.contain('connect codex')
      .and.contain('connect aider');
    const { status, stderr } = await run('connect', 'codexx');
    expect(stderr)
      .to.contain("Unknown client 'codexx'")
      .and.contain('Did you mean `codex`?')
      .and.contain('page Connect');
    expect(status).to.equal(2);
  });

  it('writes no settings with a key or a chain that the proxy does not have', async () => {
    const at = ['--url', running.address];
    const refused = await folder.run(['connect', 'codex', ...at], { env: { CHAIN_API_KEY: 'of-another-proxy' } });
    expect(refused.stderr).to.contain('refuses the API key').and.contain('CHAIN_API_KEY');
    const env = { CHAIN_API_KEY: SECRETS.proxy };
    const unknown = await folder.run(['connect', 'codex', '--chain', 'defualt', ...at], { env });
    expect(unknown.stderr).to.contain('has no chain "defualt"').and.contain('default');
    expect(existsSync(folder.file('.codex/config.toml.before-429chain'))).to.equal(false);
    const target = await folder.run(['connect', 'codex', '--chain', 'one/b-model', ...at], { env });
    expect(target.stdout).to.contain('"one/b-model"').and.not.to.contain('Nothing answers');
    expect((await folder.run(['connect', 'codex', '--undo'])).status).to.equal(0);
  });

  it('writes the settings for a proxy that is not running yet, and says so', async () => {
    const { status, stdout } = await folder.run(['connect', 'codex', '--port', '9']);
    expect(stdout).to.contain('127.0.0.1:9').and.contain('Nothing answers at');
    expect(status).to.equal(0);
    await run('connect', 'codex', '--undo');
  });

  it('says what is wrong with a file that it cannot change', async () => {
    folder.write('.claude/settings.json', '{ "env": [');
    const { status, stderr } = await run('connect', 'claude');
    expect(stderr).to.contain('Cannot change').and.contain('settings.json');
    expect(status).to.equal(1);
  });

  describe('and 429chain doctor', () => {
    it('shows which way a request took', async () => {
      const { status, stdout } = await run('doctor');
      expect(stdout).to.match(/POST \/v1\/chat\/completions .*: one\/a-model answered in \d+ ms\./);
      expect(stdout).to.match(/one\/a-model +served/);
      expect(status).to.equal(0);
    });

    it('says that a client does not use the proxy', async () => {
      const { status, stderr } = await run('doctor', 'aider');
      expect(stderr).to.contain('aider does not use').and.contain('connect aider');
      expect(status).to.equal(1);
    });

    it('sends what the client would send', async () => {
      await run('connect', 'aider');
      const { status, stdout } = await run('doctor', 'aider');
      expect(stdout).to.contain('.aider.conf.yml names').and.contain('one/a-model answered');
      expect(status).to.equal(0);
    });

    it('tries each key of a provider with several keys', async () => {
      folder.write('429chain.json5', {
        server: { apiKeys: [SECRETS.proxy] },
        providers: {
          one: {
            type: 'openai-compatible',
            baseUrl: started.upstream.baseUrl,
            apiKeys: [
              { key: SECRETS.provider, label: 'ann' },
              { key: `\${NOT_SET}`, label: 'bob' },
            ],
          },
        },
        chains: { default: ['one/a-model'] },
      });
      await until(async () => (await run('status')).stdout.includes('one:bob'));
      const { stdout } = await run('doctor');
      expect(stdout)
        .to.match(/^Keys\n {2}one:ann +ok/m)
        .and.match(/^ {2}one:bob +unconfigured +NOT_SET is not set$/m);
    });
  });
});
