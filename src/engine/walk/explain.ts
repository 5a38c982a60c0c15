import type { ExplainedTarget, Explanation } from '../../contract/explain.js';
import type { Need, Refusal, Reservation } from '../../ledger/ledger.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { EngineContext } from '../attempt/context.js';
import type { ResumableRequest } from '../resume/resumable-request.js';
import type { PreparedTarget } from '../target.js';
import { Course } from './course.js';
import type { Grant, Queue } from './queue.js';
import { type Found, Walk } from './walk.js';

type Decision = Explanation['decision'];

/** A dry walk has come to where a real one would act. */
class Halt extends Error {
  readonly decision: Decision;

  constructor(decision: Decision) {
    super(decision.kind);
    this.decision = decision;
  }
}

/** The walk itself, but for its three acts: it holds nothing, sends nothing, and does not wait. */
class DryWalk extends Walk {
  protected override readonly dryRun = true;
  readonly #request: ResumableRequest;

  constructor(parts: EngineContext, queue: Queue, request: ResumableRequest) {
    super(parts, queue, request, new Course(parts, request, () => {}));
    this.#request = request;
  }

  async explain(): Promise<Explanation> {
    const decision = await this.run().then(
      (): never => {
        throw new Error('A dry walk found an answer.');
      },
      (error: unknown): Decision => {
        if (error instanceof Halt) return error.decision;
        if (error instanceof ChainError) return { kind: 'refuses', status: error.status, message: error.message };
        throw error;
      },
    );
    const { chain } = this.#request;
    return { chain: chain.name, decision, targets: chain.targets.map((target) => this.#explained(target, decision)) };
  }

  #explained(target: PreparedTarget, decision: Decision): ExplainedTarget {
    if (decision.kind === 'asks' && decision.target === target.id) {
      return { target: target.id, state: this.#stateOf(target), step: 'asked' };
    }
    const passed = this.trail.get(target);
    if (passed === undefined) return { target: target.id, state: this.#stateOf(target), step: 'not reached' };
    const { state, reason, retryAt } = passed;
    const known = retryAt !== undefined && Number.isFinite(retryAt);
    return { target: target.id, state, step: 'skipped', reason, ...(known ? { retryAt } : {}) };
  }

  #stateOf({ id, unusable }: PreparedTarget): ExplainedTarget['state'] {
    return unusable?.state ?? this.parts.ledger.status(id).state;
  }

  protected override ask(target: PreparedTarget): Promise<Found | undefined> {
    throw new Halt({ kind: 'asks', target: target.id });
  }

  protected override waitFor(targets: readonly PreparedTarget[], ms: number): Promise<Grant | 'late' | 'full'> {
    if (this.queue.full) return Promise.resolve('full');
    const times = targets.map((target) => this.trail.get(target)?.retryAt ?? Number.POSITIVE_INFINITY);
    const retryAt = Math.min(...times);
    throw new Halt({
      kind: 'waits',
      targets: targets.map(({ id }) => id),
      maxMs: ms,
      ...(Number.isFinite(retryAt) ? { retryAt } : {}),
    });
  }

  protected override async reserve(target: PreparedTarget, skipProbation = false): Promise<Reservation | Refusal> {
    const need: Need = this.needOf(target);
    return (
      (await this.parts.ledger.preview([{ target: target.id, need }], { skipProbation })).refusals[0] ?? {
        granted: true,
        target: target.id,
        ...NOTHING_HELD,
      }
    );
  }
}

const NOTHING_HELD = { sequence: 0, settle: () => {}, release: () => {} } as const;

/** What the waterfall would do with `request` at this moment, decided by the waterfall's own walk. */
export const explain = (parts: EngineContext, queue: Queue, request: ResumableRequest): Promise<Explanation> =>
  new DryWalk(parts, queue, request).explain();
