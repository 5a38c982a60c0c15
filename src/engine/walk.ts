import type { Need, Refusal, Reservation } from '../ledger/ledger.js';
import type { Attempt, Outcome, Repair, Target, Try } from '../plugin/api.js';
import { type Answer, Attempting, type AttemptResult, type ChainRequest, type Parts, passedOver } from './attempt.js';
import { CallerGone } from './caller.js';
import type { Grant, Queue } from './queue.js';
import { isRejectedByAll, isRejection, type Rejection, type RejectionAnswer, rejectionAnswer } from './rejection.js';
import type { PreparedTarget } from './target.js';
import { denied, exhausted, failed, refused, unusable, type Verdicted } from './trail.js';

/** What the caller gets. */
export interface Served {
  /** Absent when the answer is a provider's refusal, handed on as it came. */
  readonly target: PreparedTarget;
  readonly attempts: number;
  readonly answer: Answer | RejectionAnswer;
  /** To be called once, when the answer is over. */
  readonly finish: (status: number, usage?: Outcome['usage']) => void;
}

/** Classes after which another try at the same target cannot end better for this request. */
const FINAL = new Set(['bad_request', 'too_large', 'moderation', 'not_found', 'auth']);
const RETRIED = new Set(['overloaded', 'server_error']);

/** One request on its way down a chain. */
export class Walk {
  readonly #parts: Parts;
  readonly #queue: Queue;
  readonly #request: ChainRequest;
  readonly #startedAt: number;
  /** In the chain's order: what came of each target last. */
  readonly #trail = new Map<PreparedTarget, Verdicted>();
  readonly #tries: Try[] = [];
  /** The first target that found fault with the request itself. */
  #rejection: Rejection | undefined;
  #attempts = 0;
  #waitedMs = 0;
  /** Monotonic; set when the first wait begins. */
  #waitUntil: number | undefined;

  readonly #onOver: () => void;

  constructor(parts: Parts, queue: Queue, request: ChainRequest, onOver: () => void) {
    this.#parts = parts;
    this.#queue = queue;
    this.#request = request;
    this.#onOver = onOver;
    this.#startedAt = parts.clock.monotonic();
  }

  async run(): Promise<Served> {
    try {
      for (const target of this.#request.chain.targets) {
        const served = await this.#visit(target);
        if (served !== undefined) return served;
      }
      for (;;) {
        const rejected = this.#rejected();
        if (rejected !== undefined) return rejected;
        const served = await this.#wait();
        if (served !== undefined) return served;
      }
    } catch (error) {
      this.#finish(error instanceof CallerGone ? 499 : ((error as { status?: number }).status ?? 500));
      throw error;
    }
  }

  /** Asks one target, if it may be asked. */
  async #visit(target: PreparedTarget): Promise<Served | undefined> {
    const { hooks, ledger } = this.#parts;
    if (target.unusable !== undefined) return this.#pass(unusable(target, target.unusable));
    const attempt = this.#attempt(target);
    if (hooks.beforeAttempt.taps.length > 0) {
      const denial = await hooks.beforeAttempt.promise(attempt);
      if (denial !== undefined) return this.#pass(denied(target, denial, this.#parts.clock.now()));
    }
    if (this.#request.caller.gone) throw new CallerGone();
    if (this.#queue.ahead(target) > 0) {
      const refusal = ledger.check(target.id, this.#needOf(target));
      if (refusal !== undefined) return this.#patiently(target, refusal);
      const reason = 'awaited by requests that came earlier';
      return this.#pass(refused(target, { granted: false, code: 'quota', reason }));
    }
    const reservation = await this.#reserve(target);
    return reservation.granted ? this.#ask(target, reservation) : this.#patiently(target, reservation);
  }

  /** Rather waits for a better target than to spend the next one, where the chain says so and its reset is near. */
  async #patiently(target: PreparedTarget, refusal: Refusal): Promise<Served | undefined> {
    const { clock } = this.#parts;
    this.#pass(refused(target, refusal));
    const left = this.#request.chain.patienceMs - this.#waitedMs;
    if (left <= 0 || refusal.retryAt === undefined || refusal.retryAt > clock.now() + left) return undefined;
    // Those who came earlier will have taken all of it.
    if (this.#queue.ahead(target) >= (refusal.roomThen ?? Number.POSITIVE_INFINITY)) return undefined;
    const result = await this.#waitFor([target], left);
    return typeof result === 'string' ? undefined : this.#granted(result.target, result.reservation);
  }

  /** Asks a target that has room, again in place where the chain says so, and once more if a repair may help. */
  async #ask(target: PreparedTarget, first: Reservation): Promise<Served | undefined> {
    let reservation: Reservation | undefined = first;
    let retries = this.#request.chain.retries;
    let repairs: readonly Repair[] = [];
    while (reservation !== undefined) {
      const attempting = new Attempting(this.#parts, this.#request, target, this.#attempt(target), reservation);
      this.#attempts++;
      const result: AttemptResult = await attempting.run(repairs);
      this.#tries.push(result.record);
      if (result.kind === 'served') {
        target.repairs.learn(repairs, this.#request.body);
        return this.#served(target, result.answer);
      }
      this.#fail(target, result);
      const { failure } = result;
      if (failure.class === 'cancelled') throw new CallerGone();
      if (failure.class === 'moderation' && this.#request.chain.onModeration === 'return') return this.#handOn();
      if (repairs.length === 0 && result.repairs.length > 0) repairs = result.repairs;
      else if (RETRIED.has(failure.class) && retries-- > 0) repairs = [];
      else return undefined;
      const answer: Reservation | Refusal = await this.#reserve(target);
      reservation = answer.granted ? answer : undefined;
    }
    return undefined;
  }

  /** Nothing left: waits for the first target that a limit alone keeps back, and asks that one. */
  async #wait(): Promise<Served | undefined> {
    const { clock } = this.#parts;
    const from = clock.monotonic();
    this.#waitUntil ??= from + this.#request.chain.maxWaitMs;
    const left = this.#waitUntil - from;
    const open = [...this.#trail.values()].filter(
      (each) => !FINAL.has(each.class ?? '') && each.retryAt !== Number.POSITIVE_INFINITY,
    );
    const now = clock.now();
    const hopeful = open.some(({ limited, retryAt }) => limited && (retryAt === undefined || retryAt <= now + left));
    if (!hopeful || left <= 0) return this.#lastResort();
    const targets = open.map(({ target }) => target);
    const result = await this.#waitFor(targets, left);
    if (typeof result !== 'string') return this.#granted(result.target, result.reservation);
    if (result === 'late') this.#refresh();
    return this.#lastResort();
  }

  /** @throws CallerGone */
  async #waitFor(targets: readonly PreparedTarget[], ms: number): Promise<Grant | 'late' | 'full'> {
    const { clock } = this.#parts;
    const from = clock.monotonic();
    const { caller } = this.#request;
    const result = await this.#queue.wait({
      targets,
      needOf: (target) => this.#needOf(target),
      deniedUntil: (target) => this.#trail.get(target)?.deniedUntil,
      ms,
      caller,
    });
    this.#waitedMs += clock.monotonic() - from;
    if (result === 'gone') throw new CallerGone();
    return result;
  }

  #needOf(target: PreparedTarget): Need {
    return this.#parts.estimates.need(target.id, this.#request.size);
  }

  /** Awaits only what is a promise. */
  async #reserve(target: PreparedTarget, bold = false): Promise<Reservation | Refusal> {
    const asked = this.#parts.ledger.reserve(target.id, this.#needOf(target), bold);
    return asked instanceof Promise ? await asked : asked;
  }

  /** A target that was reserved in the queue; the hook has not been asked about it yet. */
  async #granted(target: PreparedTarget, reservation: Reservation): Promise<Served | undefined> {
    const { beforeAttempt } = this.#parts.hooks;
    const denial = beforeAttempt.taps.length > 0 ? await beforeAttempt.promise(this.#attempt(target)) : undefined;
    if (denial === undefined) return this.#ask(target, reservation);
    reservation.release();
    return this.#pass(denied(target, denial, this.#parts.clock.now()));
  }

  /**
   * The time is up. Our own caution refuses nobody: a target that nothing is known against is asked all the same.
   * @throws ChainError `chain_exhausted` when there is none
   */
  async #lastResort(): Promise<Served | undefined> {
    for (const { target, cautious } of [...this.#trail.values()]) {
      if (!cautious) continue;
      const answer = await this.#reserve(target, true);
      if (!answer.granted) this.#trail.set(target, refused(target, answer));
      else {
        const served = await this.#granted(target, answer);
        if (served !== undefined) return served;
      }
    }
    throw exhausted(this.#request.chain, this.#trail.values(), this.#parts.clock.now());
  }

  /** After a wait in vain: what keeps each target back by now. */
  #refresh(): void {
    for (const [target, { limited }] of this.#trail) {
      if (!limited) continue;
      const refusal = this.#parts.ledger.check(target.id, this.#needOf(target));
      if (refusal !== undefined) this.#trail.set(target, refused(target, refusal));
    }
  }

  #pass(verdict: Verdicted): undefined {
    this.#trail.set(verdict.target, verdict);
    this.#tries.push(passedOver(this.#attempt(verdict.target), verdict));
    return undefined;
  }

  #fail(target: PreparedTarget, { failure, restsUntil, body }: AttemptResult & { kind: 'failed' }): void {
    this.#trail.set(target, failed(target, failure, restsUntil, this.#parts.clock.now()));
    if (isRejection(failure.class) && (this.#rejection === undefined || failure.class === 'moderation')) {
      this.#rejection = { target, failure, body };
    }
  }

  /** Every target that was asked found fault with the request: asking or waiting longer cannot help. */
  #rejected(): Served | undefined {
    const rejects = this.#rejection !== undefined && isRejectedByAll([...this.#trail.values()]);
    return rejects ? this.#handOn() : undefined;
  }

  /** The provider's refusal, as it came. */
  #handOn(): Served {
    const rejection = this.#rejection as Rejection;
    const finish: Served['finish'] = (status) => this.#finish(status);
    return { target: rejection.target, attempts: this.#attempts, answer: rejectionAnswer(rejection), finish };
  }

  #served(target: PreparedTarget, answer: Answer): Served {
    const finish: Served['finish'] = (status, usage) => this.#finish(status, target.shown, usage);
    return { target, attempts: this.#attempts, answer, finish };
  }

  #attempt(target: PreparedTarget): Attempt {
    const { id, chain, stream } = this.#request;
    return {
      requestId: id,
      chain: chain.name,
      target: target.shown,
      number: this.#attempts + 1,
      startedAt: this.#parts.clock.now(),
      stream,
      estimatedTokens: this.#needOf(target).tokens,
    };
  }

  #finish(status: number, servedBy?: Target, usage?: Outcome['usage']): void {
    const { afterResponse } = this.#parts.hooks;
    if (afterResponse.taps.length === 0) {
      this.#onOver();
      return;
    }
    const { id, chain, stream } = this.#request;
    const durationMs = this.#parts.clock.monotonic() - this.#startedAt;
    const outcome: Outcome = {
      requestId: id,
      chain: chain.name,
      status,
      durationMs,
      waitedMs: this.#waitedMs,
      stream,
      servedBy,
      usage,
      tries: this.#tries,
    };
    // A plugin may still write when the request is over; nothing is closed under it.
    void afterResponse.promise(outcome).finally(this.#onOver);
  }
}
