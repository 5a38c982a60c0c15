import { type Clock, systemClock } from '../clock.js';
import { Repairs } from './repairs.js';

type Monotonic = Pick<Clock, 'monotonic'>;

/** An endpoint that a target does not have is asked again after this time: a server may be restarted with it. */
const MISSING_MS = 3_600_000;
/** The same for an endpoint that has answered before. */
const ONCE_SEEN_MS = 60_000;

/** Names of endpoints that are not there, until a time in monotonic ms. */
export type MissingEndpoints = Map<string, number>;

/** What is known of the endpoints of one target beside chat. Learned while the process runs. */
export class EndpointMemory {
  readonly #clock: Monotonic;
  readonly #ofProvider: MissingEndpoints;
  readonly #ofTarget: MissingEndpoints = new Map();
  readonly #answered = new Set<string>();
  readonly #repairs = new Map<string, Repairs>();
  readonly #batches = new Map<string, number>();

  /** `ofProvider` is shared by all targets of a provider. */
  constructor(ofProvider: MissingEndpoints, clock: Monotonic = systemClock) {
    this.#ofProvider = ofProvider;
    this.#clock = clock;
  }

  /** What is missing at the moment: the endpoint at the provider, or at this model. `undefined` if nothing is known. */
  missing(name: string): 'provider' | 'target' | undefined {
    const now = this.#clock.monotonic();
    if ((this.#ofProvider.get(name) ?? now) > now) return 'provider';
    return (this.#ofTarget.get(name) ?? now) > now ? 'target' : undefined;
  }

  /** Remembers that an endpoint is not there. */
  lacks(name: string, where: 'provider' | 'target'): void {
    const until = this.#clock.monotonic() + (this.#answered.has(name) ? ONCE_SEEN_MS : MISSING_MS);
    (where === 'provider' ? this.#ofProvider : this.#ofTarget).set(name, until);
  }

  /** The endpoint has answered. */
  answered(name: string): void {
    this.#answered.add(name);
    this.#ofTarget.delete(name);
    this.#ofProvider.delete(name);
  }

  hasAnswered(name: string): boolean {
    return this.#answered.has(name);
  }

  /** What the endpoint refused before. */
  repairs(name: string): Repairs {
    const known = this.#repairs.get(name) ?? new Repairs(this.#clock);
    this.#repairs.set(name, known);
    return known;
  }

  /** How many inputs one request may have, as a refusal said. */
  mostInputs(name: string): number | undefined {
    return this.#batches.get(name);
  }

  limitInputs(name: string, most: number): void {
    this.#batches.set(name, most);
  }

  /** Asks for every endpoint again. */
  reset(): void {
    this.#ofTarget.clear();
    this.#ofProvider.clear();
  }
}
