import { uptime } from 'node:os';

/** The source of time, which tests can replace. */
export interface Clock {
  /** The wall clock in epoch ms, comparable with times from providers. */
  now(): number;
  /** Ms since an arbitrary start. Never jumps; use it to measure durations. */
  monotonic(): number;
}

/** A larger difference between the clocks means that the wall clock was set, or that the machine slept. */
const JUMP_MS = 5_000;
/** A wall clock that was set forward is believed after this long: until then it may be a mistake. */
const BELIEVED_AFTER_MS = 60_000;

/** How long one look at the wall clock is good for: a request asks for the time ten times. */
const LOOK_MS = 1;

/** How much slower the steady clock runs while the wall clock is behind it. */
const SLOWED = 2;

/**
 * Creates a steady wall clock, which never goes back. If the wall clock is set back, the steady clock runs at half speed until
 * both agree, so that no wait gets longer than twice. If the machine has slept, the steady clock follows, so that waits end. If the wall clock is set forward, the steady clock follows after
 * a minute, so that nothing is dated by a clock that is wrong for a moment.
 * @param awake ms since the machine was started, sleep included
 */
export const createSteadyClock = (
  wall: () => number,
  monotonic: () => number,
  awake: () => number = monotonic,
): Clock => {
  let offset = wall() - monotonic();
  /** What `awake` shows beyond `monotonic`, without sleep since. */
  let awakeOffset = awake() - monotonic();
  /** Since when the wall clock is ahead, as `monotonic` shows it. */
  let aheadSince: number | undefined;
  /** When the wall clock was looked at, as `monotonic` shows it. */
  let lastAt = monotonic();
  return {
    now: () => {
      const at = monotonic();
      if (at - lastAt < LOOK_MS) return Math.round(offset + at);
      const ahead = wall() - (offset + at);
      if (ahead < -JUMP_MS) offset -= (at - lastAt) / SLOWED;
      lastAt = at;
      if (ahead <= JUMP_MS) aheadSince = undefined;
      else {
        const sleptMs = awake() - (awakeOffset + at);
        aheadSince ??= at;
        if (Math.abs(ahead - sleptMs) <= JUMP_MS || at - aheadSince >= BELIEVED_AFTER_MS) {
          offset += ahead;
          aheadSince = undefined;
          awakeOffset += sleptMs;
        }
      }
      return Math.round(offset + at);
    },
    monotonic,
  };
};

export const systemClock: Clock = createSteadyClock(
  () => Date.now(),
  () => performance.now(),
  () => uptime() * 1_000,
);
