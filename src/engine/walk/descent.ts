import type { ChainRequest } from '../request.js';
import { barOf } from '../rules/standing.js';
import type { PreparedTarget } from '../target.js';
import type { ReserveReply } from './commands.js';
import { passedOver, unsuited } from './outcome.js';
import type { WalkView } from './view.js';
import type { WalkOutcomes } from './walk-outcomes.js';

/** A part of a chain that one look at the ledger covers. */
export interface ChainPart {
  readonly start: number;
  /** The index after its last target. */
  readonly end: number;
  /** Its targets that may be asked, as far as their limits allow. */
  readonly usable: readonly PreparedTarget[];
}

/** How far a walk has come down its chain. */
export class Descent {
  /** The index of the target that is next. */
  next = 0;
  readonly #request: ChainRequest;
  readonly #view: WalkView;
  readonly #outcomes: WalkOutcomes;

  constructor(request: ChainRequest, view: WalkView, outcomes: WalkOutcomes) {
    this.#request = request;
    this.#view = view;
    this.#outcomes = outcomes;
  }

  /** Skips the targets at the beginning of the chain that are known to rest. */
  skipStart(): void {
    const start = this.#view.starts?.of(this.#request.chain, () => this.#view.now());
    if (start === undefined) return;
    this.#outcomes.skipStart(start);
    this.next = start.outcomes.length;
  }

  /** Returns the next target if earlier requests wait for it. */
  get claimed(): PreparedTarget | undefined {
    const target = this.#request.chain.targets[this.next] as PreparedTarget;
    return this.#view.ahead(target) > 0 && this.#suits(target) ? target : undefined;
  }

  /**
   * Returns the next part: all targets that follow, up to one that earlier requests wait for. `single`: one target, since
   * each may be worth waiting for.
   */
  part(single: boolean): ChainPart {
    const { targets } = this.#request.chain;
    const { next: start } = this;
    const most = single ? start + 1 : targets.length;
    const usable: PreparedTarget[] = [];
    let end = start;
    for (; end < most; end++) {
      const target = targets[end] as PreparedTarget;
      if (!this.#suits(target)) continue;
      if (end > start && this.#view.ahead(target) > 0) break;
      usable.push(target);
    }
    return { start, end, usable };
  }

  /** Notes why each target of a part before the granted one was skipped. The target after the granted one is next. */
  skipUntil({ granted, kept, steady }: ReserveReply, { start, end }: ChainPart, restVersion: number): void {
    const { chain } = this.#request;
    let seen = 0;
    for (this.next = start; this.next < end; this.next++) {
      const target = chain.targets[this.next] as PreparedTarget;
      if (target === granted?.target) break;
      if (!this.#suits(target)) {
        this.#passOver(target);
        continue;
      }
      const outcome = kept[seen++];
      // Nothing is known of the targets behind one that a hook denied.
      if (outcome === undefined) return;
      this.#outcomes.skip(outcome);
    }
    if (start === 0 && steady !== undefined)
      this.#view.starts?.remember(chain, this.#outcomes.all, steady, restVersion);
    if (this.next < end) this.next++;
  }

  /** Whether the target may be asked, as far as its limits allow. */
  #suits(target: PreparedTarget): boolean {
    return (
      target.unusable === undefined &&
      barOf(target, this.#request.chain) === undefined &&
      this.#outcomes.knownOf(target) === undefined &&
      this.#view.lackOf(target) === undefined
    );
  }

  /** Notes why a target that does not suit the request was skipped. */
  #passOver(target: PreparedTarget): void {
    const bar = barOf(target, this.#request.chain);
    const known = this.#outcomes.knownOf(target);
    const lack = this.#view.lackOf(target);
    if (target.unusable !== undefined) this.#outcomes.skip({ kind: 'unusable', target, ...target.unusable });
    else if (bar !== undefined) this.#outcomes.skip({ kind: 'unusable', target, state: 'available', ...bar });
    else if (known !== undefined) this.#outcomes.skip(passedOver(target, known));
    else if (lack !== undefined) this.#outcomes.skip(unsuited(target, lack));
  }
}
