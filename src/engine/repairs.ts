import { type Clock, systemClock } from '../clock.js';
import { type CompiledAdaptation, compileAdaptation } from '../plugin/door/adapt.js';
import type { Repair } from '../plugin/door/attempt.js';
import type { MediaKind } from '../plugin/door/conversation.js';

type Body = Readonly<Record<string, unknown>>;

/** A repair, and the adaptation that carries it out; `undefined` for one that is no adaptation. */
export interface CompiledRepair {
  readonly repair: Repair;
  readonly adaptation: CompiledAdaptation | undefined;
}

/** A repair that follows a rule for earlier messages. */
type ConversationRepair = Extract<Repair, { conversation: unknown }>;
/** A repair that changes a field. */
export type FieldRepair = Exclude<Repair, ConversationRepair>;

export const isConversationRepair = (repair: Repair): repair is ConversationRepair => 'conversation' in repair;

interface KnownRepair extends CompiledRepair {
  /** The refused value as JSON. Absent: every value of the field is refused. */
  value: string | undefined;
  /** Monotonic ms. */
  readonly forgottenAt: number;
}

/** Stands for a field in the repair that sends a small bound on the answer, since the provider counts it beforehand. */
export const COUNTED_BOUND = 'counted bound';
/** The same, if a refusal does not say so. Learned when it has helped twice, and not by chance. */
export const SUSPECTED_BOUND = 'suspected bound';

/** A provider that has learned to accept a field is noticed after this time. */
const REMEMBERED_MS = 6 * 3_600_000;
/** A trial that did not help is not repeated for this time, doubling up to the longest. */
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = REMEMBERED_MS;
/** Repairs that are kept for one target. */
const MOST_KNOWN = 64;

const NONE: readonly CompiledRepair[] = [];

/** A change to a request that is tried at a target after a refusal that does not explain itself. */
class Trial {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #pauseMs = FIRST_PAUSE_MS;
  #notBefore = Number.NEGATIVE_INFINITY;
  /** How often it helped. A failure halves the number. */
  helped = 0;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Whether it may be tried now. */
  get isDue(): boolean {
    return this.#clock.monotonic() >= this.#notBefore;
  }

  succeeded(): void {
    this.helped++;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#notBefore = Number.NEGATIVE_INFINITY;
  }

  /** The changed request was refused too. Trials at the same time count as one: the same shortage refuses all of them. */
  failed(): void {
    if (!this.isDue) return;
    this.helped /= 2;
    this.#notBefore = this.#clock.monotonic() + this.#pauseMs;
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
  }
}

/**
 * What a target refused before, so that 429chain does not send it again. One refused value does not prove that the target
 * refuses the field; a second one does. Forgotten after six hours.
 */
export class Repairs {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** From the one that was learned first to the last. */
  readonly #known = new Map<string, KnownRepair>();
  /** Parts of messages that it refused, and when that is forgotten, monotonic ms. */
  readonly #lacks = new Map<MediaKind, number>();
  /** A small bound, where a refusal does not say that the bound is at fault. */
  readonly smallBound: Trial;
  /** A request that does not ask for usage. */
  readonly withoutUsage: Trial;

  constructor(clock: Pick<Clock, 'monotonic'> = systemClock) {
    this.#clock = clock;
    this.smallBound = new Trial(clock);
    this.withoutUsage = new Trial(clock);
  }

  /** Returns the known repairs that apply to `body`. */
  for(body: Body): readonly CompiledRepair[] {
    if (this.#known.size === 0) return NONE;
    this.#forget();
    return [...this.#known.values()].filter(
      ({ repair, value }) => value === undefined || value === refusedValueOf(repair, body),
    );
  }

  /** Whether dropping this field is known to help, whatever its value. */
  drops(field: string): boolean {
    if (this.#known.size === 0) return false;
    this.#forget();
    return this.#known.has(keyOf({ drop: field }));
  }

  /** Whether the target refused such parts of messages before. */
  lacks(kind: MediaKind): boolean {
    return (this.#lacks.get(kind) ?? Number.NEGATIVE_INFINITY) > this.#clock.monotonic();
  }

  /** Remembers that the target takes no such parts of messages. */
  learnLack(kind: MediaKind): void {
    this.#lacks.set(kind, this.#clock.monotonic() + REMEMBERED_MS);
  }

  /** Remembers that the target accepted `body` after these repairs. */
  learn(repairs: readonly Repair[], body: Body): void {
    for (const given of repairs) {
      if ('once' in given) continue;
      const repair = 'drop' in given && given.drop === SUSPECTED_BOUND ? this.#confirmBound() : given;
      if (repair === undefined) continue;
      const value = refusedValueOf(repair, body);
      const key = keyOf(repair);
      const before = this.#known.get(key);
      this.#known.delete(key);
      this.#known.set(key, {
        ...compileRepair(repair),
        value: before === undefined || before.value === value ? value : undefined,
        forgottenAt: this.#clock.monotonic() + REMEMBERED_MS,
      });
    }
    for (const key of this.#known.keys()) {
      if (this.#known.size <= MOST_KNOWN) break;
      this.#known.delete(key);
    }
  }

  /** A small bound helped. Returns what to learn once it has helped often enough to be no coincidence. */
  #confirmBound(): Repair | undefined {
    this.smallBound.succeeded();
    return this.smallBound.helped < 2 ? undefined : { drop: COUNTED_BOUND };
  }

  #forget(): void {
    const now = this.#clock.monotonic();
    for (const [key, { forgottenAt }] of this.#known) {
      if (forgottenAt > now) break;
      this.#known.delete(key);
    }
  }
}

export const compileRepair = (repair: Repair): CompiledRepair => ({
  repair,
  adaptation: isConversationRepair(repair) ? undefined : adaptationOfField(repair),
});

/** The adaptation that carries out a repair of a field. */
export const adaptationOfField = (repair: FieldRepair): CompiledAdaptation =>
  compileAdaptation({ ...adaptationOf(repair), why: 'this target refused it before' });

const adaptationOf = (repair: FieldRepair) => {
  if ('drop' in repair) return { field: repair.drop, drop: true } as const;
  if ('rename' in repair) return { field: repair.rename, rename: repair.to };
  if ('cap' in repair) return { field: repair.cap, cap: repair.to };
  if ('flatten' in repair) return { field: repair.flatten, flatten: true } as const;
  const { replace, to } = repair;
  return { field: replace, replace: to, ...('from' in repair ? { from: repair.from } : {}) };
};

/** The path of the field that a repair changes. */
export const fieldOf = (repair: FieldRepair): string => {
  if ('drop' in repair) return repair.drop;
  if ('rename' in repair) return repair.rename;
  if ('cap' in repair) return repair.cap;
  return 'flatten' in repair ? repair.flatten : repair.replace;
};

const VERBS = ['drop', 'rename', 'replace', 'cap', 'flatten'] as const;

/** Two repairs with the same key replace each other. */
const keyOf = (repair: Repair): string => {
  if (isConversationRepair(repair)) return `conversation ${Object.keys(repair.conversation).join(' ')}`;
  const from = 'replace' in repair && 'from' in repair ? JSON.stringify(repair.from) : '';
  return `${VERBS.find((verb) => verb in repair)} ${fieldOf(repair)} ${from}`;
};

/** Returns the refused value as JSON, or `undefined` where the repair does not depend on the value. */
const refusedValueOf = (repair: Repair, body: Body): string | undefined => {
  if (!('drop' in repair) || /[.[\]]/.test(repair.drop)) return undefined;
  return JSON.stringify(body[repair.drop]);
};
