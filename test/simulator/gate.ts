import type { Calendar, Cost, Duration } from '../../src/contract/quota.js';
import type { NamedRefusal, NamedStanding, WindowName } from '../../src/demo/allowance.js';
import type { Counting } from '../../src/demo/limiter.js';
import { durationOf } from '../../src/plugin/readers/headers/headers.js';
import { CalendarCounter } from './calendar-counter.js';
import { type Counter, counterOf, SlotCounter } from './counting.js';

interface Windowed {
  readonly per: Duration;
  readonly counting: Counting;
  /** Units used up before the simulation starts. */
  readonly spent?: number;
  /** The provider never states it. */
  readonly hidden?: true;
}

/** A limit of a simulated provider. `inputTokens` excludes the answer, `outputTokens` the prompt. */
export type WorldLimit =
  | ({ readonly requests: number } & (Windowed | Calendar))
  | ({ readonly tokens: number } & Windowed)
  | ({ readonly inputTokens: number } & Windowed)
  | ({ readonly outputTokens: number } & Windowed)
  | ({ readonly units: number; readonly cost: Cost } & (Windowed | Calendar))
  | { readonly concurrent: number };

/**
 * Which tokens count, and when. `used`: the real ones, as if they were known at once · `asked`: prompt and bound, whose
 * surplus is free when the answer is over · `afterwards`: a prompt that fits is admitted, the real ones count when the
 * answer is over.
 */
export type TokenCounting = 'used' | 'asked' | 'afterwards';

/** The size of a request, in tokens. */
export interface Weight {
  readonly prompt: number;
  /** The caller's bound on the answer. */
  readonly bound: number | undefined;
  readonly completion: number;
}

interface LimitName {
  readonly dimension: NamedStanding['dimension'] | 'input_tokens' | 'output_tokens' | 'units';
  readonly called?: WindowName | undefined;
  readonly windowMs: number;
  /** The provider never states it. */
  readonly hidden?: true;
}

/** The state of a limit. */
export type WorldStanding = Omit<NamedStanding, 'dimension' | 'called'> &
  LimitName & {
    /** Ms until one unit more is free; `undefined` when it depends on holders, or when all are free. */
    readonly nextMs: number | undefined;
  };
export type WorldRefusal = Omit<NamedRefusal, 'dimension' | 'called'> & LimitName;

/** What an admitted request holds until its answer is over. */
export interface Ticket {
  readonly granted: true;
  leave(): void;
}

interface Meter {
  readonly name: LimitName;
  readonly limit: number;
  readonly counter: Counter;
  /** Of units. */
  readonly cost: Cost;
}

const CALLED: Readonly<Record<string, WindowName>> = { '1m': 'minute', '1h': 'hour', '1d': 'day' };

/** What a provider that reserves tokens assumes for an answer without a bound. */
const UNBOUNDED_ANSWER = 1_024;

/** All limits of one scope: they admit a request and count it, or refuse it. */
export class Gate {
  readonly #meters: readonly Meter[];
  readonly #counts: TokenCounting;
  readonly #refusedCount: boolean;

  /**
   * @param now epoch ms, on the provider's clock
   * @param options.refusedCount a refused call counts against limits on requests
   */
  constructor(
    limits: readonly WorldLimit[],
    now: () => number,
    { counts = 'used', refusedCount = false }: { counts?: TokenCounting; refusedCount?: boolean } = {},
  ) {
    this.#meters = limits.map((limit) => meterOf(limit, now));
    this.#counts = counts;
    this.#refusedCount = refusedCount;
  }

  /** Returns the state of every limit that the provider states. */
  standings(): WorldStanding[] {
    const stated = this.#meters.filter(({ name }) => !name.hidden);
    return stated.map((meter) => {
      const { name, limit, counter } = meter;
      const left = counter.left();
      const nextMs = left >= limit ? undefined : waitOf(meter, left + 1);
      return { ...name, limit, remaining: Math.max(0, left), resetAt: definite(counter.fullAt()), nextMs };
    });
  }

  /** Admits a request, or returns why not; of several reasons, the one that lasts longest. */
  admit(weight: Weight): Ticket | WorldRefusal {
    const refusal = this.#refuse(weight);
    if (refusal === undefined) {
      const leaving = this.#meters.map((meter) => this.#enter(meter, weight));
      return { granted: true, leave: () => leaving.forEach((leave) => void leave?.()) };
    }
    if (!this.#refusedCount) return refusal;
    for (const { name, counter } of this.#meters) if (name.dimension === 'requests') counter.charge(1);
    // The refusal includes this call.
    return this.#refuse(weight) ?? refusal;
  }

  #refuse(weight: Weight): WorldRefusal | undefined {
    let longest: WorldRefusal | undefined;
    for (const meter of this.#meters) {
      const { name, limit, counter } = meter;
      const requested = this.#needed(meter, weight);
      const left = counter.left();
      if (requested <= left + TINY) continue;
      const retryAfterMs = requested > limit ? Number.POSITIVE_INFINITY : waitOf(meter, requested);
      if (longest !== undefined && (longest.retryAfterMs ?? 0) >= (retryAfterMs ?? 0)) continue;
      const resetAt = definite(counter.fullAt());
      longest = { granted: false, ...name, limit, remaining: Math.max(0, left), resetAt, retryAfterMs, requested };
    }
    return longest;
  }

  #needed({ name: { dimension }, cost }: Meter, { prompt, bound, completion }: Weight): number {
    if (dimension === 'input_tokens') return prompt;
    if (dimension === 'output_tokens') return completion;
    if (dimension === 'units') return costOf(cost, prompt, completion);
    if (dimension !== 'tokens') return 1;
    if (this.#counts === 'used') return prompt + completion;
    return this.#counts === 'asked' ? prompt + (bound ?? UNBOUNDED_ANSWER) : prompt;
  }

  /** Returns a function to call when the answer is over. */
  #enter(meter: Meter, weight: Weight): (() => void) | undefined {
    const { counter, name } = meter;
    const { dimension } = name;
    const needed = this.#needed(meter, weight);
    const used = weight.prompt + weight.completion;
    if (dimension === 'tokens' && this.#counts === 'afterwards') return () => void counter.charge(used);
    const giveBack = counter.charge(needed);
    if (dimension === 'concurrent') return () => giveBack(1);
    return dimension === 'tokens' && this.#counts === 'asked' ? () => giveBack(needed - used) : undefined;
  }
}

const waitOf = ({ counter }: Meter, units: number): number | undefined => definite(counter.waitFor(units));

const definite = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);

/** Sums of parts of units are not exact. */
const TINY = 1e-9;

const costOf = ({ request = 0, input = 0, output = 0 }: Cost, prompt: number, completion: number): number =>
  request + (input * prompt + output * completion) / 1_000;

const amountOf = (limit: Exclude<WorldLimit, { concurrent: number }>): readonly [LimitName['dimension'], number] => {
  if ('requests' in limit) return ['requests', limit.requests];
  if ('tokens' in limit) return ['tokens', limit.tokens];
  if ('inputTokens' in limit) return ['input_tokens', limit.inputTokens];
  return 'outputTokens' in limit ? ['output_tokens', limit.outputTokens] : ['units', limit.units];
};

const meterOf = (limit: WorldLimit, now: () => number): Meter => {
  if ('concurrent' in limit) {
    const name = { dimension: 'concurrent', windowMs: 0 } as const;
    return { name, limit: limit.concurrent, counter: new SlotCounter(limit.concurrent), cost: {} };
  }
  const [dimension, amount] = amountOf(limit);
  const cost = 'cost' in limit ? limit.cost : {};
  if ('each' in limit) {
    const name = { dimension, windowMs: USUAL_MS[limit.each] };
    return { name, limit: amount, counter: new CalendarCounter(amount, limit, now), cost };
  }
  const { per, counting, spent = 0, hidden } = limit;
  const windowMs = durationOf(per);
  if (windowMs === undefined) throw new Error(`"${per}" is not a duration such as 4s or 1d.`);
  const counter = counterOf(counting, amount, windowMs, now);
  if (spent > 0) counter.charge(spent);
  const name = { dimension, called: CALLED[per], windowMs, ...(hidden && { hidden }) };
  return { name, limit: amount, counter, cost };
};

const USUAL_MS = { day: 86_400_000, week: 7 * 86_400_000, month: 30 * 86_400_000 } as const;
