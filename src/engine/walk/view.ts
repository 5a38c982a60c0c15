import type { Candidate, Need } from '../../ledger/ledger.js';
import { countsBound, tokenRoomOf } from '../attempt/answer-bound.js';
import type { EngineContext } from '../attempt/context.js';
import type { ChainRequest } from '../request.js';
import type { PreparedTarget } from '../target.js';
import type { Queue } from './queue.js';
import type { WalkView } from './walk.js';

/** Returns what a walk of `request` may look at. */
export const viewOf = (
  { clock, estimates, ledger }: EngineContext,
  queue: Queue,
  { size }: ChainRequest,
): WalkView => ({
  now: () => clock.now(),
  monotonic: () => clock.monotonic(),
  needOf: (target) =>
    estimates.need(target.id, size, countsBound(target) ? tokenRoomOf(ledger, target).left : undefined),
  ahead: (target) => queue.ahead(target),
});

/** Returns the targets as the ledger is asked for them. What the request needs at a target is worked out when it is read. */
export const candidatesOf = (view: WalkView, targets: readonly PreparedTarget[]): readonly Candidate[] =>
  targets.map((target) => new TargetCandidate(view, target));

class TargetCandidate implements Candidate {
  readonly #view: WalkView;
  readonly #target: PreparedTarget;

  constructor(view: WalkView, target: PreparedTarget) {
    this.#view = view;
    this.#target = target;
  }

  get target(): string {
    return this.#target.id;
  }

  get need(): Need {
    return this.#view.needOf(this.#target);
  }
}
