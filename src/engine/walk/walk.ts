import type { AttemptRecord, Repair } from '../../plugin/door/attempt.js';
import type { Answer, AttemptResult } from '../attempt/result.js';
import type { ChainRequest } from '../request.js';
import type { PreparedTarget } from '../target.js';
import type { Grant, Replies, ReserveReply, Steps, Wait } from './commands.js';
import { Descent } from './descent.js';
import { type Ending, endingOf, worthWaitingFor } from './ending.js';
import { isDoubted, isLimit, isOnProbation, mayBeDoubted, refused, type TargetOutcome } from './outcome.js';
import { mayRetryInPlace, mayWaitPatiently } from './same-target.js';
import type { RequestTrace } from './trace.js';
import type { WalkView } from './view.js';
import { WalkOutcomes } from './walk-outcomes.js';

/** An answer, and the target that gave it. */
export interface Found {
  readonly kind: 'found';
  readonly target: PreparedTarget;
  readonly answer: Answer;
  /** The attempt as far as it has come. */
  readonly record: AttemptRecord;
}

/** How a walk ends. */
export type WalkEnd = Found | Ending;

const NOTHING_ASKED: ReserveReply = { kept: [] };

/** How often one target is asked again with a repaired request. */
const MOST_REPAIRED = 3;

/**
 * One request on its way down a chain: decisions only. `run` is a generator that yields what it wants done, and a driver
 * carries that out and hands back what came of it. A driver that only looks (`explain`) sees the very same decisions.
 */
export class Walk {
  readonly #request: ChainRequest;
  readonly #view: WalkView;
  readonly #trace: RequestTrace;
  readonly #outcomes: WalkOutcomes;
  /** Monotonic ms; set when the first wait begins. */
  #waitUntil: number | undefined;

  constructor(request: ChainRequest, view: WalkView, trace: RequestTrace) {
    this.#request = request;
    this.#view = view;
    this.#trace = trace;
    this.#outcomes = new WalkOutcomes(request, view, trace);
  }

  /** What became of a target; `undefined` when the walk has not reached it. */
  outcomeOf(target: PreparedTarget): TargetOutcome | undefined {
    return this.#outcomes.of(target);
  }

  /** Walks down the chain, then waits as long as that can help. */
  *run(): Steps<WalkEnd> {
    let end = yield* this.#descend();
    while (end === undefined) {
      const left = this.#waitLeft();
      const until = this.#view.now() + left;
      yield* this.#outcomes.lookAgain((outcome) => mayBeDoubted(outcome, until), isDoubted);
      const targets = worthWaitingFor(this.#outcomes.all, left, this.#view.now());
      if (targets.length === 0 || this.#outcomes.gaveUp) return yield* this.#lastResort();
      const reply = (yield { do: 'wait', targets, ms: left, notBefore: this.#notBefore }) as Replies['wait'];
      // The wait was in vain.
      if (reply.kind === 'late') yield* this.#outcomes.lookAgain(isLimit);
      if (reply.kind === 'late' || reply.kind === 'full') return yield* this.#lastResort();
      if (reply.kind === 'denied') this.#outcomes.skip(reply.outcome);
      else end = yield* this.#attempt(reply.grant);
    }
    return end;
  }

  /** Asks the targets in order, those with room only. */
  *#descend(): Steps<WalkEnd | undefined> {
    const { targets } = this.#request.chain;
    const descent = new Descent(this.#request, this.#view, this.#outcomes);
    descent.skipStart();
    while (descent.next < targets.length && !this.#outcomes.gaveUp) {
      const { claimed } = descent;
      if (claimed !== undefined) {
        const end = yield* this.#passClaimed(claimed);
        if (end !== undefined) return end;
        descent.next++;
        continue;
      }
      const part = descent.part(this.#patienceLeft > 0);
      const restVersion = this.#view.starts?.version ?? 0;
      const reply =
        part.usable.length === 0
          ? NOTHING_ASKED
          : ((yield { do: 'reserve', targets: part.usable, skipProbation: false }) as Replies['reserve']);
      descent.skipUntil(reply, part, restVersion);
      const { granted } = reply;
      const end =
        (granted && (yield* this.#attempt(granted))) ??
        (yield* this.#attemptPatiently(granted?.target ?? targets[part.end - 1]));
      if (end !== undefined) return end;
    }
    return undefined;
  }

  /** A target with room that earlier requests wait for is theirs. */
  *#passClaimed(target: PreparedTarget): Steps<WalkEnd | undefined> {
    const [refusal] = ((yield { do: 'preview', targets: [target] }) as Replies['preview']).refusals;
    const reason = 'waiting requests that came earlier go first';
    this.#outcomes.skip(refused(target, refusal ?? { granted: false, code: 'quota', reason }));
    return yield* this.#attemptPatiently(target);
  }

  /** With `patience`, attempts a target after each refusal that ends soon. */
  *#attemptPatiently(first: PreparedTarget | undefined): Steps<WalkEnd | undefined> {
    let grant = yield* this.#waitPatiently(first);
    while (grant !== undefined) {
      const { target }: Grant = grant;
      const end: WalkEnd | undefined = yield* this.#attempt(grant);
      if (end !== undefined) return end;
      grant = yield* this.#waitPatiently(target);
    }
    return undefined;
  }

  /**
   * With `patience`, waits for a better target whose reset is near before it moves down. The keys of a target are equally
   * good: only once all were looked at, it waits for the first of them.
   */
  *#waitPatiently(target: PreparedTarget | undefined): Steps<Grant | undefined> {
    const left = this.#patienceLeft;
    if (target === undefined || left <= 0) return undefined;
    const keys = this.#outcomes.keysOf(target);
    if (!keys.every((key) => this.#outcomes.of(key) !== undefined)) return undefined;
    const targets: PreparedTarget[] = [];
    for (const key of keys) if (yield* this.#returnsWithin(key, left)) targets.push(key);
    if (targets.length === 0) return undefined;
    const reply = (yield { do: 'wait', targets, ms: left, notBefore: this.#notBefore }) as Replies['wait'];
    if (reply.kind === 'denied') this.#outcomes.skip(reply.outcome);
    return reply.kind === 'granted' ? reply.grant : undefined;
  }

  /** Returns whether a limit keeps the target back, and for no longer than `ms`. */
  *#returnsWithin(target: PreparedTarget, ms: number): Steps<boolean> {
    const outcome = this.#outcomes.of(target);
    let refusal = outcome?.kind === 'refused' ? outcome.refusal : undefined;
    if (outcome?.kind === 'failed' && mayWaitPatiently(outcome))
      [refusal] = ((yield { do: 'preview', targets: [target] }) as Replies['preview']).refusals;
    if (refusal?.retryAt === undefined || refusal.retryAt > this.#view.now() + ms) return false;
    // Requests that came earlier will have used up what returns.
    return this.#view.ahead(target) < (refusal.capacityAtRetry ?? Number.POSITIVE_INFINITY);
  }

  /** Asks one target; again in place where the chain says so, and with repairs while they may help. */
  *#attempt(first: Grant): Steps<WalkEnd | undefined> {
    const { retries, onModeration } = this.#request.chain;
    let grant: Grant | undefined = first;
    let retriesLeft = retries;
    let repairs: readonly Repair[] = [];
    let repaired = 0;
    while (grant !== undefined) {
      const { target }: Grant = grant;
      const result = (yield { do: 'attempt', grant, repairs }) as AttemptResult;
      if (result.kind === 'served') return { kind: 'found', target, answer: result.answer, record: result.record };
      const outcome = this.#outcomes.fail(target, result);
      const { class: failureClass } = result.failure;
      if (failureClass === 'moderation' && onModeration === 'return') return { kind: 'rejected', by: outcome };
      if (result.repairs.length > 0 && repaired++ < MOST_REPAIRED) repairs = [...repairs, ...result.repairs];
      else if (!mayRetryInPlace(result) || retriesLeft-- <= 0) return undefined;
      const { granted, kept } = (yield { do: 'reserve', targets: [target], skipProbation: false }) as ReserveReply;
      for (const denial of kept) if (denial.kind === 'denied') this.#outcomes.skip(denial);
      grant = granted;
    }
    return undefined;
  }

  /**
   * The time is up. Our own caution refuses no request: a target that nothing is known against is asked all the same. If
   * that fails too, the request ends.
   */
  *#lastResort(): Steps<WalkEnd> {
    let targets = this.#outcomes.gaveUp ? [] : this.#outcomes.all.filter(isOnProbation).map(({ target }) => target);
    while (targets.length > 0) {
      const { granted, kept } = (yield { do: 'reserve', targets, skipProbation: true }) as Replies['reserve'];
      for (const outcome of kept) {
        if (outcome.kind === 'denied') this.#outcomes.skip(outcome);
        else this.#outcomes.update(outcome);
      }
      const end = granted && (yield* this.#attempt(granted));
      if (end !== undefined) return end;
      targets = targets.slice(kept.length + (granted === undefined ? 0 : 1));
    }
    const { all, failures } = this.#outcomes;
    return endingOf(this.#request.chain, all, failures, this.#view.now(), this.#view.media);
  }

  get #notBefore(): Wait['notBefore'] {
    return (target) => this.#outcomes.notBefore(target);
  }

  get #patienceLeft(): number {
    return this.#request.chain.patienceMs - this.#trace.waitedMs;
  }

  #waitLeft(): number {
    const now = this.#view.monotonic();
    this.#waitUntil ??= now + this.#request.chain.maxWaitMs;
    return this.#waitUntil - now;
  }
}
