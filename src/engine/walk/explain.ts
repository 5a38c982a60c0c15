import type { ExplainedTarget, Explanation } from '../../contract/explain.js';
import type { ChainRequest } from '../request.js';
import type { Chain, PreparedTarget } from '../target.js';
import type { Command, Reply } from './commands.js';
import { reasonOf, retryAtOf, stateOf } from './outcome.js';
import type { Queue } from './queue.js';
import { dryHold, type ReserveParts, reserve } from './reserve.js';
import { RequestTrace } from './trace.js';
import { candidatesOf, viewOf, type WalkContext } from './view.js';
import { Walk } from './walk.js';

type Decision = Explanation['decision'];

/**
 * Returns what the waterfall would do with `request` now. It runs the waterfall's own walk, answers what the walk asks of
 * the ledger and the hooks by looking only, and stops at the first command that would send or wait.
 */
export const explain = async (context: WalkContext, queue: Queue, request: ChainRequest): Promise<Explanation> => {
  const { ledger, hooks, clock } = context;
  const view = viewOf(context, queue, request);
  const trace = new RequestTrace(clock, request);
  trace.begin(request);
  const attemptAt = (target: PreparedTarget) => trace.attemptAt(target, view.needOf(target), true);
  const parts: ReserveParts = { hold: dryHold(ledger), hooks, view, attemptAt };
  const walk = new Walk(request, view, trace);
  const look = async (command: Command): Promise<Reply | Decision> => {
    if (command.do === 'reserve') return reserve(parts, command);
    if (command.do === 'preview') return ledger.preview(candidatesOf(view, command.targets));
    if (command.do === 'attempt') return { kind: 'asks', target: command.grant.target.id };
    return queue.full ? { kind: 'full' } : waits(walk, command.targets, command.ms);
  };
  const decision = await decisionOf(walk, look);
  const { name, targets } = request.chain;
  return {
    chain: name,
    decision,
    targets: targets.map((target) => ({
      ...explained(walk, target, decision, () => ledger.status(target.id).state),
      ...standingFor(request.chain, target),
    })),
  };
};

/** What is known of a target, as far as the rules of its chain ask for it. */
const standingFor = ({ rules }: Chain, { standing }: PreparedTarget): Pick<ExplainedTarget, 'free' | 'training'> => ({
  ...(rules?.freeOnly === undefined ? {} : { free: standing.free }),
  ...(rules?.noTraining === undefined ? {} : { training: standing.training }),
});

/** Runs the walk up to its first decision. */
const decisionOf = async (walk: Walk, look: (command: Command) => Promise<Reply | Decision>): Promise<Decision> => {
  const steps = walk.run();
  let step = steps.next(undefined as never);
  while (!step.done) {
    const seen = await look(step.value);
    if (isDecision(seen)) return seen;
    step = steps.next(seen);
  }
  if (step.value.kind !== 'exhausted') throw new Error('A dry run ended with an answer.');
  const { status, message } = step.value.error;
  return { kind: 'refuses', status, message };
};

const isDecision = (seen: Reply | Decision): seen is Decision =>
  'kind' in seen && (seen.kind === 'asks' || seen.kind === 'waits');

const waits = (walk: Walk, targets: readonly PreparedTarget[], maxMs: number): Decision => {
  const times = targets.map((target) => {
    const outcome = walk.outcomeOf(target);
    return (outcome && retryAtOf(outcome)) ?? Number.POSITIVE_INFINITY;
  });
  const retryAt = Math.min(...times);
  return {
    kind: 'waits',
    targets: targets.map(({ id }) => id),
    maxMs,
    ...(Number.isFinite(retryAt) ? { retryAt } : {}),
  };
};

const explained = (
  walk: Walk,
  target: PreparedTarget,
  decision: Decision,
  currentState: () => ExplainedTarget['state'],
): ExplainedTarget => {
  const outcome = walk.outcomeOf(target);
  const isAsked = decision.kind === 'asks' && decision.target === target.id;
  if (isAsked || outcome === undefined) {
    const state = target.unusable?.state ?? currentState();
    return { target: target.id, state, step: isAsked ? 'asked' : 'not reached' };
  }
  const retryAt = retryAtOf(outcome);
  return {
    target: target.id,
    state: stateOf(outcome),
    step: 'skipped',
    reason: reasonOf(outcome),
    ...(retryAt !== undefined && Number.isFinite(retryAt) ? { retryAt } : {}),
  };
};
