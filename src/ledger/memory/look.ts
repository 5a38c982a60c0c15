import type { Candidate, Refusal, ReserveOptions, SteadyRefusals } from '../ledger.js';
import type { Scope } from './scope.js';
import { refusalIn, steadyUntil } from './target-look.js';

interface Covers {
  covering(target: string): readonly Scope[];
}

/** A look at candidates, one after the other, at one moment. */
export class Look {
  /** Epoch ms. */
  readonly now: number;
  readonly #covers: Covers;
  readonly #skipProbation: boolean;
  #isSteady = true;
  #count = 0;
  #until = Number.POSITIVE_INFINITY;

  constructor(covers: Covers, { skipProbation = false }: ReserveOptions, now: number) {
    this.#covers = covers;
    this.#skipProbation = skipProbation;
    this.now = now;
  }

  /** Returns why the next candidate may not be asked now; `undefined` if it has room. */
  at({ target, need }: Candidate): Refusal | undefined {
    const scopes = this.#covers.covering(target);
    const refusal = refusalIn(scopes, target, need, this.now, this.#skipProbation);
    if (!this.#isSteady) return refusal;
    const until = refusal && steadyUntil(scopes, this.now);
    if (until === undefined) this.#isSteady = false;
    else {
      this.#count++;
      this.#until = Math.min(this.#until, until);
    }
    return refusal;
  }

  /** How long the refusals of the first candidates hold for every request. */
  get steady(): SteadyRefusals | undefined {
    return this.#count === 0 ? undefined : { count: this.#count, until: this.#until };
  }
}
