import { ServedLog } from './served-log.js';

/** Windows that providers use. A minute is by far the commonest, so that is what is believed first. */
const WINDOWS = [1_000, 10_000, 60_000, 3_600_000, 86_400_000] as const;
const MINUTE = 2;
/** A claim to come again after more than a minute may be made of anything; up to there it tells of the window. */
const TELLING_MS = WINDOWS[MINUTE];
/** The first refusals that nobody expected are followed by so many early probes each: the window may be a short one. */
const PROBES = [4, 2];
/** So many times must a refusal come although there should have been room, until a shorter window is believed. */
const CONTRADICTIONS = 3;
/** Refusals that are remembered. */
const REFUSALS = 32;
/** Steps of growth that show more than a trickle. */
const SEVERAL = 4;
/** So many times must room come back long before the window is over, until a shorter one is believed. */
const EARLY_RETURNS = 3;
/** After so many tests in vain the next one is put off no further. */
const MOST_DOUBLINGS = 5;

/** What bare refusals have taught: at most `limit` requests in any `windowMs`. */
export interface Learned {
  readonly limit: number;
  readonly windowMs: number;
}

/** A 429 that told no limit. */
export interface BareRefusal {
  /** The attempt went beyond the learned limit, as a test. */
  readonly expected: boolean;
  /** In so many ms there would be room again, as the provider said; no early probe is needed then. */
  readonly hintMs: number | undefined;
  /** Attempts that the provider has not answered yet: it has let them in before, for all that is known. */
  readonly inFlight: number;
}

/** A lesson as it is kept over a restart. */
export interface LearnerSnapshot {
  readonly limit: number;
  /** Indices of windows. */
  readonly window: number;
  readonly refuted: number;
  readonly countsRefused: boolean;
  readonly proven: number;
  /** Epoch ms. */
  readonly served: readonly number[];
}

/**
 * Learns the requests limit of a provider that tells nothing but 429: from what it served before it refused. A learned
 * limit is tested upward now and then, and given up for another window when it proves wrong.
 */
export class Learner {
  #served = new ServedLog();
  /** When attempts were refused of late. */
  #refusals: number[] = [];
  /** It was seen to count what it refuses. */
  countsRefused = false;
  #window = MINUTE;
  /** A window as short as this one has been refuted. */
  #refuted = -1;
  /** The most that was served within the present window. */
  #proven = 0;
  #limit: number | undefined;
  /** How much further the limit is moved by the next success beyond it. */
  #step = 1;
  #testsInVain = 0;
  #testAt = Number.POSITIVE_INFINITY;
  #probesLeft = 0;
  #refusedAt = 0;
  #contradictions = 0;
  /** Refusals that nobody expected, since the window was last changed. */
  #surprises = 0;
  /** How often, in a row, room was back within half a window after a refusal. */
  #earlyReturns = 0;

  get learned(): Learned | undefined {
    return this.#limit === undefined ? undefined : { limit: this.#limit, windowMs: this.windowMs };
  }

  get windowMs(): number {
    return WINDOWS[this.#window] as number;
  }

  /** An attempt was served at `now`. @returns whether what was learned has changed. */
  served(now: number): boolean {
    this.#served.add(now);
    this.#probesLeft = 0;
    const count = this.count(now);
    this.#proven = Math.max(this.#proven, count);
    if (this.#limit === undefined || count < this.#limit) return false;
    const growing = this.#step > 1;
    if (count === this.#limit && !growing) return false;
    // More than was thought to be possible: a test has found room, and there may be more of it.
    this.#limit = count + this.#step;
    this.#step *= 2;
    // One unit may have trickled in; several at once are a window that began anew.
    if (this.#step === SEVERAL && now - this.#refusedAt < this.windowMs / 2) this.#earlyReturns++;
    this.#putOff(now);
    return true;
  }

  /**
   * A bare 429. What was served until then is the limit; what contradicts an earlier lesson changes the window.
   * @returns whether it is best to believe the lesson now, and to wait until it says that there is room
   */
  refused(now: number, { expected, hintMs, inFlight }: BareRefusal): boolean {
    if (hintMs !== undefined) this.#refuteShorterThan(Math.min(hintMs, TELLING_MS), now);
    const count = this.count(now) + inFlight;
    if (this.#limit === undefined && count === 0) return false;
    if (!expected && this.#refusalsExplain(count, now)) this.countsRefused = true;
    else if (!expected) this.#learn(count, now);
    this.#refusals = [...this.#refusals.slice(1 - REFUSALS), now];
    this.#refusedAt = now;
    this.#step = 1;
    if (hintMs !== undefined) this.#probesLeft = 0;
    else if (!expected) this.#probesLeft = PROBES[this.#surprises++] ?? 0;
    else if (this.#probesLeft > 0) this.#probesLeft--;
    if (this.#probesLeft > 0) {
      this.#testAt = now;
      return false;
    }
    this.#earlyReturns = 0;
    if (expected) this.#contradictions = 0;
    this.#testsInVain = Math.min(this.#testsInVain + 1, MOST_DOUBLINGS);
    this.#putOff(now);
    return true;
  }

  /** Room that comes back only after `ms` was taken by a window that is no shorter. */
  #refuteShorterThan(ms: number, now: number): void {
    const shorter = WINDOWS.findLastIndex((windowMs) => windowMs < ms);
    this.#refuted = Math.max(this.#refuted, shorter);
    if (this.#window > this.#refuted) return;
    if (this.#limit === undefined) this.#window = this.#refuted + 1;
    else this.#use(this.#refuted + 1, now);
  }

  /** Less was served than the limit; with what was refused meanwhile it makes up the limit. */
  #refusalsExplain(count: number, now: number): boolean {
    if (this.#limit === undefined || this.countsRefused || count >= this.#limit || this.#earlyReturns > 0) return false;
    return count + this.#refusals.filter((at) => at > now - this.windowMs).length >= this.#limit;
  }

  #learn(count: number, now: number): void {
    const shorter = this.#window - 1;
    if (this.#limit !== undefined && count === 0 && this.#window < WINDOWS.length - 1) {
      // Refused although nothing was served for a whole window: it must be longer.
      this.#refuted = this.#window;
      this.#use(this.#window + 1, now);
    } else if (this.#seemsShorter(count) && shorter > this.#refuted) {
      // Far more than this was served within the window before, or room was back early, or missing, again and again: what
      // is full must be a shorter one. Half of it, or once, is no proof: a fixed window's end and the next one's start
      // lie side by side.
      this.#use(shorter, now);
    } else {
      this.#limit = Math.max(1, count);
      this.#proven = this.#limit;
    }
  }

  #seemsShorter(count: number): boolean {
    if (this.#limit !== undefined && count < this.#limit) this.#contradictions++;
    return this.#earlyReturns >= EARLY_RETURNS || this.#contradictions >= CONTRADICTIONS || count < this.#proven / 2;
  }

  /**
   * Is it time for one attempt beyond the learned limit? It tells most when a shorter window would be over: right after
   * a burst, what is full may be that one as well as ours.
   */
  mayTest(now: number): boolean {
    if (now < this.#testAt) return false;
    const quietMs = now - Math.max(this.#refusedAt, this.#served.last);
    return this.#probesLeft > 0 || quietMs >= (WINDOWS[this.#window - 1] ?? 0) || now >= this.#testAt + this.windowMs;
  }

  /** One was sent; the next may come when its window is over. */
  tested(now: number): void {
    this.#putOff(now);
  }

  /** Absent when nothing was learned. */
  snapshot(now: number): LearnerSnapshot | undefined {
    if (this.#limit === undefined) return undefined;
    return {
      limit: this.#limit,
      window: this.#window,
      refuted: this.#refuted,
      countsRefused: this.countsRefused,
      proven: this.#proven,
      served: this.recent(now),
    };
  }

  static revive({ limit, window, refuted, countsRefused, proven, served }: LearnerSnapshot, now: number): Learner {
    const learner = new Learner();
    learner.#served = new ServedLog(served);
    learner.#limit = limit;
    learner.#window = window;
    learner.#refuted = refuted;
    learner.countsRefused = countsRefused;
    learner.#proven = proven;
    learner.#putOff(now);
    return learner;
  }

  /** Attempts served within the present window. */
  count(now: number): number {
    return this.#served.countAfter(now - this.windowMs);
  }

  /** When each attempt that still counts was counted. */
  recent(now: number): readonly number[] {
    const served = this.#served.after(now - this.windowMs);
    if (!this.countsRefused) return served;
    return [...served, ...this.#refusals.filter((at) => at > now - this.windowMs)].sort((one, other) => one - other);
  }

  #use(window: number, now: number): void {
    this.#window = window;
    this.#limit = Math.max(1, this.count(now));
    this.#proven = this.#limit;
    this.#testsInVain = 0;
    this.#earlyReturns = 0;
    this.#surprises = 0;
    this.#contradictions = 0;
  }

  #putOff(now: number): void {
    this.#testAt = now + this.windowMs * 2 ** this.#testsInVain;
  }
}
