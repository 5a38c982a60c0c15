import { durationText } from '../../plugin/readers/headers.js';
import type { Need, Refusal, RefusalCode } from '../ledger.js';
import type { Quota } from './quota.js';

/** In windows of this length one request more or less is no loss, and a refusal costs more than room unused. */
const LONG_MS = 3_600_000;

/** Units of `need` that `quota` must have left. */
export const unitsOf = (need: Need, { dimension, windowMs = 0, limit = Number.POSITIVE_INFINITY }: Quota): number => {
  if (dimension === 'input_tokens') return need.inputTokens;
  if (dimension !== 'tokens') return 1;
  const { leastTokens = need.tokens, mostTokens = need.tokens } = need;
  const tokens = windowMs >= LONG_MS ? mostTokens : need.tokens;
  return tokens > limit && leastTokens <= limit ? limit : tokens;
};

const rank = ({ retryAt }: Refusal): number => retryAt ?? 0;

/** The refusal that lasts longer. */
export const longer = (one: Refusal | undefined, other: Refusal): Refusal =>
  one === undefined || rank(other) > rank(one) ? other : one;

/** Built often and read seldom: the sentence is made when somebody reads it. */
export class QuotaRefusal implements Refusal {
  readonly granted = false;
  readonly code: RefusalCode;
  readonly retryAt: number | undefined;
  readonly #scope: string;
  readonly #quota: Quota;
  readonly #units: number;
  readonly #room: number;

  constructor(scope: string, quota: Quota, units: number, now: number) {
    this.#scope = scope;
    this.#quota = quota;
    this.#units = units;
    this.#room = quota.room(now);
    this.retryAt = quota.freeAt(units, now);
    if (quota.dimension === 'concurrent') this.code = 'concurrent';
    else this.code = this.retryAt === Number.POSITIVE_INFINITY && quota.limit !== 0 ? 'too_large' : 'quota';
  }

  get resetsAtOnce(): boolean {
    return this.#quota.resetsAtOnce;
  }

  get capacityAtRetry(): number | undefined {
    const { limit, resetsAtOnce } = this.#quota;
    if (!resetsAtOnce) return 1;
    return limit === undefined || this.#units === 0 ? undefined : Math.floor(limit / this.#units);
  }

  get reason(): string {
    const { dimension, limit, inFlight, source } = this.#quota;
    const name = dimension.replace('_', ' ');
    const written = source === 'manual' ? ', as configured' : '';
    if (this.code === 'too_large')
      return `${this.#scope}needs ${this.#units} ${name}, more than the limit of ${limit}${this.#per()}${written}`;
    if (this.code === 'concurrent') return `${this.#scope}${inFlight} of ${limit} requests in flight${written}`;
    const left = Math.max(0, Math.floor(this.#room));
    const held = inFlight > 0 ? `, ${inFlight} held by attempts in flight` : '';
    return `${this.#scope}${left}${limit === undefined ? '' : ` of ${limit}`} ${name}${this.#per()} left${held}${written}`;
  }

  #per(): string {
    const { windowMs } = this.#quota;
    return windowMs === undefined ? '' : ` per ${durationText(windowMs)}`;
  }
}
