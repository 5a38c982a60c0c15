import { setTimeout as pause } from 'node:timers/promises';

/** Longer than any awaited condition takes, and shorter than a test's timeout. */
const LONGEST_MS = 60_000;

/** Resolves when `condition` holds. */
export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  const startedAt = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedAt > LONGEST_MS) throw new Error(`It never came about: ${condition}`);
    // Not the global timer, which tests replace. The pause leaves time for the condition to become true.
    await pause(2);
  }
};
