import type { TargetView } from '../../contract/admin-api.js';
import type { ConfigurationState, LiveEvent } from '../../contract/events.js';
import type { RequestRecord } from '../../contract/requests.js';
import type { PreparedTarget } from '../../engine/target.js';
import { type Engine, targetsOf, viewOf } from './status.js';

/** Requests that are remembered for who comes back. */
export const MOST_REMEMBERED = 500;

interface WatchedTarget {
  readonly target: PreparedTarget;
  readonly chains: readonly string[];
  view: TargetView | undefined;
  /** The view as JSON: to see whether another one differs. */
  text: string;
  /** When it changed last, as a sequence. */
  changed: number;
  /** When it changes by itself, epoch ms. */
  nextAt: number;
}

/** A value, and when it changed last, as a sequence. */
interface Changing<T> {
  value: T;
  changed: number;
}

/**
 * What the live feed tells, and in which order it came about: each change has the next number of one sequence, so that
 * what somebody knows is one number, and what to tell him follows from it.
 */
export class LiveState {
  #sequence = 0;
  /** Who knows less than this is told everything. */
  #wholeBefore = 0;
  /** Absent until somebody looks. */
  #targets: readonly WatchedTarget[] | undefined;
  /** Providers whose targets may have changed since the last look; `''` stands for all. */
  readonly #marked = new Set<string>();
  /** The last ones, in the order of their end. */
  #requests: { readonly record: RequestRecord; readonly changed: number }[] = [];
  readonly #waiting: Changing<number> = { value: 0, changed: 0 };
  readonly #configuration: Changing<ConfigurationState> = { value: { problems: 0 }, changed: 0 };

  /** Everything up to here is known to who was told all. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Something changed about this scope, or, where it is `''`, anywhere. */
  mark(scope: string): void {
    const end = scope.search(/[/#]/);
    // A target draws on its account: what is used by one is missing to others.
    this.#marked.add(end === -1 ? scope : scope.slice(0, end));
  }

  requestOver(record: RequestRecord): void {
    this.#requests.push({ record, changed: ++this.#sequence });
    if (this.#requests.length <= MOST_REMEMBERED) return;
    this.#wholeBefore = Math.max(this.#wholeBefore, this.#requests.shift()?.changed ?? 0);
  }

  configurationIs(problems: number): void {
    if (problems !== this.#configuration.value.problems) this.#set(this.#configuration, { problems });
  }

  /** Forgets all that was seen: who comes back is told everything. */
  restart(): void {
    this.#targets = undefined;
    this.#marked.clear();
    this.#requests = [];
    this.#wholeBefore = ++this.#sequence;
  }

  /**
   * Looks again at what may have changed by `now`, epoch ms.
   * @returns when something changes by itself, epoch ms; `Infinity` when nothing does
   */
  look(engine: Engine, now: number): number {
    this.#targets ??= targetsOf(engine).map((listed) => ({
      ...listed,
      view: undefined,
      text: '',
      changed: 0,
      nextAt: Number.NEGATIVE_INFINITY,
    }));
    const all = this.#marked.has('');
    let next = Number.POSITIVE_INFINITY;
    for (const each of this.#targets) {
      if (all || each.nextAt <= now || this.#marked.has(each.target.provider)) this.#lookAt(engine, each, now);
      next = Math.min(next, each.nextAt);
    }
    this.#marked.clear();
    const { waiting } = engine.waterfall;
    if (waiting !== this.#waiting.value) this.#set(this.#waiting, waiting);
    return next;
  }

  /** What to tell somebody who knows everything up to `known`, with at most so many requests. Absent: nothing. */
  since(known: number, mostRequests: number): LiveEvent | undefined {
    if (known < this.#wholeBefore) return this.#status();
    if (known === this.#sequence) return undefined;
    const over = this.#requests.filter(({ changed }) => changed > known);
    const missed = Math.max(0, over.length - mostRequests);
    return {
      type: 'changes',
      targets: this.#views((changed) => changed > known),
      ...(this.#waiting.changed > known && { waiting: this.#waiting.value }),
      requests: over.slice(missed).map(({ record }) => record),
      ...(missed > 0 && { missed }),
      ...(this.#configuration.changed > known && { configuration: this.#configuration.value }),
    };
  }

  #status(): LiveEvent {
    const targets = this.#views(() => true);
    return { type: 'status', targets, waiting: this.#waiting.value, configuration: this.#configuration.value };
  }

  #views(chosen: (changed: number) => boolean): readonly TargetView[] {
    return (this.#targets ?? []).flatMap(({ view, changed }) => (view !== undefined && chosen(changed) ? [view] : []));
  }

  #lookAt(engine: Engine, watched: WatchedTarget, now: number): void {
    const view = viewOf(engine, watched);
    watched.nextAt = nextOf(view, now);
    const text = JSON.stringify(view);
    if (text === watched.text) return;
    watched.view = view;
    watched.text = text;
    watched.changed = ++this.#sequence;
  }

  #set<T>(changing: Changing<T>, value: T): void {
    changing.value = value;
    changing.changed = ++this.#sequence;
  }
}

/** When something of the view is over, epoch ms. A moment that has come already says nothing of the next one. */
const nextOf = ({ until, quotas }: TargetView, now: number): number =>
  Math.min(
    ...[until, ...quotas.map(({ resetAt }) => resetAt)].map((at) =>
      at === undefined || at <= now ? Number.POSITIVE_INFINITY : at,
    ),
  );
