/** Time as the code sees it, so that tests can turn it. */
export interface Clock {
  /** Wall clock, epoch ms: to compare with what providers say. */
  now(): number;
  /** Milliseconds from an arbitrary start that never jump: to measure spans. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
