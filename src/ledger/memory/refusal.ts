import type { Dimension } from '../../contract/quota.js';
import { durationText } from '../../plugin/readers/headers.js';
import type { Need, Refusal, RefusalCode } from '../ledger.js';
import type { Quota } from './quota.js';

/** In a window of this length unused room costs little, and a refusal costs a lot. */
const LONG_MS = 3_600_000;

/** Returns the units of `need` that `quota` must have left. */
export const unitsOf = (need: Need, { dimension, windowMs = 0, limit = Number.POSITIVE_INFINITY }: Quota): number => {
  if (dimension === 'input_tokens') return need.inputTokens;
  if (dimension !== 'tokens') return 1;
  const { leastTokens = need.tokens, mostTokens = need.tokens } = need;
  const tokens = windowMs >= LONG_MS ? mostTokens : need.tokens;
  return tokens > limit && leastTokens <= limit ? limit : tokens;
};

/** Returns the refusal that lasts longer. */
export const longer = (one: Refusal | undefined, other: Refusal): Refusal =>
  one === undefined || (other.retryAt ?? 0) > (one.retryAt ?? 0) ? other : one;

/** A quota that has no room. Many are created and few are read, so the sentence is built when it is read. */
export class QuotaRefusal implements Refusal {
  readonly granted = false;
  readonly code: RefusalCode;
  readonly retryAt: number | undefined;
  readonly resetsAtOnce: boolean;
  readonly #scope: string;
  readonly #dimension: Dimension;
  readonly #windowMs: number | undefined;
  readonly #isConfigured: boolean;
  readonly #limit: number | undefined;
  readonly #room: number;
  readonly #inFlight: number;
  readonly #units: number;

  /** `scope` stands in front of the reason; `units` are what the attempt needs. */
  constructor(scope: string, quota: Quota, units: number, now: number) {
    this.#scope = scope;
    this.#dimension = quota.dimension;
    this.#windowMs = quota.windowMs;
    this.#isConfigured = quota.source === 'manual';
    this.#limit = quota.limit;
    this.#room = quota.room(now);
    this.#inFlight = quota.inFlight;
    this.#units = units;
    this.resetsAtOnce = quota.resetsAtOnce;
    this.retryAt = quota.freeAt(units, now);
    if (quota.dimension === 'concurrent') this.code = 'concurrent';
    else this.code = this.retryAt === Number.POSITIVE_INFINITY && quota.limit !== 0 ? 'too_large' : 'quota';
  }

  get capacityAtRetry(): number | undefined {
    if (!this.resetsAtOnce) return 1;
    return this.#limit === undefined || this.#units === 0 ? undefined : Math.floor(this.#limit / this.#units);
  }

  get reason(): string {
    const name = this.#dimension.replace('_', ' ');
    const per = this.#windowMs === undefined ? '' : ` per ${durationText(this.#windowMs)}`;
    return `${this.#scope}${this.#shortage(name, per)}${this.#isConfigured ? ', as configured' : ''}`;
  }

  #shortage(name: string, per: string): string {
    if (this.code === 'too_large') return `needs ${this.#units} ${name}, more than the limit of ${this.#limit}${per}`;
    if (this.code === 'concurrent') return `${this.#inFlight} of ${this.#limit} requests in flight`;
    const left = Math.max(0, Math.floor(this.#room));
    const of = this.#limit === undefined ? '' : ` of ${this.#limit}`;
    const held = this.#inFlight > 0 ? `, ${this.#inFlight} held by attempts in flight` : '';
    return `${left}${of} ${name}${per} left${held}`;
  }
}
