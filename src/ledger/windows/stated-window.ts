import { FixedWindow } from './fixed-window.js';
import { RefillingWindow } from './refilling-window.js';
import type { SlidingWindow } from './sliding-window.js';
import type { Observation, Window } from './window.js';

/**
 * Returns the window that the first response of its kind describes.
 * @param spanMs the length of the window, where it is known
 * @param ownUses the log of own uses, which takes over when a window that looks fixed turns out to slide
 */
export const statedWindow = (
  observation: Observation,
  spanMs: number | undefined,
  ownUses: SlidingWindow | undefined,
): Window => {
  const { refills, limit } = observation;
  return refills && limit !== undefined && limit > 0
    ? new RefillingWindow(observation, limit, spanMs)
    : new FixedWindow(observation, spanMs, ownUses);
};
