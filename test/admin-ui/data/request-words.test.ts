import { expect } from 'chai';
import { fullTimeText, timeText, utcText } from '../../../admin-ui/src/data/format.js';
import { endOf, meaningOf, toneOf } from '../../../admin-ui/src/data/requests/request-words.js';
import { attemptOf } from '../logged.js';

describe('The words for a request', () => {
  const statuses: readonly (readonly [status: number, tone: string, words: string])[] = [
    [200, 'good', 'Answered'],
    [304, 'good', 'Answered'],
    [429, 'warn', 'Every target was at its limit'],
    [499, 'plain', 'Stopped by the caller'],
    [503, 'bad', 'No target could answer'],
    [418, 'bad', 'Failed'],
  ];
  for (const [status, tone, words] of statuses)
    it(`are "${words}", ${tone}, for the status ${status}`, () =>
      expect([toneOf(status), meaningOf(status)]).to.deep.equal([tone, words]));

  it('call an attempt that the caller stopped "stopped", and no failure', () => {
    expect(endOf(attemptOf('one/a', 'failed', { class: 'cancelled' }))).to.equal('stopped');
    expect(endOf(attemptOf('one/a', 'failed', { class: 'server_error' }))).to.equal('failed');
    expect(endOf(attemptOf('one/a', 'served'))).to.equal('served');
    expect(endOf(attemptOf('one/a', 'skipped'))).to.equal('skipped');
  });

  it('give its time as short as the day allows, and the same moment in UTC', () => {
    const at = new Date(2026, 10, 24, 14, 3, 7).getTime();
    const on = (year: number, day: number): string => timeText(at, new Date(year, 10, day, 23).getTime());
    expect([on(2026, 24), on(2026, 25), on(2027, 24)]).to.deep.equal(['14:03:07', '24 Nov 14:03', '24 Nov 2026 14:03']);
    expect(fullTimeText(at)).to.equal('24 Nov 2026 14:03:07');
    expect(utcText(Date.UTC(2026, 10, 24, 13, 3, 7))).to.equal('2026-11-24 13:03:07 UTC');
  });
});
