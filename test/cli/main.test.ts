import { expect } from 'chai';
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
  { what: 'no configuration to find a proxy by', args: ['ask', 'Hello'], status: 1, says: NO_CONFIGURATION },
  {
    what: 'a configuration that is not there',
    args: ['check', '-c', 'other.json5'],
    status: 1,
    says: [/There is no file .*other\.json5/],
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

  it('lists its commands and options', async () => {
    const { status, stdout } = await folder.run(['--help']);
    expect(status).to.equal(0);
    for (const word of ['init', 'check', 'ask', '--offline', '--chain', '--force']) expect(stdout).to.contain(word);
  });

  it('says its version', async () => {
    expect(await folder.run(['-v'])).to.include({ status: 0, stderr: '' });
  });
});
