import { existsSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect } from 'chai';
import { NEVER, NOWHERE } from '../hosts.js';
import { Folder, type Run, SECRETS } from '../run.js';

/** The keys to press when a text appears on the screen, in this order. */
type Keys = readonly (readonly [question: string, keys: string])[];

const CTRL_C = '\x03';
const CTRL_D = '\x04';

describe('429chain without a configuration', () => {
  let folder: Folder;

  beforeEach(() => {
    folder = new Folder();
  });

  afterEach(() => folder.remove());

  const atTerminal = (args: readonly string[], keys: Keys, hosts = NOWHERE): Promise<Run> => {
    const waiting = [...keys];
    let seen = 0;
    return folder.run(args, {
      terminal: true,
      env: { NODE_OPTIONS: hosts },
      onOutput: (stdout, press) => {
        while (waiting[0] !== undefined) {
          const [question, answer] = waiting[0];
          const at = stdout.indexOf(question, seen);
          if (at < 0) return;
          seen = at + question.length;
          waiting.shift();
          press(answer);
        }
      },
    });
  };

  it('without a terminal, prints what to do and exits with status 1', async () => {
    const { status, stdout, stderr } = await folder.run([]);
    expect({ status, stdout }).to.deep.equal({ status: 1, stdout: '' });
    expect(stderr).to.match(/^There is no 429chain\.json5 in this folder\./m);
    for (const way of ['429chain init ', '429chain --demo ', '429chain --create ']) expect(stderr).to.contain(way);
    expect(existsSync(folder.file('429chain.json5'))).to.equal(false);
  });

  it('offers the setup in the browser, and shows its address and the admin key', async () => {
    const { status, stdout } = await atTerminal(
      ['--port', '0'],
      [
        ['1 to 3 (1): ', '\r'],
        ['/admin', ''],
        ['No chains yet', CTRL_C],
      ],
    );
    expect(status, stdout).to.equal(0);
    const key = parseEnv(folder.read('.env')).CHAIN_ADMIN_KEY;
    expect(stdout).to.contain(`/admin   (admin key: ${key})`);
    const again = await atTerminal(['--port', '0'], [['No chains yet', CTRL_C]]);
    expect(again.stdout).to.contain('/admin   (admin key: CHAIN_ADMIN_KEY, in .env or the environment)');
    expect(again.stdout).not.to.contain(key);
    expect(folder.read('429chain.json5')).to.contain('providers: {}');
  });

  it('asks for the keys without showing them, writes two private files, and starts', async () => {
    const { status, stdout } = await atTerminal(
      ['--port', '0'],
      [
        ['1 to 3 (1): ', '4\r'],
        ['1 to 3 (1): ', '2\r'],
        ['y, p or n (y): ', 'what\r'],
        ['y, p or n (y): ', '\r'],
        ['https://console.groq.com/keys', ''],
        ['GROQ_API_KEY: ', `${SECRETS.provider}\r`],
        ['GEMINI_API_KEY: ', 'no key\r'],
        ['This is not a key', ''],
        ['GEMINI_API_KEY: ', '\r'],
        ['OPENROUTER_API_KEY: ', 'done\r'],
        ['Try it', CTRL_C],
      ],
    );
    expect(status, stdout).to.equal(0);
    expect(stdout).to.contain(`Read ${SECRETS.provider.length} characters.`);
    expect(stdout).to.match(/^ {2}GROQ_API_KEY +unreachable +https:\/\/api\.groq\.com: no such host/m);
    expect(stdout).to.match(/429chain listens on .*groq\/openai\/gpt-oss-120b\r?\n.*unconfigured/s);
    expect(parseEnv(folder.read('.env'))).to.deep.equal({
      GROQ_API_KEY: SECRETS.provider,
      GEMINI_API_KEY: '',
      MISTRAL_API_KEY: '',
      OPENROUTER_API_KEY: '',
    });
    expect(folder.read('429chain.json5')).to.contain('// Your accounts.');
    expect([folder.modeOf('.env'), folder.modeOf('429chain.json5')]).to.deep.equal([0o600, 0o600]);
  });

  it('offers the demo', async () => {
    const { status, stdout } = await atTerminal(
      ['--port', '0'],
      [
        ['1 to 3 (1): ', '3\r'],
        ['Try it', CTRL_C],
      ],
    );
    expect(status, stdout).to.equal(0);
    expect(existsSync(folder.file('429chain.json5'))).to.equal(false);
  });

  for (const [what, keys, status] of [
    ['Ctrl-C', CTRL_C, 130],
    ['the end of the input', CTRL_D, 1],
  ] as const) {
    it(`writes nothing when ${what} is the answer`, async () => {
      const run = await atTerminal([], [['1 to 3 (1): ', keys]]);
      expect(run.status).to.equal(status);
      expect(run.stdout).to.contain('Nothing was written.');
      expect(existsSync(folder.file('429chain.json5'))).to.equal(false);
    });
  }

  it('writes nothing when Ctrl-C is pressed while keys are tried', async () => {
    const keys: Keys = [
      ['y, p or n', '\r'],
      ['GROQ_API_KEY', 'gsk-1\r'],
      ['GEMINI_API_KEY', 'DONE\r'],
      ['Trying the keys', CTRL_C],
    ];
    const { status, stdout } = await atTerminal(['init'], keys, NEVER);
    expect(status, stdout).to.equal(130);
    expect(stdout).to.contain('Nothing was written.');
    expect(existsSync(folder.file('429chain.json5'))).to.equal(false);
  });

  it('shows what each provider gives, and whether it trains on requests', async () => {
    const { status, stdout } = await atTerminal(
      ['init', '--offline'],
      [
        ['OVHcloud AI Endpoints (does not train on requests)', ''],
        ['Kilo Gateway (may train on requests)', ''],
        ['y, p or n', 'n\r'],
        ['Groq (does not train on requests)', ''],
        ['GROQ_API_KEY: ', 'done\r'],
      ],
    );
    expect(status, stdout).to.equal(0);
    expect(stdout).to.contain('The default chain has no usable target yet.');
    expect(folder.read('429chain.json5')).not.to.contain('ovh');
  });

  it('init asks only for keys that .env lacks', async () => {
    folder.write('.env', `# mine\nGROQ_API_KEY=${SECRETS.provider}\n`);
    const { status, stdout } = await atTerminal(
      ['init'],
      [
        ['y, p or n', 'p\r'],
        ['GEMINI_API_KEY: ', 'AIza-1\r'],
        ['OPENROUTER_API_KEY: ', 'done\r'],
      ],
    );
    expect(status, stdout).to.equal(0);
    expect(stdout).not.to.contain('GROQ_API_KEY: ');
    expect(stdout).not.to.contain('AIza-1');
    expect(stdout).to.match(/order:\s+groq\/\S+\s+gemini\/\S+\s+ovh\/\S+\s+ovh\/\S+\s+Written/);
    expect(stdout).to.contain('429chain check');
    expect(folder.read('.env')).to.match(/^# mine\nGROQ_API_KEY=/);
    expect(parseEnv(folder.read('.env'))).to.include({ GEMINI_API_KEY: 'AIza-1', OPENROUTER_API_KEY: '' });
  });
});
