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
export const viewOf = (context: WalkContext, queue: Queue, request: ChainRequest): WalkView =>
  new RequestView(context, queue, request);

class RequestView implements WalkView {
  readonly media: RequestMedia | undefined;
  readonly starts: SkippedStarts | undefined;
  readonly lackOf: WalkView['lackOf'];
  readonly #context: WalkContext;
  readonly #queue: Queue;
  readonly #size: ChainRequest['size'];

  constructor(context: WalkContext, queue: Queue, { size, body, chain }: ChainRequest) {
    this.#context = context;
    this.#queue = queue;
    this.#size = size;
    const media = mediaOf(body);
    this.media = media;
    // What else keeps the request from a target, or makes it wait there, is its own.
    const isLikeOthers = media === undefined && chain.patienceMs <= 0 && chain.rotates !== true;
    this.starts = isLikeOthers ? context.starts : undefined;
    // The same throughout a walk, whatever other requests learn meanwhile.
    this.lackOf = media === undefined ? NOTHING : remembered((target) => lackOf(target, media, context.modelOf));
  }

  now(): number {
    return this.#context.clock.now();
  }

  monotonic(): number {
    return this.#context.clock.monotonic();
  }

  needOf(target: PreparedTarget): Need {
    const { estimates, ledger } = this.#context;
    return estimates.need(target.id, this.#size, countsBound(target) ? ledger.tokenRoom(target.id).left : undefined);
  }

  ahead(target: PreparedTarget): number {
    return this.#queue.ahead(target);
  }
}

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
export const candidatesOf = (view: WalkView, targets: readonly PreparedTarget[]): Candidates =>
  new TargetCandidates(view, targets);

class TargetCandidates implements Candidates {
  readonly #view: WalkView;
  readonly #targets: readonly PreparedTarget[];
  #last: TargetCandidate | undefined;

  constructor(view: WalkView, targets: readonly PreparedTarget[]) {
    this.#view = view;
    this.#targets = targets;
  }

  get length(): number {
    return this.#targets.length;
  }

  at(index: number): Candidate | undefined {
    const target = this.#targets[index];
    if (target === undefined) return undefined;
    // The one that has room is asked for twice.
    if (this.#last?.target !== target.id) this.#last = new TargetCandidate(this.#view, target);
    return this.#last;
  }
}

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
