import type { Repair } from '../plugin/door/attempt.js';
import { ChainError } from '../plugin/door/errors.js';
import { runAttempt } from './attempt/attempt.js';
import { silenceMsOf } from './attempt/context.js';
import type { AttemptResult } from './attempt/result.js';
import { COUNTED_BOUND, type Repairs } from './repairs.js';
import type { ResumableRequest } from './resume/resumable-request.js';
import type { PreparedTarget } from './target.js';
import type { AttemptCommand, Command, Reply, Wait, WaitReply } from './walk/commands.js';
import type { Queue } from './walk/queue.js';
import { deniedBy, type ReserveParts, reserve } from './walk/reserve.js';
import type { RequestTrace } from './walk/trace.js';
import { candidatesOf, viewOf, type WalkContext } from './walk/view.js';
import { Walk, type WalkEnd } from './walk/walk.js';

/**
 * Walks a request down its chain and carries out what the walk asks for: reserves, sends, waits. Awaits only promises.
 *
 * @throws CallerGone when the caller has left · ChainError `shutting_down`
 */
export const drive = async (
  context: WalkContext,
  queue: Queue,
  request: ResumableRequest,
  trace: RequestTrace,
): Promise<WalkEnd> => {
  const driver = new Driver(context, queue, request, trace);
  const steps = new Walk(request, driver.parts.view, trace).run();
  let step = steps.next(undefined as never);
  while (!step.done) {
    const command = step.value;
    // An attempt sees by itself that the caller is gone, and gives its reservation back.
    if (request.caller.gone !== undefined && command.do !== 'attempt') throw request.caller.gone;
    const carriedOut = driver.carryOut(command);
    const reply = carriedOut instanceof Promise ? await carriedOut : carriedOut;
    if (command.do === 'attempt') driver.attempted(command, reply as AttemptResult);
    step = steps.next(reply);
  }
  return step.value;
};

class Driver {
  readonly parts: ReserveParts;
  readonly #context: WalkContext;
  readonly #queue: Queue;
  readonly #request: ResumableRequest;
  readonly #trace: RequestTrace;

  constructor(context: WalkContext, queue: Queue, request: ResumableRequest, trace: RequestTrace) {
    this.#context = context;
    this.#queue = queue;
    this.#request = request;
    this.#trace = trace;
    const { ledger, hooks } = context;
    const view = viewOf(context, queue, request);
    const attemptAt = (target: PreparedTarget) => trace.attemptAt(target, view.needOf(target));
    this.parts = { hold: (candidates, options) => ledger.reserve(candidates, options), hooks, view, attemptAt };
  }

  carryOut(command: Command): Reply | Promise<Reply> {
    switch (command.do) {
      case 'reserve':
        return reserve(this.parts, command);
      case 'preview':
        return this.#context.ledger.preview(candidatesOf(this.parts.view, command.targets));
      case 'attempt':
        return this.#attempt(command);
      case 'wait':
        return this.#wait(command);
    }
  }

  #attempt({ grant: { target, reservation }, repairs }: AttemptCommand): Promise<AttemptResult> {
    const attempt = this.parts.attemptAt(target);
    this.#trace.asked++;
    this.#context.onAsk?.(target);
    return runAttempt(this.#context, { request: this.#request, target, attempt, reservation, repairs });
  }

  /**
   * Notes how an attempt ended.
   * @throws the cause, if the caller left
   */
  attempted({ grant: { target }, repairs }: AttemptCommand, result: AttemptResult): void {
    this.#trace.attempted(result.record);
    this.#context.onAttempt?.(result.record);
    if (result.kind === 'served') this.#learn(target, repairs);
    else if (result.failure.class === 'cancelled') throw result.failure.cause;
  }

  #learn(target: PreparedTarget, repairs: readonly Repair[]): void {
    if (repairs.length === 0) return;
    this.#repairsOf(target).learn(repairs, this.#request.body);
    if (target.repairs.drops(COUNTED_BOUND)) this.#context.ledger.learnCountedBound(target.id);
  }

  /** Endpoints whose requests are not like those of chat learn for themselves. */
  #repairsOf({ repairs, endpoints }: PreparedTarget): Repairs {
    const { surface } = this.#request;
    return surface === undefined || surface.answers === 'choices' ? repairs : endpoints.repairs(surface.name);
  }

  #awaitLongWait(): NodeJS.Timeout | undefined {
    const { onLongWait } = this.#request;
    const silenceMs = silenceMsOf(this.#context);
    return onLongWait && setTimeout(onLongWait, Math.max(0, silenceMs - this.#trace.waitedMs));
  }

  async #wait({ targets, ms, notBefore }: Wait): Promise<WaitReply> {
    const { clock } = this.#context;
    const { caller } = this.#request;
    const { view } = this.parts;
    const from = clock.monotonic();
    const timer = this.#awaitLongWait();
    const result = await this.#queue.wait({ targets, needOf: (target) => view.needOf(target), notBefore, ms, caller });
    clearTimeout(timer);
    this.#trace.waitedMs += clock.monotonic() - from;
    switch (result) {
      case 'gone':
        throw caller.gone;
      case 'closed':
        throw new ChainError(
          'shutting_down',
          '429chain is stopping. The request was still waiting for free capacity.',
          {
            headers: { 'retry-after': '1' },
          },
        );
      case 'late':
      case 'full':
        return { kind: result };
      default: {
        const outcome = await deniedBy(this.parts, result);
        return outcome === undefined ? { kind: 'granted', grant: result } : { kind: 'denied', outcome };
      }
    }
  }
}
