import type { TargetView } from '../../contract/admin-api.js';
import type { ConfigurationState, LiveEvent } from '../../contract/events.js';
import type { RequestRecord } from '../../contract/requests.js';
import { type Engine, type ListedTarget, targetsOf, viewOf } from './status.js';

/** Most requests that are kept for a client that reconnects. */
export const MOST_REMEMBERED = 500;

interface WatchedTarget extends ListedTarget {
  view: TargetView | undefined;
  /** The view as JSON, for comparison with the next one. */
  text: string;
  /** The sequence of its last change. */
  changed: number;
  /** When it will change by itself, epoch ms. */
  nextAt: number;
}

/** A value with the sequence of its last change. */
interface Changing<T> {
  value: T;
  changed: number;
}

/**
 * The state that the live feed sends. Each change gets the next number of one sequence, so that one number says what a
 * client knows, and which changes it needs.
 */
export class LiveState {
  #sequence = 0;
  /** A client that knows less than this gets the whole status. */
  #wholeBefore = 0;
  /** Undefined before the first look. */
  #targets: readonly WatchedTarget[] | undefined;
  /** Providers and accounts whose targets may have changed since the last look; `''` stands for all. */
  readonly #marked = new Set<string>();
  /** The most recent requests, in the order in which they ended. */
  #requests: { readonly record: RequestRecord; readonly changed: number }[] = [];
  readonly #waiting: Changing<number> = { value: 0, changed: 0 };
  readonly #configuration: Changing<ConfigurationState> = { value: { problems: 0 }, changed: 0 };

  /** The sequence of the last change. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Marks a scope as changed; `''` marks all. */
  mark(scope: string): void {
    const end = scope.search(/[/#]/);
    // The targets of an account share its limits: one target's use changes the others.
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

  /** Forgets everything: clients that reconnect get the whole status. */
  restart(): void {
    this.#targets = undefined;
    this.#marked.clear();
    this.#requests = [];
    this.#wholeBefore = ++this.#sequence;
  }

  /**
   * Updates everything that may have changed by `now`, epoch ms.
   * @returns when the next change happens by itself, epoch ms; `Infinity` if none does
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
      const { keyedId, account } = each.target;
      const isMarked = all || this.#marked.has(keyedId) || this.#marked.has(account);
      if (isMarked || each.nextAt <= now) this.#lookAt(engine, each, now);
      next = Math.min(next, each.nextAt);
    }
    this.#marked.clear();
    const { waiting } = engine;
    if (waiting !== this.#waiting.value) this.#set(this.#waiting, waiting);
    return next;
  }

  /** The event for a client that knows everything up to `known`, with at most `mostRequests`; undefined for no news. */
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

/** When the view changes by itself, epoch ms. Times in the past do not count. */
const nextOf = ({ until, quotas }: TargetView, now: number): number =>
  Math.min(
    ...[until, ...quotas.map(({ resetAt }) => resetAt)].map((at) =>
      at === undefined || at <= now ? Number.POSITIVE_INFINITY : at,
    ),
  );
