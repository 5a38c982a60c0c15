import type { Usage } from '../../ledger/ledger.js';
import type { AttemptRecord, Outcome, Target, TokenUsage } from '../../plugin/door/attempt.js';
import type { EngineContext } from '../attempt/context.js';
import type { ResumableRequest } from '../resume/resumable-request.js';
import type { CapturedContent } from '../stream/captured-content.js';

/** What happens to one request, from its arrival until its answer has left: told to plugins when it is over. */
export class Course {
  /** Targets that were asked so far. */
  attempts = 0;
  /** Time spent waiting for capacity, ms. */
  waitedMs = 0;
  /** How often another target took up a stream that broke. */
  resumed = 0;
  readonly #parts: EngineContext;
  readonly #request: ResumableRequest;
  readonly #startedAt: number;
  /** Epoch ms. */
  readonly #arrivedAt: number;
  #firstTokenMs: number | undefined;
  readonly #attempts: AttemptRecord[] = [];
  readonly #onOver: () => void;
  readonly #content: CapturedContent | undefined;

  constructor(parts: EngineContext, request: ResumableRequest, onOver: () => void, content?: CapturedContent) {
    this.#parts = parts;
    this.#request = request;
    this.#startedAt = parts.clock.monotonic();
    this.#arrivedAt = parts.clock.now();
    this.#onOver = onOver;
    this.#content = content;
  }

  record(tried: AttemptRecord): void {
    this.#attempts.push(tried);
  }

  /** A stream has ended: its attempt lasted longer, and perhaps failed after all. */
  amend(before: AttemptRecord, after: AttemptRecord): void {
    this.#attempts[this.#attempts.indexOf(before)] = after;
  }

  /** Something real of a streamed answer has come. */
  begin(): void {
    this.#firstTokenMs = this.#parts.clock.monotonic() - this.#startedAt;
  }

  /** To be called once. `status` is what the caller got, 499 when it left, 502 for a stream that broke. */
  finish(status: number, servedBy?: Target, usage?: Usage): void {
    const { afterResponse } = this.#parts.hooks;
    if (afterResponse.taps.length === 0) {
      this.#onOver();
      return;
    }
    const { id, chain, path, stream, keyLabel } = this.#request;
    const content = this.#content;
    const outcome: Outcome = {
      requestId: id,
      chain: chain.name,
      path,
      keyLabel,
      startedAt: this.#arrivedAt,
      status,
      durationMs: this.#parts.clock.monotonic() - this.#startedAt,
      waitedMs: this.waitedMs,
      stream,
      servedBy,
      firstTokenMs: this.#firstTokenMs,
      usage: servedBy === undefined ? undefined : this.#usageOf(servedBy, usage),
      resumed: this.resumed,
      attempts: this.#attempts,
      content: content && (() => content.read()),
    };
    // A plugin may still write when the request is over; nothing is closed under it.
    void afterResponse.promise(outcome).finally(this.#onOver);
  }

  #usageOf({ id }: Target, reported: Usage | undefined): TokenUsage {
    const usage = reported ?? this.#parts.estimates.likely(id, this.#request.size);
    return { ...usage, estimated: reported === undefined };
  }
}
