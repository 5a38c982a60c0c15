import { expect } from 'chai';
import fc from 'fast-check';
import type { Calendar } from '../../../src/contract/quota.js';
import { CalendarSpan, calendarWords } from '../../../src/ledger/windows/calendar.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Zones with each kind of clock change: none, at 2:00, at midnight in both directions, by half an hour, by a whole day. */
const ZONES = [
  'UTC',
  'Africa/Cairo',
  'America/Havana',
  'America/Los_Angeles',
  'America/New_York',
  'America/Nuuk',
  'America/Santiago',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Asia/Amman',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'Asia/Shanghai',
  'Asia/Tehran',
  'Australia/Lord_Howe',
  'Europe/Berlin',
  'Europe/London',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Pacific/Fakaofo',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
] as const;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The date that the clocks of a zone show, such as `2026-03-08`, straight from `Intl`. */
const shown = (zone: string, at: number): string => {
  let format = formats.get(zone);
  if (format === undefined) {
    const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
    format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, ...parts });
    formats.set(zone, format);
  }
  return format.format(at);
};

const weekday = (date: string): number => new Date(date).getUTCDay();
const dayOf = (date: string): number => Number(date.slice(8));
const daysInMonth = (date: string): number =>
  new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)), 0)).getUTCDate();
const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY_MS;

/** Whether a window begins on this date. */
const begins = ({ each, from }: Calendar, date: string): boolean => {
  if (each === 'day') return true;
  if (each === 'week') return weekday(date) === (from === undefined ? 1 : weekday(String(from)));
  return dayOf(date) === Math.min(Number(from ?? 1), daysInMonth(date));
};

/** The dates after `from`, up to `to`. */
const datesAfter = (from: string, to: string): string[] =>
  Array.from({ length: Math.max(0, daysBetween(from, to)) }, (_, index) =>
    new Date(Date.parse(from) + (index + 1) * DAY_MS).toISOString().slice(0, 10),
  );

const CALENDAR: fc.Arbitrary<Calendar> = fc
  .tuple(
    fc.constantFrom('day' as const, 'week' as const, 'month' as const),
    fc.constantFrom(...ZONES),
    fc.integer({ min: 1, max: 31 }),
    fc.integer({ min: 0, max: 6 }),
    fc.boolean(),
  )
  .map(([each, zone, day, weekdayFrom, hasFrom]) => {
    if (each === 'day' || !hasFrom) return { each, zone };
    return { each, zone, from: each === 'month' ? day : `2026-03-0${1 + weekdayFrom}` };
  });

const MOMENT = fc.integer({ min: Date.UTC(1995, 0), max: Date.UTC(2037, 0) });

/** Nights on which clocks change, and the day that Samoa and Tokelau left out. */
const NIGHTS: readonly (readonly [zone: string, night: string])[] = [
  ['America/Los_Angeles', '2026-03-08'],
  ['America/Los_Angeles', '2026-11-01'],
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/Havana', '2026-03-08'],
  ['America/Havana', '2026-11-01'],
  ['America/Sao_Paulo', '2018-11-04'],
  ['America/Sao_Paulo', '2018-02-18'],
  ['America/St_Johns', '2010-03-14'],
  ['America/St_Johns', '2010-11-07'],
  ['Asia/Beirut', '2026-03-29'],
  ['Africa/Cairo', '2026-04-24'],
  ['Asia/Tehran', '2022-03-22'],
  ['Australia/Lord_Howe', '2026-04-05'],
  ['Pacific/Apia', '2011-12-30'],
  ['Pacific/Fakaofo', '2011-12-30'],
  ['UTC', '2028-02-29'],
];

const midnightOf = (text: string): number => Date.parse(`${text}T00:00:00Z`);

const checkPeriod = (calendar: Calendar, now: number): void => {
  const { zone = 'UTC' } = calendar;
  const { beginsAt, endsAt } = new CalendarSpan(calendar).at(now);
  expect(beginsAt).to.be.at.most(now);
  expect(endsAt).to.be.above(now);
  for (const border of [beginsAt, endsAt]) {
    // A date on which a window begins was reached at that moment, and not a second before.
    const reached = datesAfter(shown(zone, border - 1_000), shown(zone, border));
    expect(
      reached.some((date) => begins(calendar, date)),
      `${zone} ${new Date(border).toISOString()}`,
    ).to.equal(true);
  }
  // In between, no other window begins.
  const inside = datesAfter(shown(zone, beginsAt), shown(zone, endsAt - 1));
  expect(inside.filter((date) => begins(calendar, date))).to.deep.equal([]);
};

describe('The windows of a calendar', () => {
  it('begin and end where Intl shows the next date, in every zone', () => {
    fc.assert(
      fc.property(CALENDAR, MOMENT, (calendar, now) => checkPeriod(calendar, now)),
      { numRuns: 300 },
    );
  });

  it('lie side by side: each begins where the one before ends', () => {
    fc.assert(
      fc.property(CALENDAR, MOMENT, (calendar, now) => {
        const span = new CalendarSpan(calendar);
        const { beginsAt, endsAt } = span.at(now);
        expect(span.at(endsAt).beginsAt).to.equal(endsAt);
        expect(span.at(endsAt - 1)).to.deep.equal({ beginsAt, endsAt });
        expect(span.at(beginsAt)).to.deep.equal({ beginsAt, endsAt });
      }),
      { numRuns: 300 },
    );
  });

  for (const [zone, night] of NIGHTS) {
    it(`are right in every half hour around the night of ${night} in ${zone}`, () => {
      const from = midnightOf(night) - 30 * HOUR_MS;
      for (const each of ['day', 'month'] as const) {
        let last = Number.NEGATIVE_INFINITY;
        for (let now = from; now < from + 60 * HOUR_MS; now += 30 * MINUTE_MS) {
          checkPeriod({ each, zone, ...(each === 'month' && { from: dayOf(night) }) }, now);
          const { beginsAt } = new CalendarSpan({ each, zone }).at(now);
          expect(beginsAt, 'no window comes back').to.be.at.least(last);
          last = beginsAt;
        }
      }
    });
  }

  for (const [calendar, now, beginsAt, endsAt] of [
    [{ each: 'day' }, '2026-03-08T12:00Z', '2026-03-08T00:00Z', '2026-03-09T00:00Z'],
    // 23 hours, then 25 hours.
    [{ each: 'day', zone: 'America/Los_Angeles' }, '2026-03-08T12:00Z', '2026-03-08T08:00Z', '2026-03-09T07:00Z'],
    [{ each: 'day', zone: 'America/Los_Angeles' }, '2026-11-01T12:00Z', '2026-11-01T07:00Z', '2026-11-02T08:00Z'],
    // Midnight is left out: the day begins at one.
    [{ each: 'day', zone: 'Asia/Beirut' }, '2026-03-29T05:00Z', '2026-03-28T22:00Z', '2026-03-29T21:00Z'],
    // Midnight comes twice: the day begins with the first.
    [{ each: 'day', zone: 'America/Havana' }, '2026-11-01T05:30Z', '2026-11-01T04:00Z', '2026-11-02T05:00Z'],
    // The 30th was left out.
    [{ each: 'day', zone: 'Pacific/Apia' }, '2011-12-30T09:59Z', '2011-12-29T10:00Z', '2011-12-30T10:00Z'],
    [{ each: 'day', zone: 'Pacific/Apia' }, '2011-12-30T10:00Z', '2011-12-30T10:00Z', '2011-12-31T10:00Z'],
    // 2026-03-05 is a Thursday; 2026-03-02 a Monday.
    [{ each: 'week' }, '2026-03-08T12:00Z', '2026-03-02T00:00Z', '2026-03-09T00:00Z'],
    [{ each: 'week', from: '2026-03-05' }, '2026-03-04T12:00Z', '2026-02-26T00:00Z', '2026-03-05T00:00Z'],
    [{ each: 'month' }, '2028-02-29T12:00Z', '2028-02-01T00:00Z', '2028-03-01T00:00Z'],
    // 31 in shorter months.
    [{ each: 'month', from: 31 }, '2026-02-27T23:59Z', '2026-01-31T00:00Z', '2026-02-28T00:00Z'],
    [{ each: 'month', from: 31 }, '2026-02-28T00:00Z', '2026-02-28T00:00Z', '2026-03-31T00:00Z'],
    [{ each: 'month', from: 30 }, '2028-02-29T00:00Z', '2028-02-29T00:00Z', '2028-03-30T00:00Z'],
    [{ each: 'month', from: 31 }, '2026-04-30T12:00Z', '2026-04-30T00:00Z', '2026-05-31T00:00Z'],
    [{ each: 'month', from: 15 }, '2026-01-03T12:00Z', '2025-12-15T00:00Z', '2026-01-15T00:00Z'],
  ] as const) {
    it(`at ${now}, ${calendarWords(calendar)}: from ${beginsAt} to ${endsAt}`, () => {
      const period = new CalendarSpan(calendar).at(Date.parse(now));
      expect(period).to.deep.equal({ beginsAt: Date.parse(beginsAt), endsAt: Date.parse(endsAt) });
    });
  }

  it('are described in words', () => {
    expect(calendarWords({ each: 'day', zone: 'America/Los_Angeles' })).to.equal('each day (Los Angeles)');
    expect(calendarWords({ each: 'day' })).to.equal('each day (UTC)');
    expect(calendarWords({ each: 'week', from: '2026-03-05' })).to.equal('each week from Thursday (UTC)');
    expect(calendarWords({ each: 'month', from: 15, zone: 'Europe/Berlin' })).to.equal(
      'each month from day 15 (Berlin)',
    );
  });

  it('refuse a zone that does not exist, and a beginning that is none', () => {
    expect(() => new CalendarSpan({ each: 'day', zone: 'Mars/Base' })).to.throw('"Mars/Base" is not a time zone');
    expect(() => new CalendarSpan({ each: 'month', from: 32 })).to.throw('"32" is not a day');
    expect(() => new CalendarSpan({ each: 'week', from: 'soon' })).to.throw('"soon" is not a day');
  });
});
