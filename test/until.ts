import { setTimeout as pause } from 'node:timers/promises';

/** Longer than anything that is waited for takes, shorter than a test's own timeout. */
const LONGEST_MS = 60_000;

/** Resolves when `condition` holds. */
export const until = async (condition: () => boolean): Promise<void> => {
  const startedAt = performance.now();
  while (!condition()) {
    if (performance.now() - startedAt > LONGEST_MS) throw new Error(`It never came about: ${condition}`);
    // Not the timer that tests replace, and not so often that what is waited for gets no time to happen.
    await pause(2);
  }
};
