/** The source of time, which tests can replace. */
export interface Clock {
  /** The wall clock in epoch ms, comparable with times from providers. */
  now(): number;
  /** Ms since an arbitrary start. Never jumps; use it to measure durations. */
  monotonic(): number;
}

/** A larger lead of the wall clock means that it was set forward, or that the machine slept. */
const JUMP_MS = 5_000;

/**
 * Creates a steady wall clock. If the wall clock is set back, the steady clock ignores it, so that no wait gets longer. If it
 * is set forward, the steady clock follows, so that waits end after the machine has slept.
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
