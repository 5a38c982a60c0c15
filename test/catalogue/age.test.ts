import { expect } from 'chai';
import { daysSince, mayBeOutOfDate, outOfDateFrom } from '../../src/catalogue/age.js';

/** How old a fact is at a moment, and whether it may be out of date. */
const ROWS: readonly [date: string, now: string, days: number, old: boolean][] = [
  ['2026-09-26', '2026-09-26T00:00:00Z', 0, false],
  ['2026-09-26', '2026-11-24T12:00:00Z', 59, false],
  ['2026-09-26', '2026-11-25T00:00:00Z', 60, false],
  ['2026-09-26', '2026-11-25T23:59:59.999Z', 60, false],
  ['2026-09-26', '2026-11-26T00:00:00Z', 61, true],
  // 2028 has a 29th of February.
  ['2028-01-01', '2028-03-01T23:59:59Z', 60, false],
  ['2028-01-01', '2028-03-02T00:00:00Z', 61, true],
  ['2027-01-01', '2027-03-02T23:59:59Z', 60, false],
  ['2027-01-01', '2027-03-03T00:00:00Z', 61, true],
  ['2028-02-29', '2028-04-30T00:00:00Z', 61, true],
  ['2026-12-20', '2027-02-18T00:00:00Z', 60, false],
  // Summer time moves no day: they are those of UTC.
  ['2026-03-01', '2026-04-30T00:00:00Z', 60, false],
  ['2026-09-26', '2026-09-25T23:00:00Z', -1, false],
  ['2020-01-01', '2026-09-26T00:00:00Z', 2460, true],
];

describe('The age of a fact', () => {
  for (const [date, now, days, old] of ROWS) {
    it(`is ${days} days for ${date} at ${now}: ${old ? 'may be out of date' : 'up to date'}`, () => {
      expect(daysSince(date, Date.parse(now))).to.equal(days);
      expect(mayBeOutOfDate(date, Date.parse(now))).to.equal(old);
    });
  }

  for (const [date, from] of [
    ['2026-09-26', '2026-11-26'],
    ['2028-01-01', '2028-03-02'],
    ['2027-11-15', '2028-01-15'],
  ] as const) {
    it(`has a first day on which it may be out of date: ${from} for ${date}`, () => {
      expect(outOfDateFrom(date)).to.equal(from);
      expect(mayBeOutOfDate(date, Date.parse(from))).to.equal(true);
      expect(mayBeOutOfDate(date, Date.parse(from) - 1)).to.equal(false);
    });
  }
});
