import type { Candidate, Candidates, Need } from '../../ledger/ledger.js';
import type { MediaKind } from '../../plugin/door/conversation.js';
import type { EngineContext } from '../attempt/context.js';
import { countsBound } from '../attempt/request/answer-bound.js';
import type { ChainRequest } from '../request.js';
import { kindsIn, mediaOf, type RequestMedia } from '../request-media.js';
import type { PreparedTarget } from '../target.js';
import type { Queue } from './queue.js';
import type { SkippedStarts } from './skipped-start.js';

/** What a walk may look at. Looking changes nothing. */
export interface WalkView {
  /** Epoch ms. */
  now(): number;
  /** Milliseconds that never jump. */
  monotonic(): number;
  /** What the request needs at a target. */
  needOf(target: PreparedTarget): Need;
  /** What the request contains beside text. */
  readonly media?: RequestMedia | undefined;
  /** The kind of parts in the request that the target is known not to take. */
  lackOf(target: PreparedTarget): MediaKind | undefined;
  /** How many requests that came earlier wait for the target and could use what is left of it. */
  ahead(target: PreparedTarget): number;
  /** What is remembered of the beginning of the chain. Absent where the request has to look at each target itself. */
  readonly starts?: SkippedStarts | undefined;
}

/** What walks of one waterfall work with. */
export interface WalkContext extends EngineContext {
  readonly starts?: SkippedStarts | undefined;
}

/** Returns what a walk of `request` may look at. */
export const viewOf = (
  { clock, estimates, ledger, modelOf, starts }: WalkContext,
  queue: Queue,
  { size, body, chain }: ChainRequest,
): WalkView => {
  const media = mediaOf(body);
  // What else keeps the request from a target, or makes it wait there, is its own.
  const isLikeOthers = media === undefined && chain.patienceMs <= 0 && chain.rotates !== true;
  return {
    media,
    starts: isLikeOthers ? starts : undefined,
    // The same throughout a walk, whatever other requests learn meanwhile.
    lackOf: media === undefined ? NOTHING : remembered((target) => lackOf(target, media, modelOf)),
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    needOf: (target) =>
      estimates.need(target.id, size, countsBound(target) ? ledger.tokenRoom(target.id).left : undefined),
    ahead: (target) => queue.ahead(target),
  };
};

const NOTHING = (): undefined => undefined;

const remembered = <T>(find: (target: PreparedTarget) => T): ((target: PreparedTarget) => T) => {
  const known = new Map<PreparedTarget, T>();
  return (target) => {
    if (!known.has(target)) known.set(target, find(target));
    return known.get(target) as T;
  };
};

/** Returns the first kind of parts of a request that a target is known not to take. */
const lackOf = (
  target: PreparedTarget,
  media: RequestMedia,
  modelOf: EngineContext['modelOf'],
): MediaKind | undefined =>
  kindsIn(media).find(
    (kind) =>
      target.providerType.lacks?.includes(kind) === true ||
      target.repairs.lacks(kind) ||
      (kind === 'images' && modelOf?.(target)?.vision === false),
  );

/** Returns the targets as the ledger is asked for them. What the request needs at a target is worked out when it is read. */
export const candidatesOf = (view: WalkView, targets: readonly PreparedTarget[]): Candidates => ({
  length: targets.length,
  at: (index) => {
    const target = targets[index];
    return target && new TargetCandidate(view, target);
  },
});

class TargetCandidate implements Candidate {
  readonly target: string;
  readonly #view: WalkView;
  readonly #prepared: PreparedTarget;
  #need: Need | undefined;

  constructor(view: WalkView, prepared: PreparedTarget) {
    this.target = prepared.id;
    this.#view = view;
    this.#prepared = prepared;
  }

  get need(): Need {
    this.#need ??= this.#view.needOf(this.#prepared);
    return this.#need;
  }
}
