import type { CalendarSpan } from './calendar.js';
import { CalendarWindow } from './calendar-window.js';
import { FixedWindow } from './fixed-window.js';
import { CLOCK_SKEW_MS, LONGEST_WINDOW_MS } from './plausible-signal.js';
import { RefillingWindow } from './refilling-window.js';
import { SlidingWindow } from './sliding-window.js';
import { UNNAMED_WINDOW_MS, type Window, type WindowSnapshot } from './window.js';

/**
 * Returns the window that a snapshot holds.
 * @param spanMs the length of the window, where it is known
 * @param ownUses the log of own uses, which takes over when a fixed window turns out to slide
 * @param calendar the calendar of the quota, if it has one
 * @param now a time that is later than the window allows is one window from now: the clock was wrong when it was saved
 * @throws Error when a number of the snapshot is impossible, since it could lock the scope for ever, or when the snapshot is that of a calendar window and `calendar` is missing
 */
export const reviveWindow = (
  snapshot: WindowSnapshot,
  spanMs: number | undefined,
  ownUses: SlidingWindow | undefined,
  calendar: CalendarSpan | undefined,
  now: number,
): Window => {
  if (!isPossible(snapshot)) throw new Error('a window has an impossible number');
  if (snapshot.kind === 'calendar') {
    if (calendar === undefined) throw new Error('a quota lacks its calendar');
    const endsAt = Math.min(snapshot.endsAt, calendar.at(now).endsAt);
    return CalendarWindow.revive({ ...snapshot, endsAt }, calendar);
  }
  if (snapshot.kind === 'sliding') {
    const latest = now + (spanMs ?? UNNAMED_WINDOW_MS);
    const uses = snapshot.uses.map(([expiresAt, units]) => [Math.min(expiresAt, latest), units] as const);
    return SlidingWindow.revive({ ...snapshot, uses }, spanMs);
  }
  if (snapshot.kind === 'refilling') {
    return RefillingWindow.revive({ ...snapshot, at: Math.min(snapshot.at, now) }, spanMs);
  }
  const latest = now + (spanMs ?? LONGEST_WINDOW_MS) + CLOCK_SKEW_MS;
  return FixedWindow.revive({ ...snapshot, resetAt: Math.min(snapshot.resetAt, latest) }, spanMs, ownUses);
};

/** A limit is above 0, and everything is a number. `null` stands for unknown. */
const isPossible = ({ kind, ...fields }: WindowSnapshot): boolean => {
  const { limit, uses = [], ...others } = fields as Readonly<Record<string, unknown>>;
  const numbers = [limit, ...Object.values(others), ...(uses as readonly (readonly unknown[])[]).flat()];
  const isValid = numbers.every((each) => each === null || Number.isFinite(each));
  return isValid && (limit === null || (limit as number) > 0);
};
