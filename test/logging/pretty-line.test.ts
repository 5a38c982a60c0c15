import { expect } from 'chai';
import { type LoggedEvent, prettyLine } from '../../src/logging/pretty-line.js';

const at = new Date(2026, 0, 31, 9, 5, 7);
const event = (level: string, msg: string): LoggedEvent => ({ level, time: at.toISOString(), msg });

describe('prettyLine', () => {
  const CASES: readonly [what: string, event: LoggedEvent, line: string][] = [
    ['the time of day and the message', event('info', 'It is so.'), '09:05:07 It is so.\n'],
    ['a label for warnings', event('warn', 'It is so.'), '09:05:07 warning: It is so.\n'],
    ['indented further lines', event('error', 'Two:\n  b\n'), '09:05:07 error: Two:\n           b\n         \n'],
    ['escaped control characters', event('debug', 'a\x1b[2J\x07'), '09:05:07 debug: a\\x1b[2J\\x07\n'],
  ];
  for (const [what, logged, line] of CASES) {
    it(`has ${what}`, () => expect(prettyLine(logged, false)).to.equal(line));
  }

  it('has colours on request', () => {
    expect(prettyLine(event('warn', 'It is so.'), true)).to.equal(
      '\x1b[90m09:05:07\x1b[39m \x1b[33mwarning: \x1b[39mIt is so.\n',
    );
  });
});
