import type { FailedResult } from '../attempt/result.js';
import { NoOverlap } from '../causes.js';
import type { ChainRequest } from '../request.js';
import { differInKey, keylessId, type PreparedTarget } from '../target.js';
import type { Replies, Steps } from './commands.js';
import {
  type Failed,
  failed,
  notBeforeOf,
  passedOver,
  type Refused,
  refused,
  type Skipped,
  type TargetOutcome,
} from './outcome.js';
import { isAboutRequest } from './rejection.js';
import { sameForEachKey } from './same-for-each-key.js';
import type { SkippedStart } from './skipped-start.js';
import type { RequestTrace } from './trace.js';
import type { WalkView } from './view.js';

/** After so many continuations that do not overlap with what the caller has, the text proves nothing. */
const MOST_WITHOUT_OVERLAP = 2;

const NONE: readonly Skipped[] = [];

/** What became of each target of a chain during one walk. */
export class WalkOutcomes {
  readonly #request: ChainRequest;
  readonly #view: WalkView;
  readonly #trace: RequestTrace;
  /** The last one of each target, in the order in which the targets were first looked at, without those of `#start`. */
  #known: Map<PreparedTarget, TargetOutcome> | undefined;
  /** Those of the first targets, until one of all is looked for: most requests end before. */
  #start: readonly Skipped[] = NONE;
  /** What each target that was asked failed with last: a later look at the ledger does not make it undone. */
  #failures: Map<PreparedTarget, Failed> | undefined;
  /** Why the other keys of a target's provider are not asked, by what `keylessId` returns. */
  #sameForEachKey: Map<string, string> | undefined;
  #withoutOverlap = 0;

  constructor(request: ChainRequest, view: WalkView, trace: RequestTrace) {
    this.#request = request;
    this.#view = view;
    this.#trace = trace;
  }

  get #outcomes(): Map<PreparedTarget, TargetOutcome> {
    if (this.#start.length > 0) {
      const all = new Map<PreparedTarget, TargetOutcome>(this.#start.map((outcome) => [outcome.target, outcome]));
      for (const [target, outcome] of this.#later) all.set(target, outcome);
      this.#known = all;
      this.#start = NONE;
    }
    return this.#later;
  }

  /** Those that are not in `#start`. Most requests have none. */
  get #later(): Map<PreparedTarget, TargetOutcome> {
    this.#known ??= new Map();
    return this.#known;
  }

  /** What became of a target; `undefined` when the walk has not reached it. */
  of(target: PreparedTarget): TargetOutcome | undefined {
    return this.#outcomes.get(target);
  }

  get all(): readonly TargetOutcome[] {
    return [...this.#outcomes.values()];
  }

  get failures(): readonly Failed[] {
    return [...(this.#failures?.values() ?? [])];
  }

  /** Continuations of this text do not overlap with it: no target can continue it. */
  get gaveUp(): boolean {
    return this.#withoutOverlap >= MOST_WITHOUT_OVERLAP;
  }

  /** Returns what another key of the target's provider has shown. */
  knownOf(target: PreparedTarget): string | undefined {
    if (target.key === undefined || this.#sameForEachKey === undefined) return undefined;
    return this.#sameForEachKey.get(keylessId(target));
  }

  /** Returns the targets of the chain that differ from `target` at most in the key. */
  keysOf(target: PreparedTarget): readonly PreparedTarget[] {
    if (target.key === undefined) return [target];
    return this.#request.chain.targets.filter((each) => each === target || differInKey(each, target));
  }

  /** When the target may be asked again, epoch ms; `undefined` if nothing is known against it. */
  notBefore(target: PreparedTarget): number | undefined {
    return notBeforeOf(this.#outcomes.get(target));
  }

  /** Notes what keeps a target back now, after it was noted as skipped before. */
  update(outcome: Refused): void {
    this.#outcomes.set(outcome.target, outcome);
  }

  /** The first targets of the chain were not asked. */
  skipStart({ outcomes, targets }: SkippedStart): void {
    this.#start = outcomes;
    const view = this.#view;
    this.#trace.skippedTogether(targets, (index) => view.needOf((outcomes[index] as Skipped).target).tokens);
  }

  /** A target was not asked. */
  skip(outcome: Skipped): void {
    this.#later.set(outcome.target, outcome);
    this.#trace.skipped(outcome, this.#view.needOf(outcome.target));
  }

  /** A target was asked, and failed. */
  fail(target: PreparedTarget, result: FailedResult): Failed {
    const outcome = failed(target, result, this.#view.now());
    if (result.failure.cause instanceof NoOverlap) this.#withoutOverlap++;
    this.#later.set(target, outcome);
    this.#failures ??= new Map();
    this.#failures.set(target, outcome);
    if (target.key !== undefined) this.#learnForKeys(target, target.key, result);
    return outcome;
  }

  /** Finds out what keeps some targets back by now, and notes it if `counts`. */
  *lookAgain(
    isAsked: (outcome: TargetOutcome) => boolean,
    counts: (outcome: Refused) => boolean = () => true,
  ): Steps<void> {
    for (const [target, outcome] of this.#outcomes) {
      if (!isAsked(outcome)) continue;
      const [refusal] = ((yield { do: 'preview', targets: [target] }) as Replies['preview']).refusals;
      const seen = refusal && refused(target, refusal);
      if (seen !== undefined && counts(seen)) this.update(seen);
    }
  }

  /** Keeps the other keys from a request whose failure says nothing about the key. */
  #learnForKeys(target: PreparedTarget, key: string, result: FailedResult): void {
    const reason = sameForEachKey(result, key);
    if (reason === undefined) return;
    this.#sameForEachKey ??= new Map();
    this.#sameForEachKey.set(keylessId(target), reason);
    if (!isAboutRequest(result.failure)) return;
    // To wait for a key that has reached its limit does not help either.
    for (const other of this.keysOf(target)) {
      if (other === target || !this.#outcomes.has(other)) continue;
      this.#outcomes.set(other, passedOver(other, reason));
      this.#failures?.delete(other);
    }
  }
}
