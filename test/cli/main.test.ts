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
  { what: 'no configuration to start with', args: [], status: 1, says: NO_CONFIGURATION },
  { what: 'no configuration to check', args: ['check'], status: 1, says: NO_CONFIGURATION },
  ...['ask', 'status', 'explain', 'health'].map((command) => ({
    what: `no configuration to find a proxy by: ${command}`,
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
    what: 'a demo that others can reach',
    args: ['--demo', '--host', '0.0.0.0', '--port', '0'],
    status: 1,
    says: [/The demo .* listens on this machine alone: --host 0\.0\.0\.0 would let everybody in/],
  },
  ...['start', 'init', 'check', 'status', 'health'].map((command) => ({
    what: `words that ${command} cannot do anything with`,
    args: [command, 'other.json5'],
    status: 2,
    says: [/429chain \S+ takes options only, .*'other\.json5'\. --config names another configuration\./],
  })),
  {
    what: 'a data folder that is a file',
    args: ['--demo', '--port', '0', '--data-dir', MAIN],
    status: 1,
    says: [/main\.js is a file\. Expected a folder\./],
  },
  {
    what: 'a configuration that is not there',
    args: ['check', '-c', 'other.json5'],
    status: 1,
    says: [/There is no file .*other\.json5/, /429chain init --config other\.json5 /],
  },
  {
    what: 'an unknown command',
    args: ['chek'],
    status: 2,
    says: [/There is no command "chek"/, /start, init, check, ask/, /Did you mean `check`\?/],
  },
  {
    what: 'a command with the name of what every object has',
    args: ['toString'],
    status: 2,
    says: [/There is no command "toString"/],
  },
  {
    what: 'an unknown option',
    args: ['check', '--offlin'],
    status: 2,
    says: [/^Unknown option '--offlin'\. Did you mean `offline`\? 429chain --help lists the options\.$/m],
  },
  { what: 'an option without its value', args: ['--port'], status: 2, says: [/--port.* argument missing/] },
  { what: 'a port that is none', args: ['--demo', '--port', '70000'], status: 2, says: [/--port is '70000'/] },
];

describe('429chain', () => {
  let folder: Folder;

  beforeEach(() => {
    folder = new Folder();
  });

  afterEach(() => folder.remove());

  for (const { what, args, status, says } of REFUSALS) {
    it(`refuses ${what}: status ${status}`, async () => {
      const run = await folder.run(args);
      expect(run).to.include({ status, stdout: '' });
      for (const each of says) expect(run.stderr).to.match(each);
      expect(run.stderr).not.to.match(/^ +at /m);
    });
  }

  for (const help of ['--help', 'help']) {
    it(`lists its commands and options: ${help}`, async () => {
      const { status, stdout } = await folder.run([help]);
      expect(status).to.equal(0);
      for (const word of ['init', 'check', 'ask', '--offline', '--chain', '--force']) expect(stdout).to.contain(word);
    });
  }

  for (const [version, isEnough] of [
    ['18.20.8', false],
    ['20.18.3', false],
    ['20.19.0', true],
    ['26.0.0', true],
  ] as const) {
    it(`${isEnough ? 'runs on' : 'names the Node that it needs to'} Node ${version}`, async () => {
      const pretended = `Object.defineProperty(process.versions,'node',{value:'${version}'})`;
      const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(pretended)}` };
      const { status, stderr } = await folder.run(['--version'], { env });
      expect(status).to.equal(isEnough ? 0 : 1);
      expect(stderr).to.equal(isEnough ? '' : `429chain needs Node 20.19 or later. This is Node ${version}.\n`);
    });
  }

  it('is called as one who came by npx can call it', async () => {
    expect((await folder.run([], { env: { npm_command: 'exec' } })).stderr).to.match(/^ {2}npx 429chain init /m);
  });

  it('lets a demo count nothing among what a proxy of the same folder did', async () => {
    const demo = await folder.start(['--demo', '--port', '0']);
    await demo.end();
    expect(readdirSync(folder.file('.429chain'))).to.deep.equal(['demo']);
  });

  it('keeps a second proxy out of its data folder, until it has ended', async () => {
    const args = ['--demo', '--port', '0'];
    const first = await folder.start(args);
    const second = await folder.run(args);
    expect(second).to.include({ status: 1, stdout: '' });
    expect(second.stderr).to.match(/^Another 429chain keeps its state in \S+demo, .*\n.*--data-dir\.$/m);
    await first.end();
    expect(readdirSync(folder.file('.429chain/demo'))).not.to.include('in-use');
    const killed = await folder.start(args);
    await killed.end('SIGKILL');
    await (await folder.start(args)).end();
  });

  it('does so in a folder with a name that is too long for a socket, and writes nothing beside it', async () => {
    const argsOf = (end: string): string[] => ['--demo', '--port', '0', '--data-dir', `${'long'.repeat(40)}/${end}`];
    const first = await folder.start(argsOf('one'));
    const other = await folder.start(argsOf('two'));
    expect((await folder.run(argsOf('one'))).stderr).to.match(/^Another 429chain keeps its state in/);
    expect(readdirSync(folder.path)).to.deep.equal(['long'.repeat(40)]);
    await Promise.all([first.end(), other.end()]);
  });

  it('says its version', async () => {
    expect(await folder.run(['-v'])).to.include({ status: 0, stderr: '' });
  });
});
