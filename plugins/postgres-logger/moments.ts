import { LAST_MS } from '../request-log/days.js';

/** A moment that PostgreSQL can store, epoch ms. */
export const momentIn = (at: number): number => Math.max(0, Math.min(LAST_MS, at));

/** A moment for PostgreSQL, exact to the millisecond. */
export const dateIn = (at: number): string => new Date(momentIn(at)).toISOString();
