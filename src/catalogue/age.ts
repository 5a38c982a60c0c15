const DAY_MS = 86_400_000;
/** Free offers change within weeks. A fact that was read longer ago is shown as possibly out of date. */
const FRESH_DAYS = 60;

/** Returns how many whole days have passed since a day such as `2026-09-26` began, in UTC. `now`: epoch ms. */
export const daysSince = (date: string, now: number): number => Math.floor((now - Date.parse(date)) / DAY_MS);

/** Returns whether a fact of that day is older than 60 days. `now`: epoch ms. */
export const mayBeOutOfDate = (date: string, now: number): boolean => daysSince(date, now) > FRESH_DAYS;

/** Returns the first day on which a fact of that day is older than 60 days: `2026-11-26` for `2026-09-26`. */
export const outOfDateFrom = (date: string): string =>
  new Date(Date.parse(date) + (FRESH_DAYS + 1) * DAY_MS).toISOString().slice(0, 10);
