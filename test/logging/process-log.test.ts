import { execFile } from 'node:child_process';
import { expect } from 'chai';
import { ProcessLog } from '../../src/logging/process-log.js';
import { Secrets } from '../../src/secrets.js';

describe('ProcessLog', () => {
  let written: string;
  let secrets: Secrets;

  const open = (terminal = false): ProcessLog => {
    const write = (text: string): void => {
      written += text;
    };
    return new ProcessLog({ write, terminal, colours: false }, secrets);
  };
  const lines = (): Record<string, unknown>[] =>
    written
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  beforeEach(() => {
    written = '';
    secrets = new Secrets();
  });

  it('writes one object per line, with the message and its fields', () => {
    const log = open();
    log.info('200 by one/a', { status: 200, target: 'one/a', usage: undefined });
    log.error('It broke:\nhere');
    const [first, second] = lines();
    expect(first).to.include({ level: 'info', msg: '200 by one/a', status: 200, target: 'one/a' });
    expect(first?.time).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(first).to.have.all.keys('level', 'time', 'msg', 'status', 'target');
    expect(second).to.include({ level: 'error', msg: 'It broke:\nhere' });
  });

  for (const [terminal, format, pretty, isPrivate] of [
    [true, 'auto', true, true],
    [false, 'auto', false, false],
    [true, 'json', false, false],
    [false, 'pretty', true, false],
  ] as const) {
    it(`is ${pretty ? 'pretty' : 'JSON'} ${terminal ? 'on a terminal' : 'without a terminal'} with the format ${format}`, () => {
      const log = open(terminal);
      log.configure({ format });
      log.warn('It is so.');
      expect(written).to.match(pretty ? /^\d\d:\d\d:\d\d warning: It is so\.\n$/ : /^\{.*"msg":"It is so\."\}\n$/);
      expect({ pretty: log.pretty, private: log.private }).to.deep.equal({ pretty, private: isPrivate });
    });
  }

  it('respects its level, which can change', () => {
    const log = open();
    const all = (): void => {
      log.debug('debug');
      log.info('info');
      log.warn('warn');
      log.error('error');
    };
    for (const [logging, least] of [
      [{}, ['info', 'warn', 'error']],
      [{ level: 'debug' }, ['debug', 'info', 'warn', 'error']],
      [{ level: 'error' }, ['error']],
    ] as const) {
      written = '';
      log.configure(logging);
      all();
      expect((['debug', 'info', 'warn', 'error'] as const).filter((level) => log.writes(level))).to.deep.equal(least);
      expect(lines().map(({ msg }) => msg)).to.deep.equal(least);
    }
  });

  it('masks known keys in messages and fields, and stays valid JSON (pitfall 45: keys in logs)', () => {
    const log = open();
    secrets.add(['123456789', 'a"key\\with signs']);
    log.info('It said 123456789 and a"key\\with signs.', { reason: 'a"key\\with signs', durationMs: 123456789 });
    expect(lines()[0]).to.include({ msg: 'It said *** and ***.', reason: '***', durationMs: 123456789 });
  });
});

describe('The log of a process that ends', () => {
  const NODE = ['--import', 'tsx', '--conditions=429chain-source', '--input-type=module', '--eval'];
  /** Logs ten lines three times, the last of them and an error just before the end. */
  const scriptWith = (end: string): string => `
    import { openLog } from './src/logging/process-log.js';
    import { Secrets } from './src/secrets.js';
    const log = openLog(1, new Secrets());
    let line = 0;
    const some = () => { for (const end = line + 10; line < end; line++) log.info('line ' + line); };
    some();
    setTimeout(() => { some(); setImmediate(() => { some(); log.error('the last'); ${end} }); }, 20);`;
  const ENDS = [
    ['exits', 'process.exit(3)'],
    ['throws', 'throw new Error()'],
    ['stops at SIGTERM', "process.once('SIGTERM', () => process.exit(1)); process.kill(process.pid, 'SIGTERM')"],
  ] as const;

  it('has every line, in order, however it ends', async () => {
    const ended = ENDS.map(async ([how, end]) => {
      const output = await new Promise<string>((resolve) => {
        execFile(process.execPath, [...NODE, scriptWith(end)], (_, stdout) => resolve(stdout));
      });
      const messages = output.trim().split('\n');
      const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
      expect(
        messages.map((each) => JSON.parse(each).msg),
        how,
      ).to.deep.equal([...lines, 'the last']);
    });
    await Promise.all(ended);
  });
});
