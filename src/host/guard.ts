import { freezeDeep } from '../freeze.js';
import type { Log } from '../log.js';
import type { Denial } from '../plugin/index.js';
import { type Activity, runTimed, whileUnanswered } from './activity.js';
import { checkedResult, isPromise, PROMISED } from './checks/results.js';
import { shortWords, wordsOf } from './checks/words.js';
import { inTime } from './in-time.js';
import { placeOf } from './plugin-files.js';
import { RefusedExit } from './refused-exit.js';

/** What went wrong in one hook or route of a plugin, for the admin. */
export interface PluginFault {
  readonly plugin: string;
  /** The hook, or the route such as `GET /metrics`. */
  readonly hook: string;
  readonly count: number;
  /** The message of the last error, with keys masked, and its place in the plugin's code if that is known. */
  readonly last: string;
  /** When it last went wrong, epoch ms. */
  readonly at: number;
}

/** How long an async tap may take. After that it has no opinion. */
const PATIENCE_MS = 2_000;

/** The method of a hook that registers a tap. */
export type TapKind = 'tap' | 'tapPromise' | 'tapAsync';
export type Tap = (...values: unknown[]) => unknown;
type Callback = (error?: Error | null, result?: unknown) => void;

/** Calls a function of a plugin. What it starts is traced to the plugin, unless that is built in. */
export type Entry = <T>(call: () => T) => T;

/** The entry of built-in plugins. */
export const untraced: Entry = (call) => call();

/** A hook that fails more often is logged at most once a second. */
const LOGGED_IN_FULL = 10;
const LOG_PAUSE_MS = 1_000;

/** Makes sure that no tap fails or stalls a request: a tap that throws or hangs has no opinion, and its plugin is blamed. */
export class Guard {
  readonly #faults = new Map<string, PluginFault>();
  readonly #tapped = new Map<string, Set<string>>();
  /** When a fault of each hook was logged. */
  readonly #loggedAt = new Map<string, number>();
  readonly #traced = new Set<string>();
  #hasEntries = false;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #patienceMs: number;
  readonly #mask: (text: string) => string;

  /** `mask` removes keys from what a plugin says: callers, the request log and the admin see it. */
  constructor(log: Log, now: () => number, patienceMs = PATIENCE_MS, mask = (text: string): string => text) {
    this.#log = log;
    this.#now = now;
    this.#patienceMs = patienceMs;
    this.#mask = mask;
  }

  get faults(): readonly PluginFault[] {
    return [...this.#faults.values()];
  }

  /** The hooks that a plugin taps. */
  hooksOf(plugin: string): readonly string[] {
    return [...(this.#tapped.get(plugin) ?? [])];
  }

  /** A tap of `plugin` that neither throws nor hangs. */
  tap(plugin: string, hook: string, kind: TapKind, fn: Tap): Tap {
    if (typeof fn !== 'function') throw new Error(`${kind} of ${hook} needs a function`);
    this.#tapped.set(plugin, (this.#tapped.get(plugin) ?? new Set()).add(hook));
    const activity = this.#lastingActivity(plugin, hook);
    const blame = (error: unknown): void => this.blame(plugin, hook, error, activity?.at);
    const called = activity === undefined ? fn : tracedTap(activity, kind, fn);
    return { tap: this.#sync, tapPromise: this.#promise, tapAsync: this.#callback }[kind].call(
      this,
      hook,
      called,
      blame,
    );
  }

  /** Traces everything that `plugin` starts from now on. Built-in plugins need no tracing. */
  trace(plugin: string): void {
    this.#traced.add(plugin);
  }

  /** Whether traced plugins have functions that are called while requests are served. */
  get tracesRequests(): boolean {
    return this.#hasEntries;
  }

  /** How to call a function of a plugin: a route, or a function of a provider type or a protocol. */
  entry(plugin: string, where: string): Entry {
    const activity = this.#lastingActivity(plugin, where);
    return activity === undefined ? untraced : (call) => runTimed(activity, call);
  }

  /** What traces a function of `plugin`; `undefined` for a built-in plugin. */
  activity(plugin: string, where: string): Activity | undefined {
    if (!this.#traced.has(plugin)) return undefined;
    return this.#activityOf(plugin, where, placeOf(new Error())?.at);
  }

  /** What traces the import of a plugin. Its name is not known before: set it afterwards. */
  importOf(path: string): Activity {
    return this.#activityOf(path, 'its import');
  }

  #activityOf(plugin: string, where: string, at?: string): Activity {
    const guard = this;
    return {
      plugin,
      where,
      at,
      blame(place, error) {
        guard.blame(this.plugin, place, error, at);
      },
    };
  }

  #lastingActivity(plugin: string, where: string): Activity | undefined {
    const activity = this.activity(plugin, where);
    if (activity !== undefined) this.#hasEntries = true;
    return activity;
  }

  /** Logs an error of a plugin by its name, and counts it. `registeredAt` is said if the error has no place of its own. */
  blame(plugin: string, hook: string, error: unknown, registeredAt?: string): undefined {
    if (RefusedExit.is(error) && error.isCountedAgain()) return undefined;
    const key = `${plugin} ${hook}`;
    const count = (this.#faults.get(key)?.count ?? 0) + 1;
    const at = this.#now();
    const last = this.#mask(wordsWithPlace(plugin, error, registeredAt));
    this.#faults.set(key, { plugin, hook, count, last, at });
    if (count > LOGGED_IN_FULL && Math.abs(at - (this.#loggedAt.get(key) ?? 0)) < LOG_PAUSE_MS) return undefined;
    this.#loggedAt.set(key, at);
    this.#log.warn(`Plugin "${plugin}" failed in ${hook} (${count} so far): ${last}`);
    return undefined;
  }

  #sync(hook: string, tap: Tap, blame: (error: unknown) => void): Tap {
    // No hook has more arguments.
    return (first, second) => {
      try {
        const result = tap(first, second);
        if (result === undefined) return undefined;
        return isPromise(result) ? unawaited(hook, result, blame) : this.#checked(hook, result);
      } catch (error) {
        return blame(error);
      }
    };
  }

  #promise(hook: string, tap: Tap, blame: (error: unknown) => void): Tap {
    return (...values) => this.#promised(hook, () => tap(...values), blame);
  }

  #callback(hook: string, tap: Tap, blame: (error: unknown) => void): Tap {
    return (...values) => {
      const callback = values.at(-1) as Callback;
      const called = (): Promise<unknown> =>
        new Promise((resolve, reject) => {
          tap(...values.slice(0, -1), (error: Error | null, result: unknown) =>
            error ? reject(error) : resolve(result),
          );
        });
      void this.#promised(hook, called, blame).then((result) => callback(null, result));
    };
  }

  #checked(hook: string, value: unknown): unknown {
    const result = checkedResult(hook, value);
    if (hook !== 'beforeAttempt' || result === undefined) return result;
    const denial = result as Denial;
    return { ...denial, reason: this.#mask(shortWords(denial.reason)) };
  }

  async #promised(hook: string, call: () => unknown, blame: (error: unknown) => void): Promise<unknown> {
    try {
      return this.#checked(hook, await inTime(call(), this.#patienceMs, 'no answer'));
    } catch (error) {
      return blame(error);
    }
  }
}

const tracedTap = (activity: Activity, kind: TapKind, tap: Tap): Tap => {
  const call: Tap = (...values) => {
    // The callback of `tapAsync` is no plain object.
    for (const value of values) freezeDeep(value);
    return runTimed(activity, () => tap(...values));
  };
  return kind === 'tapPromise' ? (...values) => whileUnanswered(activity, call(...values)) : call;
};

/** The message of an error, with the place in the code of `plugin` that it comes from, or where its function was registered. */
export const wordsWithPlace = (plugin: string, error: unknown, registeredAt?: string): string => {
  const place = placeOf(error);
  const at = place?.plugin === plugin ? place.at : registeredAt;
  return at === undefined ? wordsWithCause(error) : `${wordsWithCause(error)} (${at})`;
};

/** `fetch failed` says nothing without its cause. */
const wordsWithCause = (error: unknown): string => {
  const words = wordsOf(error);
  return words === 'fetch failed' && error instanceof TypeError ? `${words}: ${wordsOf(error.cause)}` : words;
};

/** The result of a plain tap that is an async function: too late for a decision, and fine for `afterResponse`. */
const unawaited = (hook: string, result: PromiseLike<unknown>, blame: (error: unknown) => void): undefined => {
  // Without a handler, a rejection would end the process.
  result.then(undefined, blame);
  if (hook === 'afterResponse') return undefined;
  throw new Error(hook === 'beforeAttempt' ? `${PROMISED}. Tap it with tapPromise` : PROMISED);
};
