import type { Log } from '../log.js';
import type { Denial } from '../plugin/index.js';
import { inTime } from './in-time.js';
import { checkedResult, isPromise, PROMISED } from './results.js';
import { wordsOf } from './words.js';

/** What went wrong in one hook or route of a plugin, for the admin. */
export interface PluginFault {
  readonly plugin: string;
  /** The hook, or the route such as `GET /metrics`. */
  readonly hook: string;
  readonly count: number;
  /** The message of the last error, with keys masked. */
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

/** Makes sure that no tap fails or stalls a request: a tap that throws or hangs has no opinion, and its plugin is blamed. */
export class Guard {
  readonly #faults = new Map<string, PluginFault>();
  readonly #tapped = new Map<string, Set<string>>();
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
    const blame = (error: unknown): void => this.blame(plugin, hook, error);
    return { tap: this.#sync, tapPromise: this.#promise, tapAsync: this.#callback }[kind].call(this, hook, fn, blame);
  }

  /** Logs an error of a plugin by its name, and counts it. */
  blame(plugin: string, hook: string, error: unknown): undefined {
    const key = `${plugin} ${hook}`;
    const count = (this.#faults.get(key)?.count ?? 0) + 1;
    const last = this.#mask(wordsOf(error));
    this.#faults.set(key, { plugin, hook, count, last, at: this.#now() });
    this.#log.warn(`Plugin "${plugin}" failed in ${hook} (${count} so far): ${last}`);
    return undefined;
  }

  #sync(hook: string, tap: Tap, blame: (error: unknown) => void): Tap {
    return (...values) => {
      try {
        const result = tap(...values);
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
    return { ...denial, reason: this.#mask(denial.reason) };
  }

  async #promised(hook: string, call: () => unknown, blame: (error: unknown) => void): Promise<unknown> {
    try {
      return this.#checked(hook, await inTime(call(), this.#patienceMs, 'no answer'));
    } catch (error) {
      return blame(error);
    }
  }
}

/** The result of a plain tap that is an async function: too late for a decision, and fine for `afterResponse`. */
const unawaited = (hook: string, result: PromiseLike<unknown>, blame: (error: unknown) => void): undefined => {
  // Without a handler, a rejection would end the process.
  result.then(undefined, blame);
  if (hook === 'afterResponse') return undefined;
  throw new Error(hook === 'beforeAttempt' ? `${PROMISED}. Tap it with tapPromise` : PROMISED);
};
