import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { MAIN } from '../built.js';
import { Folder } from './run.js';

interface Refusal {
  readonly what: string;
  readonly args: readonly string[];
  readonly status: number;
  readonly says: readonly RegExp[];
}

const NO_CONFIGURATION = [/There is no 429chain\.json5 in this folder/, /429chain init /, /429chain --demo /];

const REFUSALS: readonly Refusal[] = [
  { what: 'a missing configuration: start', args: [], status: 1, says: NO_CONFIGURATION },
  { what: 'a missing configuration: check', args: ['check'], status: 1, says: NO_CONFIGURATION },
  ...['ask', 'status', 'explain', 'health'].map((command) => ({
    what: `a missing configuration: ${command}`,
    args: [command, ...(command === 'ask' ? ['Hello'] : [])],
    status: 1,
    says: [
      /There is no 429chain\.json5 in this folder/,
      /^ {2}--config FILE /m,
      /^ {2}--url ADDRESS /m,
      /^ {2}--demo /m,
    ],
  })),
  {
    what: 'a demo on a public address',
    args: ['--demo', '--host', '0.0.0.0', '--port', '0'],
    status: 1,
    says: [/The demo has no client keys and must not be reachable .*--host 0\.0\.0\.0/],
  },
  ...['start', 'init', 'check', 'status', 'health'].map((command) => ({
    what: `arguments of ${command}`,
    args: [command, 'other.json5'],
    status: 2,
    says: [/429chain \S+ takes no arguments, but got 'other\.json5'\. .*--config FILE\./],
  })),
  {
    what: 'a data folder that is a file',
    args: ['--demo', '--port', '0', '--data-dir', MAIN],
    status: 1,
    says: [/main\.js is a file, not a folder\./],
  },
  {
    what: 'a --config file that does not exist',
    args: ['check', '-c', 'other.json5'],
    status: 1,
    says: [/The file .*other\.json5 does not exist/, /429chain init --config other\.json5 /],
  },
  {
    what: 'an unknown command',
    args: ['chek'],
    status: 2,
    says: [/^Unknown command 'chek'\./m, /start, init, check, ask/, /Did you mean `check`\?/],
  },
  {
    what: 'a command named like an inherited property',
    args: ['toString'],
    status: 2,
    says: [/Unknown command 'toString'/],
  },
  {
    what: 'an unknown option',
    args: ['check', '--offlin'],
    status: 2,
    says: [/^Unknown option '--offlin'\. Did you mean --offline\? 429chain check --help lists the options\.$/m],
  },
  {
    what: 'an option of another command',
    args: ['status', '--force'],
    status: 2,
    says: [/^429chain status has no option --force\. Its options: --watch, .*--url/m],
  },
  {
    what: 'help for an unknown command',
    args: ['help', 'aks'],
    status: 2,
    says: [/Unknown command 'aks'/, /Did you mean `ask`\?/],
  },
  {
    what: 'an option without its value',
    args: ['--port'],
    status: 2,
    says: [/^--port needs a value: --port PORT\. 429chain start --help lists the options\.$/m],
  },
  {
    what: 'a value for an option that takes none',
    args: ['check', '--offline=1'],
    status: 2,
    says: [/^--offline takes no value\./m],
  },
  { what: 'an invalid port', args: ['--demo', '--port', '70000'], status: 2, says: [/--port is '70000'/] },
];

describe('429chain', () => {
  let folder: Folder;

  beforeEach(() => {
    folder = new Folder();
  });

  afterEach(() => folder.remove());

  for (const { what, args, status, says } of REFUSALS) {
    it(`rejects ${what} with status ${status}`, async () => {
      const run = await folder.run(args);
      expect(run).to.include({ status, stdout: '' });
      for (const each of says) expect(run.stderr).to.match(each);
      expect(run.stderr).not.to.match(/^ +at /m);
    });
  }

  for (const help of ['--help', '-h', 'help']) {
    it(`lists the commands with ${help}`, async () => {
      const { status, stdout } = await folder.run([help]);
      expect(status).to.equal(0);
      for (const word of ['start', 'init', 'check', 'ask', '-v, --version']) expect(stdout).to.contain(word);
      expect(stdout).not.to.contain('--force');
    });
  }

  for (const args of [
    ['ask', '--help'],
    ['help', 'ask'],
    ['ask', 'Hello', '-h'],
  ]) {
    it(`describes one command with ${args.join(' ')}`, async () => {
      const { status, stdout } = await folder.run(args);
      expect(status).to.equal(0);
      expect(stdout).to.match(/^Usage: 429chain ask "QUESTION" \[options\]\n\nSend one question/);
      for (const line of [/^ {2}--chain NAME {2,}the chain/m, /^ {2}-c, --config FILE/m, /^ {2}429chain ask "/m]) {
        expect(stdout).to.match(line);
      }
      for (const word of ['--force', '--watch', '--plugins']) expect(stdout).not.to.contain(word);
    });
  }

  for (const [version, isEnough] of [
    ['18.20.8', false],
    ['20.18.3', false],
    ['20.19.0', true],
    ['26.0.0', true],
  ] as const) {
    it(`${isEnough ? 'runs on' : 'rejects'} Node ${version}`, async () => {
      const pretended = `Object.defineProperty(process.versions,'node',{value:'${version}'})`;
      const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(pretended)}` };
      const { status, stderr } = await folder.run(['--version'], { env });
      expect(status).to.equal(isEnough ? 0 : 1);
      expect(stderr).to.equal(isEnough ? '' : `429chain needs Node 20.19 or later. This is Node ${version}.\n`);
    });
  }

  it('shows its commands with npx when it runs through npx', async () => {
    expect((await folder.run([], { env: { npm_command: 'exec' } })).stderr).to.match(/^ {2}npx 429chain init /m);
  });

  it('keeps the state of a demo apart', async () => {
    const demo = await folder.start(['--demo', '--port', '0']);
    await demo.end();
    expect(readdirSync(folder.file('.429chain'))).to.deep.equal(['demo']);
  });

  it('locks its data folder until the process ends', async () => {
    const args = ['--demo', '--port', '0'];
    const first = await folder.start(args);
    const second = await folder.run(args);
    expect(second).to.include({ status: 1, stdout: '' });
    expect(second.stderr).to.match(/^Another 429chain uses the data folder \S+demo\.\n.*--data-dir\.$/m);
    await first.end();
    expect(readdirSync(folder.file('.429chain/demo'))).not.to.include('in-use');
    const killed = await folder.start(args);
    await killed.end('SIGKILL');
    await (await folder.start(args)).end();
  });

  it('locks a data folder whose path is too long for a socket', async () => {
    const argsOf = (end: string): string[] => ['--demo', '--port', '0', '--data-dir', `${'long'.repeat(40)}/${end}`];
    const first = await folder.start(argsOf('one'));
    const other = await folder.start(argsOf('two'));
    expect((await folder.run(argsOf('one'))).stderr).to.match(/^Another 429chain uses the data folder/);
    expect(readdirSync(folder.path)).to.deep.equal(['long'.repeat(40)]);
    await Promise.all([first.end(), other.end()]);
  });

  it('prints its version', async () => {
    expect(await folder.run(['-v'])).to.include({ status: 0, stderr: '' });
  });
});
