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
