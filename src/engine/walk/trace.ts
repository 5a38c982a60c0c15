import type { Clock } from '../../clock.js';
import type { Need } from '../../ledger/ledger.js';
import type { Attempt, AttemptRecord, Outcome, Target, TokenUsage } from '../../plugin/door/attempt.js';
import type { ChainRequest } from '../request.js';
import type { CapturedContent } from '../stream/captured-content.js';
import type { PreparedTarget } from '../target.js';
import { type Failed, isLimit, isOnProbation, reasonOf, retryAtOf, type TargetOutcome } from './outcome.js';

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
  readonly #attempts: AttemptRecord[] = [];
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
    return {
      requestId: this.id,
      chain: this.#request?.chain.name ?? '',
      target: target.publicView,
      number: this.asked + 1,
      startedAt: this.#clock.now(),
      stream: this.#request?.stream ?? false,
      estimatedTokens: tokens,
      dryRun,
    };
  }

  /** A target was not asked. */
  skipped(outcome: Exclude<TargetOutcome, Failed>, need: Need): void {
    this.#attempts.push({
      outcome: 'skipped',
      attempt: this.attemptAt(outcome.target, need),
      durationMs: 0,
      reason: reasonOf(outcome),
      retryAt: retryAtOf(outcome),
      // Neither our own caution nor a hook's decision says what the provider would have answered.
      limited: isLimit(outcome) && outcome.kind !== 'denied' && !isOnProbation(outcome),
      signals: [],
      adapted: [],
    });
  }

  /** An attempt answered or failed. */
  attempted(record: AttemptRecord): void {
    this.#attempts.push(record);
  }

  /** A stream is over: its attempt lasted longer, and may have failed after all. */
  amend(before: AttemptRecord, after: AttemptRecord): void {
    this.#attempts[this.#attempts.indexOf(before)] = after;
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
    return {
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
      attempts: this.#attempts,
      content: content && (() => content.read()),
    };
  }
}
