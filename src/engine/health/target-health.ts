import type { HealthFailure, HealthHour, HealthStep } from '../../contract/health.js';

const MINUTE_MS = 60_000;
/** Minutes that are kept. */
const MINUTES = 60;
/** Minutes of a step in a report. */
const STEP = 5;
/** How an attempt can end. */
const KINDS = ['served', 'failed', 'limited'] as const;
const MOST = 0xffff;

type HealthKind = (typeof KINDS)[number];

/** What happened last at one target, and a count of each of the last 60 minutes. Its size is always the same. */
export class TargetHealth {
  /** Epoch ms; 0 for never. */
  servedAt = 0;
  failure: HealthFailure | undefined;
  limit: HealthFailure | undefined;
  /** Which minute each place of the ring counts, since 1970. */
  readonly #minutes = new Uint32Array(MINUTES);
  readonly #counts = new Uint16Array(MINUTES * KINDS.length);

  served(at: number): void {
    if (at > this.servedAt) this.servedAt = at;
    this.#count(0, at);
  }

  failed(failure: HealthFailure): void {
    if (failure.at >= (this.failure?.at ?? 0)) this.failure = failure;
    this.#count(1, failure.at);
  }

  limited(failure: HealthFailure): void {
    if (failure.at >= (this.limit?.at ?? 0)) this.limit = failure;
    this.#count(2, failure.at);
  }

  get isNew(): boolean {
    return this.servedAt === 0 && this.failure === undefined && this.limit === undefined;
  }

  /** Adds what each minute of the hour before `now` counts. */
  addTo(steps: Map<number, Record<HealthKind, number>>, now: number): void {
    const last = Math.floor(now / MINUTE_MS);
    for (let place = 0; place < MINUTES; place++) {
      const minute = this.#minutes[place] as number;
      if (minute <= last - MINUTES || minute > last) continue;
      const at = (minute - (minute % STEP)) * MINUTE_MS;
      const step = steps.get(at) ?? { served: 0, failed: 0, limited: 0 };
      steps.set(at, step);
      for (const [index, kind] of KINDS.entries()) step[kind] += this.#counts[place * KINDS.length + index] as number;
    }
  }

  /** `kind`: its place in `KINDS`. */
  #count(kind: number, at: number): void {
    const minute = Math.floor(at / MINUTE_MS);
    const place = minute % MINUTES;
    const known = this.#minutes[place] as number;
    if (minute < known) return;
    const first = place * KINDS.length;
    if (minute > known) {
      this.#minutes[place] = minute;
      this.#counts.fill(0, first, first + KINDS.length);
    }
    const index = first + kind;
    if ((this.#counts[index] as number) < MOST) (this.#counts[index] as number)++;
  }
}

/** Returns the hour before `now`, of all these targets together. */
export const hourOf = (all: Iterable<TargetHealth>, now: number): HealthHour => {
  const found = new Map<number, Record<HealthKind, number>>();
  for (const each of all) each.addTo(found, now);
  const steps: HealthStep[] = [...found]
    .sort(([one], [other]) => one - other)
    .map(([at, counts]) => ({ at, ...counts }));
  const sum = (kind: HealthKind): number => steps.reduce((total, step) => total + step[kind], 0);
  return { served: sum('served'), failed: sum('failed'), limited: sum('limited'), steps };
};
