import { expect } from 'chai';
import type { Log, LogFields } from '../../src/log.js';
import { maskedLog } from '../../src/logging/masked-log.js';

describe('A masked log', () => {
  const lines: unknown[][] = [];
  const keep = (...line: [message: string, fields?: LogFields]): void => void lines.push(line);
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep };
  const masked = maskedLog(log, (text) => text.replaceAll('a-key', '***'));

  it('masks nothing that the log discards', () => {
    const mask = (): string => expect.fail('it was masked');
    const kept = maskedLog({ ...log, writes: (level) => level === 'error' }, mask);
    kept.info('with a-key', { key: 'a-key' });
    expect([kept.writes?.('info'), kept.writes?.('error'), masked.writes?.('debug')]).to.deep.equal([
      false,
      true,
      true,
    ]);
  });

  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    it(`masks messages and text fields at the level ${level}, and passes no fields that were not given`, () => {
      lines.length = 0;
      masked[level]('with a-key');
      masked[level]('with a-key', { key: 'a-key', count: 1, absent: undefined });
      expect(lines).to.deep.equal([['with ***'], ['with ***', { key: '***', count: 1, absent: undefined }]]);
    });
  }
});
