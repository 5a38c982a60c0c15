import { FixedWindow } from './fixed-window.js';
import { RefillingWindow } from './refilling-window.js';
import { SlidingWindow } from './sliding-window.js';
import type { Window, WindowSnapshot } from './window.js';

/** The window that was kept over a restart. */
export const reviveWindow = (kept: WindowSnapshot, spanMs: number | undefined): Window => {
  if (kept.kind === 'fixed') return new FixedWindow(kept.remaining, kept.resetAt, kept.limit ?? undefined, spanMs);
  if (kept.kind === 'refilling') return new RefillingWindow(kept.level, kept.limit, kept.perMs, kept.at);
  const window = new SlidingWindow(kept.limit, spanMs ?? 60_000);
  for (const [expiresAt, units] of kept.uses) window.add(units, expiresAt);
  return window;
};
