import type { Need, Refusal, RefusalCode } from '../ledger.js';
import { shownAmount } from './cost-table.js';
import type { Quota } from './quota.js';
import { quotaWords } from './quota-words.js';

/** In a window of this length unused room costs little, and a refusal costs a lot. */
const LONG_MS = 3_600_000;

/** Returns the units that `quota` must have left for an attempt at `target` with this need. */
export const unitsOf = (target: string, need: Need, quota: Quota): number => {
  const { parts, limit = Number.POSITIVE_INFINITY } = quota;
  const units = unitsIn(target, need, quota, limit * parts);
  // A limit that processes divide allows whatever fits in the whole of it.
  return parts > 1 && units > limit && units <= limit * parts ? limit : units;
};

const unitsIn = (target: string, need: Need, { dimension, windowMs = 0, costs }: Quota, limit: number): number => {
  if (dimension === 'input_tokens') return need.inputTokens;
  if (dimension === 'units') return costs?.unitsOf(target, need) ?? 1;
  if (dimension !== 'tokens' && dimension !== 'output_tokens') return 1;
  const { leastTokens = need.tokens, mostTokens = need.tokens } = need;
  const prompt = dimension === 'tokens' ? 0 : need.inputTokens;
  const tokens = Math.max(0, (windowMs >= LONG_MS ? mostTokens : need.tokens) - prompt);
  return tokens > limit && leastTokens - prompt <= limit ? limit : tokens;
};

/** Returns the refusal that lasts longer. */
export const longer = (one: Refusal | undefined, other: Refusal): Refusal =>
  one === undefined || (other.retryAt ?? 0) > (one.retryAt ?? 0) ? other : one;

/** What all processes together count of a limit. */
export interface CountedTogether {
  /** Units that are neither used nor held. */
  readonly left: number;
  readonly retryAt: number | undefined;
  readonly isChecking: boolean;
}

/** A quota that has no room. Many are created and few are read, so the sentence is built when it is read. */
export class QuotaRefusal implements Refusal {
  readonly granted = false;
  readonly code: RefusalCode;
  readonly retryAt: number | undefined;
  readonly resetsAtOnce: boolean;
  readonly #scope: string;
  readonly #quota: Quota;
  readonly #isConfigured: boolean;
  readonly #limit: number | undefined;
  readonly #left: number;
  readonly #inFlight: number;
  readonly #units: number;
  /** One request finds out for all others whether the limit holds. */
  readonly #isChecking: boolean;

  /**
   * `scope` stands in front of the reason; `units` are what the attempt needs.
   * @param counted what all processes together count, if they count together
   */
  constructor(scope: string, quota: Quota, units: number, now: number, counted?: CountedTogether) {
    this.#scope = scope;
    this.#quota = quota;
    this.#isConfigured = quota.source === 'manual';
    this.#limit = quota.limit;
    this.#left = counted?.left ?? quota.left(now);
    const isSlots = quota.dimension === 'concurrent';
    this.#inFlight = counted !== undefined && isSlots ? (quota.limit ?? 0) - counted.left : quota.inFlight;
    this.#units = units;
    this.resetsAtOnce = quota.resetsAtOnce;
    this.#isChecking = counted?.isChecking ?? quota.isUnconfirmed;
    this.retryAt = counted === undefined ? quota.freeAt(units, now) : counted.retryAt;
    if (isSlots) this.code = 'concurrent';
    else this.code = this.retryAt === Number.POSITIVE_INFINITY && quota.limit !== 0 ? 'too_large' : 'quota';
  }

  /** As much is left, but one request finds out first whether the provider agrees. */
  get waitsForProbe(): boolean {
    return this.#isChecking && this.#left >= this.#units;
  }

  get capacityAtRetry(): number | undefined {
    if (!this.resetsAtOnce) return 1;
    return this.#limit === undefined || this.#units === 0 ? undefined : Math.floor(this.#limit / this.#units);
  }

  get reason(): string {
    const { dimension, windowMs, calendar } = this.#quota;
    return `${this.#scope}${this.#shortage(quotaWords(dimension, windowMs, calendar?.calendar))}${this.#isConfigured ? ', as configured' : ''}`;
  }

  #shortage(words: string): string {
    const shown = (counted: number): number => shownAmount(this.#quota.dimension, counted);
    const limit = this.#limit === undefined ? undefined : shown(this.#limit);
    if (this.code === 'too_large') {
      const [name, ...window] = words.split(/ (?=per |each )/);
      return `needs ${shown(this.#units)} ${name}, more than the limit of ${[limit, ...window].join(' ')}`;
    }
    if (this.code === 'concurrent') return `${this.#inFlight} of ${limit} requests in flight`;
    const left = shown(Math.max(0, Math.floor(this.#left)));
    const of = limit === undefined ? '' : ` of ${limit}`;
    if (this.waitsForProbe) return `${left}${of} ${words} left, checking with one request`;
    const held = this.#inFlight > 0 ? `, ${shown(this.#inFlight)} held by attempts in flight` : '';
    return `${left}${of} ${words} left${held}`;
  }
}
