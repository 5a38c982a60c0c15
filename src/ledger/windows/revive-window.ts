import { FixedWindow } from './fixed-window.js';
import { RefillingWindow } from './refilling-window.js';
import { SlidingWindow } from './sliding-window.js';
import type { Window, WindowSnapshot } from './window.js';

/**
 * Returns the window that a snapshot holds.
 * @param spanMs the length of the window, where it is known
 * @param ownUses the log of own uses, which takes over when a fixed window turns out to slide
 */
export const reviveWindow = (
  snapshot: WindowSnapshot,
  spanMs: number | undefined,
  ownUses: SlidingWindow | undefined,
): Window => {
  if (snapshot.kind === 'sliding') return SlidingWindow.revive(snapshot, spanMs);
  if (snapshot.kind === 'refilling') return RefillingWindow.revive(snapshot, spanMs);
  return FixedWindow.revive(snapshot, spanMs, ownUses);
};
