import { dateIn, startOfDate } from './zones.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The next full minute of the clock after `at`. Both are epoch ms. */
export const nextMinute = (at: number): number => at - (at % MINUTE_MS) + MINUTE_MS;

/** The next 00:00 UTC after `at`. Both are epoch ms. */
export const nextUtcMidnight = (at: number): number => at - (at % DAY_MS) + DAY_MS;

/** The next midnight after `at` in `timeZone`, an IANA name such as `America/Los_Angeles`. Both times are epoch ms. */
export const nextMidnightIn = (timeZone: string, at: number): number =>
  startOfDate(timeZone, dateIn(timeZone, at) + DAY_MS);
