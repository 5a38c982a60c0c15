import type { Calendar } from '../../../src/contract/quota.js';
import type { Workload, WorldProvider } from '../world.js';

const WROTE = 'limits written down';

const LOS_ANGELES = 'America/Los_Angeles';

const provider = (id: string, requests: number, calendar: Calendar): WorldProvider => ({
  id,
  dialect: 'silent',
  models: ['m'],
  written: true,
  limits: [{ requests, ...calendar }],
});

/** A day, a week and a month that end in the same moment, and a limit that is never reached. */
const CALENDARS: readonly WorldProvider[] = [
  provider('daily', 60, { each: 'day', zone: LOS_ANGELES }),
  provider('weekly', 40, { each: 'week', zone: LOS_ANGELES, from: '2026-03-01' }),
  provider('monthly', 50, { each: 'month', zone: LOS_ANGELES, from: 8 }),
];

const OVER_CALENDARS = ['daily/m', 'weekly/m', 'monthly/m'];

/** Worlds of limits that no provider states and that the configuration holds: calendars, tokens of answers, units. */
export const DECLARED: readonly Workload[] = [
  {
    name: 'calendar',
    about: 'a day, a week and a month that end at midnight, in the night in which clocks go forward',
    providers: CALENDARS,
    chains: { default: OVER_CALENDARS },
    arrivals: { load: 1.3 },
    startsAt: '2026-03-08T07:17:23.456Z',
    minutes: 60,
    reach: { line: WROTE, yield: 95, wasted: 0 },
  },
  {
    name: 'calendar-autumn',
    about: 'days in three zones, in the night in which clocks go back, over 30 hours and a restart',
    providers: [
      provider('pacific', 300, { each: 'day', zone: LOS_ANGELES }),
      provider('havana', 300, { each: 'day', zone: 'America/Havana' }),
      provider('utc', 300, { each: 'day' }),
    ],
    chains: { default: ['pacific/m', 'havana/m', 'utc/m'] },
    arrivals: { load: 1.3 },
    startsAt: '2026-10-31T20:17:23.456Z',
    minutes: 1_800,
    restarts: [{ atMinute: 700, how: 'kill' }],
    // A kill loses what was counted in the half second before it.
    reach: { line: WROTE, yield: 95, wasted: 1 },
  },
  {
    name: 'calendar-leap',
    about: 'months that begin on the 29th and on the last day, at the end of a February with 29 days',
    providers: [
      provider('leap', 60, { each: 'month', from: 29 }),
      provider('last', 40, { each: 'month', from: 31 }),
      provider('daily', 50, { each: 'day' }),
    ],
    chains: { default: ['leap/m', 'last/m', 'daily/m'] },
    arrivals: { load: 1.3 },
    startsAt: '2028-02-28T23:17:23.456Z',
    minutes: 60,
    reach: { line: WROTE, yield: 95, wasted: 0 },
  },
  {
    name: 'answers-and-units',
    about: 'limits on tokens of answers, and on units by what a model costs',
    providers: [
      {
        id: 'answers',
        dialect: 'silent',
        models: ['m'],
        written: true,
        limits: [{ outputTokens: 6_000, per: '1m', counting: 'fixed' }],
      },
      {
        id: 'neurons',
        dialect: 'silent',
        models: ['m'],
        written: true,
        limits: [{ units: 60, cost: { request: 1, input: 0.5, output: 4 }, per: '1m', counting: 'sliding' }],
      },
      {
        id: 'dollars',
        dialect: 'silent',
        models: ['m'],
        written: true,
        limits: [{ units: 0.5, cost: { input: 0.002, output: 0.01 }, each: 'day' }],
      },
    ],
    chains: { default: ['answers/m', 'neurons/m', 'dollars/m'] },
    arrivals: { load: 0.85 },
    minutes: 60,
    reach: { line: WROTE, answered: 100, wasted: 0 },
  },
];
