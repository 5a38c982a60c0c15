import type { Need, Refusal, Reservation } from '../../ledger/ledger.js';
import type { Attempt, AttemptRecord, Repair } from '../../plugin/door/attempt.js';
import { ChainError } from '../../plugin/door/errors.js';
import { AttemptRunner } from '../attempt/attempt.js';
import type { EngineContext } from '../attempt/context.js';
import type { Answer, AttemptResult } from '../attempt/result.js';
import { NoOverlap } from '../causes.js';
import type { ResumableRequest } from '../resume/resumable-request.js';
import type { PreparedTarget } from '../target.js';
import type { Course } from './course.js';
import type { Grant, Queue } from './queue.js';
import { isRejectedByAll, isRejection, type Rejection, type RejectionAnswer, rejectionAnswer } from './rejection.js';
import { denied, exhausted, failed, refused, skipped, type TargetOutcome, unusable } from './trail.js';

/** An answer, and who gave it. */
export interface Found {
  /** Of a provider's refusal that is handed on: the target that refused. */
  readonly target: PreparedTarget;
  readonly answer: Answer | RejectionAnswer;
  /** The attempt as far as it has come. */
  readonly record: AttemptRecord;
}

/** Classes after which another try at the same target cannot end better for this request. */
const FINAL = new Set(['bad_request', 'too_large', 'moderation', 'not_found', 'auth']);
/** So many answers that do not join on show that the text proves nothing. */
const MOST_UNJOINED = 2;
const RETRIED = new Set(['overloaded', 'server_error']);

/** One request on its way down a chain. */
export class Walk {
  protected readonly dryRun: boolean = false;
  protected readonly parts: EngineContext;
  protected readonly queue: Queue;
  readonly #request: ResumableRequest;
  readonly #course: Course;
  /** In the chain's order: what came of each target last. */
  protected readonly trail = new Map<PreparedTarget, TargetOutcome>();
  /** The first target that found fault with the request itself. */
  #rejection: Rejection | undefined;
  /** Continuations that did not join on to what the caller has got. */
  #unjoined = 0;
  /** Monotonic; set when the first wait begins. */
  #waitUntil: number | undefined;

  constructor(parts: EngineContext, queue: Queue, request: ResumableRequest, course: Course) {
    this.parts = parts;
    this.queue = queue;
    this.#request = request;
    this.#course = course;
  }

  /**
   * @throws ChainError `chain_exhausted` when no target can answer within the chain's `maxWait`
   * @throws CallerGone when nobody waits for the answer any more
   */
  async run(): Promise<Found> {
    for (const target of this.#request.chain.targets) {
      const found = await this.#visit(target);
      if (found !== undefined) return found;
    }
    for (;;) {
      const rejected = this.#rejected();
      if (rejected !== undefined) return rejected;
      const found = await this.#wait();
      if (found !== undefined) return found;
    }
  }

  /** Asks one target, if it may be asked. */
  async #visit(target: PreparedTarget): Promise<Found | undefined> {
    const { hooks, ledger } = this.parts;
    if (target.unusable !== undefined) return this.#pass(unusable(target, target.unusable));
    if (this.#unjoined >= MOST_UNJOINED) return undefined;
    const attempt = this.#attempt(target);
    if (hooks.beforeAttempt.taps.length > 0) {
      const denial = await hooks.beforeAttempt.promise(attempt);
      if (denial !== undefined) return this.#pass(denied(target, denial, this.parts.clock.now()));
    }
    if (this.#request.caller.gone !== undefined) throw this.#request.caller.gone;
    if (this.queue.ahead(target) > 0) {
      const refusal = (await ledger.preview([{ target: target.id, need: this.needOf(target) }])).refusals[0];
      if (refusal !== undefined) return this.#patiently(target, refusal);
      const reason = 'awaited by requests that came earlier';
      return this.#pass(refused(target, { granted: false, code: 'quota', reason }));
    }
    const reservation = await this.reserve(target);
    return reservation.granted ? this.ask(target, reservation) : this.#patiently(target, reservation);
  }

  /** Rather waits for a better target than to spend the next one, where the chain says so and its reset is near. */
  async #patiently(target: PreparedTarget, refusal: Refusal): Promise<Found | undefined> {
    const { clock } = this.parts;
    this.#pass(refused(target, refusal));
    const left = this.#request.chain.patienceMs - this.#course.waitedMs;
    if (left <= 0 || refusal.retryAt === undefined || refusal.retryAt > clock.now() + left) return undefined;
    // Those who came earlier will have taken all of it.
    if (this.queue.ahead(target) >= (refusal.capacityAtRetry ?? Number.POSITIVE_INFINITY)) return undefined;
    const result = await this.waitFor([target], left);
    return typeof result === 'string' ? undefined : this.#granted(result.target, result.reservation);
  }

  /** Asks a target that has room, again in place where the chain says so, and once more if a repair may help. */
  protected async ask(target: PreparedTarget, first: Reservation): Promise<Found | undefined> {
    let reservation: Reservation | undefined = first;
    let retries = this.#request.chain.retries;
    let repairs: readonly Repair[] = [];
    while (reservation !== undefined) {
      const attempting = new AttemptRunner(this.parts, this.#request, target, this.#attempt(target), reservation);
      this.#course.attempts++;
      const result: AttemptResult = await attempting.run(repairs);
      this.#course.record(result.record);
      if (result.kind === 'served') {
        target.repairs.learn(repairs, this.#request.body);
        return { target, answer: result.answer, record: result.record };
      }
      this.#fail(target, result);
      const { failure } = result;
      if (failure.class === 'cancelled') throw failure.cause;
      if (failure.class === 'moderation' && this.#request.chain.onModeration === 'return')
        return this.#handOn(this.#rejection as Rejection);
      if (repairs.length === 0 && result.repairs.length > 0) repairs = result.repairs;
      else if (RETRIED.has(failure.class) && retries-- > 0) repairs = [];
      else return undefined;
      const answer: Reservation | Refusal = await this.reserve(target);
      reservation = answer.granted ? answer : undefined;
    }
    return undefined;
  }

  /** Nothing left: waits for the first target that a limit alone keeps back, and asks that one. */
  async #wait(): Promise<Found | undefined> {
    const { clock } = this.parts;
    const from = clock.monotonic();
    this.#waitUntil ??= from + this.#request.chain.maxWaitMs;
    const left = this.#waitUntil - from;
    if (this.#unjoined >= MOST_UNJOINED) throw exhausted(this.#request.chain, this.trail.values(), clock.now());
    const open = [...this.trail.values()].filter(
      (each) => !FINAL.has(each.class ?? '') && each.retryAt !== Number.POSITIVE_INFINITY,
    );
    const now = clock.now();
    const hopeful = open.some(({ limited, retryAt }) => limited && (retryAt === undefined || retryAt <= now + left));
    if (!hopeful || left <= 0) return this.#lastResort();
    const targets = open.map(({ target }) => target);
    const result = await this.waitFor(targets, left);
    if (typeof result !== 'string') return this.#granted(result.target, result.reservation);
    if (result === 'late') await this.#refresh();
    return this.#lastResort();
  }

  /** @throws why the caller is gone · ChainError `shutting_down` */
  protected async waitFor(targets: readonly PreparedTarget[], ms: number): Promise<Grant | 'late' | 'full'> {
    const { clock } = this.parts;
    const from = clock.monotonic();
    const { caller } = this.#request;
    const result = await this.queue.wait({
      targets,
      needOf: (target) => this.needOf(target),
      deniedUntil: (target) => this.trail.get(target)?.deniedUntil,
      ms,
      caller,
    });
    this.#course.waitedMs += clock.monotonic() - from;
    if (result === 'gone') throw caller.gone as Error;
    if (result === 'closed') {
      const message = '429chain is stopping; the request was still waiting for a target with free capacity.';
      throw new ChainError('shutting_down', message, { headers: { 'retry-after': '1' } });
    }
    return result;
  }

  protected needOf(target: PreparedTarget): Need {
    return this.parts.estimates.need(target.id, this.#request.size);
  }

  /** Awaits only what is a promise. */
  protected async reserve(target: PreparedTarget, skipProbation = false): Promise<Reservation | Refusal> {
    const asked = this.parts.ledger.reserve([{ target: target.id, need: this.needOf(target) }], { skipProbation });
    const { reservation, refusals } = asked instanceof Promise ? await asked : asked;
    return reservation ?? (refusals[0] as Refusal);
  }

  /** A target that was reserved in the queue; the hook has not been asked about it yet. */
  async #granted(target: PreparedTarget, reservation: Reservation): Promise<Found | undefined> {
    const { beforeAttempt } = this.parts.hooks;
    const denial = beforeAttempt.taps.length > 0 ? await beforeAttempt.promise(this.#attempt(target)) : undefined;
    if (denial === undefined) return this.ask(target, reservation);
    reservation.release();
    return this.#pass(denied(target, denial, this.parts.clock.now()));
  }

  /**
   * The time is up. Our own caution refuses nobody: a target that nothing is known against is asked all the same.
   * @throws ChainError `chain_exhausted` when there is none
   */
  async #lastResort(): Promise<Found | undefined> {
    for (const { target, onProbation } of [...this.trail.values()]) {
      if (!onProbation) continue;
      const answer = await this.reserve(target, true);
      if (!answer.granted) this.trail.set(target, refused(target, answer));
      else {
        const served = await this.#granted(target, answer);
        if (served !== undefined) return served;
      }
    }
    throw exhausted(this.#request.chain, this.trail.values(), this.parts.clock.now());
  }

  /** After a wait in vain: what keeps each target back by now. */
  async #refresh(): Promise<void> {
    for (const [target, { limited }] of this.trail) {
      if (!limited) continue;
      const [refusal] = (await this.parts.ledger.preview([{ target: target.id, need: this.needOf(target) }])).refusals;
      if (refusal !== undefined) this.trail.set(target, refused(target, refusal));
    }
  }

  #pass(verdict: TargetOutcome): undefined {
    this.trail.set(verdict.target, verdict);
    this.#course.record(skipped(this.#attempt(verdict.target), verdict));
    return undefined;
  }

  #fail(target: PreparedTarget, { failure, restsUntil, body, record }: AttemptResult & { kind: 'failed' }): void {
    if (failure.cause instanceof NoOverlap) this.#unjoined++;
    this.trail.set(target, failed(target, failure, restsUntil, this.parts.clock.now()));
    if (failure.cause instanceof NoOverlap) return;
    if (isRejection(failure.class) && (this.#rejection === undefined || failure.class === 'moderation')) {
      this.#rejection = { target, failure, body, record };
    }
  }

  /** Every target that was asked found fault with the request: asking or waiting longer cannot help. */
  #rejected(): Found | undefined {
    const rejects = this.#rejection !== undefined && isRejectedByAll([...this.trail.values()]);
    return rejects ? this.#handOn(this.#rejection as Rejection) : undefined;
  }

  /** The provider's refusal, as it came. */
  #handOn(rejection: Rejection): Found {
    return { target: rejection.target, answer: rejectionAnswer(rejection), record: rejection.record };
  }

  #attempt(target: PreparedTarget): Attempt {
    const { id, chain, stream } = this.#request;
    return {
      requestId: id,
      chain: chain.name,
      target: target.publicView,
      number: this.#course.attempts + 1,
      startedAt: this.parts.clock.now(),
      stream,
      estimatedTokens: this.needOf(target).tokens,
      dryRun: this.dryRun,
    };
  }
}
