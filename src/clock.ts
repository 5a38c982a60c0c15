/** Time as the code sees it, so that tests can turn it. */
export interface Clock {
  /** Wall clock, epoch ms: to compare with what providers say. */
  now(): number;
  /** Milliseconds from an arbitrary start that never jump: to measure spans. */
  monotonic(): number;
}

/** A wall clock that is further ahead than this has been put forward, or the machine has slept. */
const JUMP_MS = 5_000;

/**
 * The wall clock, but steady: put back, it goes on as if nothing had happened, so that no span grows; put forward, it
 * follows, so that after a machine has slept what was waited for has come.
 */
export const createSteadyClock = (wall: () => number, monotonic: () => number): Clock => {
  let offset = wall() - monotonic();
  return {
    now: () => {
      const steady = offset + monotonic();
      const ahead = wall() - steady;
      if (ahead <= JUMP_MS) return Math.round(steady);
      offset += ahead;
      return Math.round(steady + ahead);
    },
    monotonic,
  };
};

export const systemClock: Clock = createSteadyClock(
  () => Date.now(),
  () => performance.now(),
);
