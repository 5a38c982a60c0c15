import type { Candidate } from '../../ledger/ledger.js';
import type { EngineContext } from '../attempt/context.js';
import type { ChainRequest } from '../request.js';
import type { PreparedTarget } from '../target.js';
import type { Queue } from './queue.js';
import type { WalkView } from './walk.js';

/** Returns what a walk of `request` may look at. */
export const viewOf = ({ clock, estimates }: EngineContext, queue: Queue, { size }: ChainRequest): WalkView => ({
  now: () => clock.now(),
  monotonic: () => clock.monotonic(),
  needOf: (target) => estimates.need(target.id, size),
  ahead: (target) => queue.ahead(target),
});

/** Returns the targets as the ledger is asked for them. */
export const candidatesOf = (view: WalkView, targets: readonly PreparedTarget[]): readonly Candidate[] =>
  targets.map((target) => ({ target: target.id, need: view.needOf(target) }));
