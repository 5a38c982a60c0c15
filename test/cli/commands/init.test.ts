import { existsSync, mkdirSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect } from 'chai';
import JSON5 from 'json5';
import { reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { NOWHERE } from '../hosts.js';
import { Folder, SECRETS } from '../run.js';

const NAMES = ['GROQ_API_KEY', 'GEMINI_API_KEY', 'MISTRAL_API_KEY', 'OPENROUTER_API_KEY'];
/** No test asks real providers. */
const INIT = ['init', '--offline'];

describe('429chain init', () => {
  let folder: Folder;

  beforeEach(() => {
    folder = new Folder();
  });

  afterEach(() => folder.remove());

  const schemaOf = (): string => (JSON5.parse(folder.read('429chain.json5')) as { $schema: string }).$schema;

  it('writes a valid configuration and prints the next steps', async () => {
    const { status, stdout, stderr } = await folder.run(INIT);
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    for (const word of [...NAMES, 'https://console.groq.com/keys', '429chain check']) expect(stdout).to.contain(word);
    const check = await folder.run(['check', '--offline']);
    expect(check.stdout).to.contain('429chain.json5 is valid');
    expect(check.stdout).to.match(/^ +groq\/openai\/gpt-oss-120b +unconfigured .*free: /m);
    expect(check.stdout).to.match(/^ +ovh\/gpt-oss-120b +not asked .*free: /m);
    expect(check.status).to.equal(0);
  });

  it('says what can answer without any key', async () => {
    const { stdout } = await folder.run(INIT);
    expect(stdout).to.match(/^The default chain asks these targets, in this order:\n {2}ovh\/gpt-oss-120b\n/);
    expect(stdout).to.contain('Free keys give much more.');
  });

  it('uses the keys of the environment, also of providers that the example lacks', async () => {
    folder.write('.env', 'COHERE_API_KEY=k\n');
    const { status, stdout } = await folder.run(INIT, { env: { GROQ_API_KEY: 'k' } });
    expect(status).to.equal(0);
    expect(stdout).to.match(/order:\n {2}groq\/openai\/gpt-oss-120b\n {2}cohere\/\S+\n {2}ovh\//);
    expect(folder.read('429chain.json5')).to.contain("cohere: { type: 'cohere', apiKey: '${COHERE_API_KEY}' },");
    expect((await folder.run(['check', '--offline'])).status).to.equal(0);
  });

  for (const [value, expected] of [
    ['all', ['ovh', 'kilo', 'opencode-zen', 'llm7']],
    ['private', ['ovh']],
    ['none', []],
  ] as const) {
    it(`uses providers without a key as --keyless ${value} says`, async () => {
      const { stdout } = await folder.run([...INIT, '--keyless', value]);
      const { providers } = JSON5.parse(folder.read('429chain.json5'));
      const keyless = Object.keys(providers).filter((id) => providers[id].apiKey === undefined);
      expect(keyless).to.deep.equal(expected);
      expect(stdout.includes('The default chain has no usable target yet.')).to.equal(value === 'none');
      expect(stdout.includes('Get at least one of these keys')).to.equal(value === 'none');
    });
  }

  it('refuses another value of --keyless, and writes nothing', async () => {
    const { status, stderr } = await folder.run([...INIT, '--keyless', 'some']);
    expect({ status, stderr }).to.deep.equal({
      status: 2,
      stderr: "--keyless is 'some'. Expected all, private or none.\n",
    });
    expect(existsSync(folder.file('429chain.json5'))).to.equal(false);
  });

  it('finds the models of an Ollama that runs on this machine', async () => {
    const ollama = await ScriptedUpstream.start();
    ollama.always(reply(200, { object: 'list', data: [{ id: 'qwen3:8b' }] }));
    const host = new URL(ollama.baseUrl).host;
    const { stdout } = await folder.run(['init'], { env: { OLLAMA_HOST: host, NODE_OPTIONS: NOWHERE } });
    await ollama.close();
    expect(stdout).to.match(/order:\n {2}local\/qwen3:8b\n {2}ovh\//);
    const { providers } = JSON5.parse(folder.read('429chain.json5'));
    expect(providers.local).to.deep.equal({
      type: 'ollama',
      baseUrl: `http://${host}/v1`,
      limits: [{ concurrent: 2 }],
    });
  });

  it('writes a private .env with empty variables and the page to get each key', async () => {
    await folder.run(INIT);
    expect(folder.modeOf('.env')).to.equal(0o600);
    expect(parseEnv(folder.read('.env'))).to.deep.equal(Object.fromEntries(NAMES.map((name) => [name, ''])));
    for (const name of NAMES) expect(folder.read('.env')).to.match(new RegExp(`^# https://\\S+\\n${name}=$`, 'm'));
  });

  it('points $schema at a copy beside the file', async () => {
    await folder.run(INIT);
    expect(schemaOf()).to.equal('./429chain.schema.json');
    expect(JSON.parse(folder.read('429chain.schema.json'))).to.have.property('$defs');
  });

  it('points $schema into node_modules if 429chain is installed there', async () => {
    const installed = 'node_modules/429chain/schemas';
    mkdirSync(folder.file(installed), { recursive: true });
    folder.write(`${installed}/429chain.schema.json`, {});
    await folder.run(INIT);
    expect(schemaOf()).to.equal(`./${installed}/429chain.schema.json`);
    expect(() => folder.read('429chain.schema.json')).to.throw('ENOENT');
  });

  it('does not overwrite, and names the existing files', async () => {
    await folder.run(INIT);
    folder.write('429chain.json5', '// mine');
    folder.write('.env', `GROQ_API_KEY=${SECRETS.provider}`);
    const { status, stderr } = await folder.run(INIT);
    expect(status).to.equal(1);
    expect(stderr).to.match(/^429chain\.json5 and \.env already exist\. Nothing was written\.\n.*--force/);
    expect(folder.read('429chain.json5')).to.equal('// mine');
    expect(folder.read('.env')).to.equal(`GROQ_API_KEY=${SECRETS.provider}`);
  });

  it('overwrites the configuration with --force, and keeps the keys', async () => {
    folder.write('429chain.json5', '// mine');
    folder.write('.env', `# mine\nOTHER=1\nexport GROQ_API_KEY=${SECRETS.provider}`);
    const { status, stdout } = await folder.run([...INIT, '--force']);
    expect(status).to.equal(0);
    expect(stdout).to.contain('added GEMINI_API_KEY, MISTRAL_API_KEY and OPENROUTER_API_KEY');
    expect(folder.read('429chain.json5')).to.contain('providers:');
    expect(folder.read('.env')).to.match(/^# mine\nOTHER=1\nexport GROQ_API_KEY=/);
    expect(parseEnv(folder.read('.env'))).to.deep.equal({
      OTHER: '1',
      GROQ_API_KEY: SECRETS.provider,
      GEMINI_API_KEY: '',
      MISTRAL_API_KEY: '',
      OPENROUTER_API_KEY: '',
    });
  });

  it('adds variables to an existing .env, and warns when others can read it', async () => {
    folder.write('.env', 'OTHER=1\n');
    const { status, stdout } = await folder.run(INIT);
    expect(status).to.equal(0);
    expect(parseEnv(folder.read('.env'))).to.have.all.keys('OTHER', ...NAMES);
    expect(stdout).to.contain('chmod 600 .env');
  });

  it('does not change a complete .env', async () => {
    await folder.run(INIT);
    const before = folder.read('.env');
    const { stdout } = await folder.run([...INIT, '--force']);
    expect(folder.read('.env')).to.equal(before);
    expect(stdout).to.contain('has all variables');
  });

  it('writes beside the file of --config, and fails if the folder does not exist', async () => {
    mkdirSync(folder.file('sub'));
    const { stdout } = await folder.run([...INIT, '--config', 'sub/mine.json5']);
    expect(stdout).to.contain('429chain check --config sub/mine.json5');
    expect(folder.read('sub/.env')).to.contain('The keys for mine.json5');
    const nowhere = await folder.run([...INIT, '--config', 'nowhere/mine.json5']);
    expect(nowhere).to.include({ status: 1 });
    expect(nowhere.stderr).to.match(/Cannot write \S*nowhere\/mine\.json5: the folder does not exist\.\n$/);
  });
});
