import type { Clock } from '../../clock.js';
import { freezeDeep } from '../../freeze.js';
import type { Need } from '../../ledger/ledger.js';
import type {
  Attempt,
  AttemptRecord,
  Outcome,
  SkippedAttempt,
  SkippedTarget,
  SkippedTogether,
  Target,
  TokenUsage,
} from '../../plugin/door/attempt.js';
import type { ChainRequest } from '../request.js';
import type { CapturedContent } from '../stream/collected/captured-content.js';
import type { PreparedTarget } from '../target.js';
import { type Skipped, skippedTarget } from './outcome.js';

/** How a request ended. */
export interface RequestEnd {
  /** What the caller got; 499 when it left first, 502 for a stream that broke off. */
  readonly status: number;
  readonly servedBy?: Target | undefined;
  readonly usage?: TokenUsage | undefined;
  /** The code of the error that 429chain itself answered with, such as `invalid_api_key`. */
  readonly refusal?: string | undefined;
}

/** A request before it is read. */
export interface Arrival {
  readonly id: string;
  /** Below a provider's base URL, such as `/chat/completions`. */
  readonly path: string;
  /** Returns the status that the caller gets for an error of 429chain. Default: the error's own. */
  readonly statusOf?: ((status: number, code: string) => number) | undefined;
}

/**
 * The story of one request, written once while it happens, from its arrival until its answer has left: every target that
 * was asked or skipped, how long it waited, how it ended. The log, the metrics, the live feed and the admin all read the
 * `Outcome` that is made of it. A request that is refused before the waterfall has one too.
 */
export class RequestTrace {
  /** Targets that were asked. */
  asked = 0;
  /** Time spent waiting for capacity, ms. */
  waitedMs = 0;
  /** How often another target continued a stream that broke off. */
  resumed = 0;
  /** Label of the caller's key; empty until the key was checked. */
  keyLabel = '';
  readonly id: string;
  readonly path: string;
  readonly #clock: Clock;
  readonly #startedAt: number;
  /** Epoch ms. */
  readonly #arrivedAt: number;
  readonly #steps: (AttemptRecord | Together)[] = [];
  #hasTogether = false;
  #request: ChainRequest | undefined;
  #content: CapturedContent | undefined;
  #firstTokenMs: number | undefined;
  readonly #statusOf: Arrival['statusOf'];
  readonly #onEnd: () => void;
  #ended = false;

  /** `onEnd` is called once, when the trace ends. */
  constructor(clock: Clock, { id, path, statusOf }: Arrival, onEnd: () => void = () => {}) {
    this.id = id;
    this.path = path;
    this.#clock = clock;
    this.#statusOf = statusOf;
    this.#onEnd = onEnd;
    this.#startedAt = clock.monotonic();
    this.#arrivedAt = clock.now();
  }

  /** The request was read and its chain found. `content` captures what is asked and answered, if a plugin wants it. */
  begin(request: ChainRequest, content?: CapturedContent): void {
    this.#request = request;
    this.keyLabel = request.keyLabel;
    this.#content = content;
  }

  /** Returns the attempt at `target` that is next, as hooks and records show it. */
  attemptAt(target: PreparedTarget, { tokens }: Need, dryRun = false): Attempt {
    return this.#attempt(target.publicView, tokens, this.#clock.now(), this.asked + 1, dryRun);
  }

  #attempt(target: Target, estimatedTokens: number, startedAt: number, number: number, dryRun = false): Attempt {
    return {
      requestId: this.id,
      chain: this.#request?.chain.name ?? '',
      target,
      number,
      startedAt,
      stream: this.#request?.stream ?? false,
      estimatedTokens,
      dryRun,
    };
  }

  /** A target was not asked. */
  skipped(outcome: Skipped, need: Need): void {
    this.#steps.push(recordOf(skippedTarget(outcome), this.attemptAt(outcome.target, need)));
  }

  /** The first targets of the chain were not asked. `tokensOf` returns what the request needs at one of them. */
  skippedTogether(targets: readonly SkippedTarget[], tokensOf: (index: number) => number): void {
    const startedAt = this.#clock.now();
    const number = this.asked + 1;
    const attempt = (index: number): Attempt =>
      this.#attempt((targets[index] as SkippedTarget).target, tokensOf(index), startedAt, number);
    this.#steps.push(
      new Together(targets, startedAt, () => targets.map((each, index) => recordOf(each, attempt(index)))),
    );
    this.#hasTogether = true;
  }

  /** An attempt answered or failed. */
  attempted(record: AttemptRecord): void {
    this.#steps.push(record);
  }

  /** A stream is over: its attempt lasted longer, and may have failed after all. */
  amend(before: AttemptRecord, after: AttemptRecord): void {
    this.#steps[this.#steps.indexOf(before)] = after;
  }

  /** The first real event of a streamed answer has come. */
  firstToken(): void {
    this.#firstTokenMs = this.#clock.monotonic() - this.#startedAt;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Ends the trace. Returns the story for plugins; `undefined` when it has ended before: the first end counts.
   */
  end({ status, servedBy, usage, refusal }: RequestEnd): Outcome | undefined {
    if (this.#ended) return undefined;
    this.#ended = true;
    this.#onEnd();
    const content = this.#content;
    const outcome: Omit<Outcome, 'attempts'> & { attempts?: readonly AttemptRecord[] } = {
      requestId: this.id,
      chain: this.#request?.chain.name ?? '',
      path: this.path,
      keyLabel: this.keyLabel,
      startedAt: this.#arrivedAt,
      status: refusal === undefined ? status : (this.#statusOf?.(status, refusal) ?? status),
      refusal,
      durationMs: this.#clock.monotonic() - this.#startedAt,
      waitedMs: this.waitedMs,
      stream: this.#request?.stream ?? false,
      servedBy,
      firstTokenMs: this.#firstTokenMs,
      usage,
      resumed: this.resumed,
      steps: this.#hasTogether ? this.#steps : undefined,
      content: content && (() => content.read()),
    };
    if (this.#hasTogether) Object.defineProperty(outcome, 'attempts', LATER);
    else outcome.attempts = this.#steps as AttemptRecord[];
    return outcome as Outcome;
  }
}

/** Targets that were skipped together. Their records are made when a plugin reads them. */
class Together implements SkippedTogether {
  readonly outcome = 'skipped together';
  readonly targets: readonly SkippedTarget[];
  readonly startedAt: number;
  readonly #records: () => readonly AttemptRecord[];

  constructor(targets: readonly SkippedTarget[], startedAt: number, records: () => readonly AttemptRecord[]) {
    this.targets = freezeDeep(targets);
    this.startedAt = startedAt;
    this.#records = records;
    // Plugins get it.
    Object.freeze(this);
  }

  get records(): readonly AttemptRecord[] {
    return this.#records();
  }
}

const recordOf = ({ reason, retryAt, limited }: SkippedTarget, attempt: Attempt): SkippedAttempt => ({
  outcome: 'skipped',
  attempt,
  durationMs: 0,
  reason,
  retryAt,
  limited,
  signals: NOTHING,
  adapted: NOTHING,
});

const NOTHING: readonly never[] = [];

const recordsOf = new WeakMap<readonly (AttemptRecord | SkippedTogether)[], readonly AttemptRecord[]>();

/** `attempts` stays a property like the others: copies and JSON of the outcome have it. One getter for all outcomes. */
const LATER = {
  enumerable: true,
  get(this: { readonly steps: readonly (AttemptRecord | Together)[] }): readonly AttemptRecord[] {
    const { steps } = this;
    const known = recordsOf.get(steps);
    if (known !== undefined) return known;
    const records = freezeDeep(steps.flatMap((step) => (step instanceof Together ? step.records : [step])));
    recordsOf.set(steps, records);
    return records;
  },
};
