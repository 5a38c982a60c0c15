import type { BareRefusal, Learned, LearnerSnapshot, SharedLearning } from './learned.js';
import { ServedLog } from './served-log.js';

/** Windows that providers use. A minute is by far the most common, so it is assumed first. */
const WINDOWS = [1_000, 10_000, 60_000, 3_600_000, 86_400_000] as const;
const MINUTE = 2;
/** A "retry after" of up to a minute shows how long the window is; a longer one may have other reasons. */
const MAX_HINT_MS = WINDOWS[MINUTE];
/** Early probes after the first and second unexpected refusal: the window may be short. */
const PROBES = [4, 2];
/** Refusals in spite of room after which a shorter window is assumed. */
const CONTRADICTIONS = 3;
/** Refusals that are remembered. */
const MAX_REFUSALS = 32;
/** Step of growth that shows more than a trickle. */
const SEVERAL = 4;
/** Times that room returned long before the window was over, after which a shorter one is assumed. */
const EARLY_RETURNS = 3;
/** An attempt that is so many times larger than any that was served may be refused for its size. */
const MUCH_LARGER = 2;
/** A limit of an hour or longer that tests raised so many times was none. */
const DISPROVED = 4;
/** Tests are never further apart than this, or than one window. */
const MAX_TEST_WAIT_MS = 86_400_000;
/** Failed tests after which the wait for the next one no longer doubles. */
const MAX_DOUBLINGS = 5;

/**
 * Learns the limit on requests of a provider that states nothing but 429, from what it served before it refused. It tests
 * a learned limit upward now and then, and tries another window when the limit proves wrong.
 */
export class Learner {
  #served = new ServedLog();
  /** When attempts were refused recently, epoch ms. */
  #refusals: number[] = [];
  /** The provider was seen to count what it refuses. */
  countsRefused = false;
  #window = MINUTE;
  /** The longest window that was proven too short. */
  #refuted = -1;
  /** The most that was served within one window. */
  #proven = 0;
  #limit: number | undefined;
  /** How far the next success beyond the limit raises it. */
  #step = 1;
  #failedTests = 0;
  #testAt = Number.POSITIVE_INFINITY;
  #probesLeft = 0;
  #refusedAt = 0;
  #contradictions = 0;
  /** Unexpected refusals since the window last changed. */
  #surprises = 0;
  /** Times in a row that room was back within half a window after a refusal. */
  #earlyReturns = 0;
  /** The limit as the latest refusals taught it, before tests raised it. */
  #taught = 1;
  /** The most tokens that a served attempt needed. */
  #largest = 0;

  get learned(): Learned | undefined {
    return this.#limit === undefined ? undefined : { limit: this.#limit, windowMs: this.windowMs };
  }

  /** Tests showed that the long window with its limit is none: a refusal for another reason taught it. */
  get isDisproved(): boolean {
    return this.#window > MINUTE && this.#limit !== undefined && this.#limit > this.#taught * DISPROVED;
  }

  get windowMs(): number {
    return WINDOWS[this.#window] as number;
  }

  /** An attempt that needed `tokens` was served at `now`. Returns whether the learned limit has changed. */
  served(now: number, tokens: number): boolean {
    this.#served.add(now);
    this.#largest = Math.max(this.#largest, tokens);
    this.#probesLeft = 0;
    const count = this.count(now);
    this.#proven = Math.max(this.#proven, count);
    if (this.#limit === undefined || count < this.#limit) return false;
    const growing = this.#step > 1;
    if (count === this.#limit && !growing) return false;
    // A test has found room beyond the limit, and there may be more of it.
    this.#limit = count + this.#step;
    this.#step *= 2;
    // A single unit may have trickled in; several at once show that a window began.
    if (this.#step === SEVERAL) {
      this.#failedTests = 0;
      if (now - this.#refusedAt < this.windowMs / 2) this.#earlyReturns++;
    }
    this.#postponeTest(now);
    return true;
  }

  /**
   * An attempt was refused. What was served until now is the limit; what contradicts the learned limit changes the window.
   * @returns whether to trust the learned limit now and to wait until it has room
   */
  refused(now: number, { expected, hintMs, inFlight, tokens }: BareRefusal): boolean {
    // A limit on tokens is more likely the reason than one on requests.
    if (this.#largest > 0 && tokens > this.#largest * MUCH_LARGER) return false;
    if (hintMs !== undefined) this.#refuteShorterThan(Math.min(hintMs, MAX_HINT_MS), now);
    const count = this.count(now) + inFlight;
    if (this.#limit === undefined && count === 0) return false;
    if (!expected && this.#refusalsExplain(count, now)) this.countsRefused = true;
    else if (!expected) this.#learn(count, now);
    this.#refusals = [...this.#refusals.slice(1 - MAX_REFUSALS), now];
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
    this.#failedTests = Math.min(this.#failedTests + 1, MAX_DOUBLINGS);
    this.#postponeTest(now);
    return true;
  }

  /** Room that returns only after `ms` belongs to a window of at least that length. */
  #refuteShorterThan(ms: number, now: number): void {
    const shorter = WINDOWS.findLastIndex((windowMs) => windowMs < ms);
    this.#refuted = Math.max(this.#refuted, shorter);
    if (this.#window > this.#refuted) return;
    if (this.#limit === undefined) this.#window = this.#refuted + 1;
    else this.#use(this.#refuted + 1, now);
  }

  /** Fewer were served than the limit allows; together with the refused ones they reach it. */
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
      // The window before served far more than this, or room returned early or was missing repeatedly: a shorter window
      // must be full. Half as much, or a single time, is no proof: two fixed windows lie side by side.
      this.#use(shorter, now);
    } else {
      this.#limit = Math.max(1, count);
      this.#proven = this.#limit;
      this.#taught = this.#limit;
    }
  }

  #seemsShorter(count: number): boolean {
    if (this.#limit !== undefined && count < this.#limit) this.#contradictions++;
    return this.#earlyReturns >= EARLY_RETURNS || this.#contradictions >= CONTRADICTIONS || count < this.#proven / 2;
  }

  /**
   * Returns whether one attempt may go beyond the learned limit. It shows most once a shorter window would be over: right
   * after a burst, that one may be full as well.
   */
  mayTest(now: number): boolean {
    if (now < this.#testAt) return false;
    const quietMs = now - Math.max(this.#refusedAt, this.#served.last);
    return this.#probesLeft > 0 || quietMs >= (WINDOWS[this.#window - 1] ?? 0) || now >= this.#testAt + this.windowMs;
  }

  /** A test was sent; the next one waits until its window is over. */
  tested(now: number): void {
    this.#postponeTest(now);
  }

  /** Whether a refusal was seen that stated no limit. */
  get isActive(): boolean {
    return this.#limit !== undefined || this.#refusedAt > 0;
  }

  /** Other processes were served so many attempts. */
  servedElsewhere(count: number, now: number): void {
    for (let added = 0; added < count; added++) this.#served.add(now);
    this.#proven = Math.max(this.#proven, this.count(now));
  }

  /** Returns what `adopt` takes. What was served is not part of it. */
  share(): SharedLearning {
    return {
      limit: this.#limit ?? null,
      window: this.#window,
      refuted: this.#refuted,
      countsRefused: this.countsRefused,
      step: this.#step,
      failedTests: this.#failedTests,
      testAt: Number.isFinite(this.#testAt) ? this.#testAt : null,
      probesLeft: this.#probesLeft,
      refusedAt: this.#refusedAt,
      contradictions: this.#contradictions,
      surprises: this.#surprises,
      earlyReturns: this.#earlyReturns,
      taught: this.#taught,
    };
  }

  /** Takes over what another process learned. */
  adopt(shared: SharedLearning): void {
    const isOther = this.#window !== shared.window || this.#limit !== (shared.limit ?? undefined);
    this.#limit = shared.limit ?? undefined;
    this.#window = shared.window;
    this.#refuted = shared.refuted;
    this.countsRefused = shared.countsRefused;
    this.#step = shared.step;
    this.#failedTests = shared.failedTests;
    this.#testAt = shared.testAt ?? Number.POSITIVE_INFINITY;
    this.#probesLeft = shared.probesLeft;
    this.#refusedAt = shared.refusedAt;
    this.#contradictions = shared.contradictions;
    this.#surprises = shared.surprises;
    this.#earlyReturns = shared.earlyReturns;
    this.#taught = shared.taught;
    if (isOther && this.#limit !== undefined) this.#proven = this.#limit;
  }

  /** Returns a learner that remembers what was served and nothing else. */
  forget(): Learner {
    const learner = new Learner();
    learner.#served = this.#served;
    learner.#largest = this.#largest;
    return learner;
  }

  /** Returns what `revive` takes; `undefined` when nothing was learned. */
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
    learner.#served = new ServedLog(served.map((at) => Math.min(at, now)));
    learner.#limit = limit;
    learner.#window = window;
    learner.#refuted = refuted;
    learner.countsRefused = countsRefused;
    learner.#proven = proven;
    learner.#taught = limit;
    learner.#postponeTest(now);
    return learner;
  }

  /** Returns how many attempts were served within the window that ends at `now`. */
  count(now: number): number {
    return this.#served.countAfter(now - this.windowMs);
  }

  /** Returns when each attempt that still counts was counted, epoch ms. */
  recent(now: number): readonly number[] {
    const served = this.#served.after(now - this.windowMs);
    if (!this.countsRefused) return served;
    return [...served, ...this.#refusals.filter((at) => at > now - this.windowMs)].sort((one, other) => one - other);
  }

  #use(window: number, now: number): void {
    this.#window = window;
    this.#limit = Math.max(1, this.count(now));
    this.#proven = this.#limit;
    this.#taught = this.#limit;
    this.#failedTests = 0;
    this.#earlyReturns = 0;
    this.#surprises = 0;
    this.#contradictions = 0;
  }

  #postponeTest(now: number): void {
    this.#testAt = now + Math.min(this.windowMs * 2 ** this.#failedTests, MAX_TEST_WAIT_MS);
  }
}
