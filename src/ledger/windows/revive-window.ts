import type { CalendarSpan } from './calendar.js';
import { CalendarWindow } from './calendar-window.js';
import { FixedWindow } from './fixed-window.js';
import { RefillingWindow } from './refilling-window.js';
import { SlidingWindow } from './sliding-window.js';
import type { Window, WindowSnapshot } from './window.js';

/**
 * Returns the window that a snapshot holds.
 * @param spanMs the length of the window, where it is known
 * @param ownUses the log of own uses, which takes over when a fixed window turns out to slide
 * @param calendar the calendar of the quota, if it has one
 * @throws when the snapshot is that of a calendar window and `calendar` is missing
 */
export const reviveWindow = (
  snapshot: WindowSnapshot,
  spanMs: number | undefined,
  ownUses: SlidingWindow | undefined,
  calendar: CalendarSpan | undefined,
): Window => {
  if (snapshot.kind === 'calendar') {
    if (calendar === undefined) throw new Error('a quota lacks its calendar');
    return CalendarWindow.revive(snapshot, calendar);
  }
  if (snapshot.kind === 'sliding') return SlidingWindow.revive(snapshot, spanMs);
  if (snapshot.kind === 'refilling') return RefillingWindow.revive(snapshot, spanMs);
  return FixedWindow.revive(snapshot, spanMs, ownUses);
};
