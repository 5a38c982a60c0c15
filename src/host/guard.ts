import type { Log } from '../log.js';
import type { Denial } from '../plugin/index.js';
import { inTime } from './in-time.js';
import { checkedResult, isPromise, PROMISED } from './results.js';
import { wordsOf } from './words.js';

/** What taps and routes did wrong, for the log and the admin. */
export interface PluginFault {
  readonly plugin: string;
  /** The hook, or the route such as `GET /metrics`. */
  readonly hook: string;
  readonly count: number;
  readonly last: string;
  /** When it was, epoch ms. */
  readonly at: number;
}

/** A tap that has not answered by then is taken to have no opinion. */
const PATIENCE_MS = 2_000;

/** The method of a hook that registers a tap. */
export type TapKind = 'tap' | 'tapPromise' | 'tapAsync';
export type Tap = (...values: unknown[]) => unknown;
type Callback = (error?: Error | null, result?: unknown) => void;

/** Sees to it that no tap fails or stalls a request: one that throws or hangs abstains, and is named. */
export class Guard {
  readonly #faults = new Map<string, PluginFault>();
  readonly #tapped = new Map<string, Set<string>>();
  readonly #log: Log;
  readonly #now: () => number;
  readonly #patienceMs: number;
  readonly #mask: (text: string) => string;

  /** `mask` takes keys out of a plugin's words: they go to callers, into the request log and to the admin. */
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

  /** Names a plugin in the log for what went wrong in it, and counts. */
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

/** A plain tap that is an async function: what it decides comes too late, what it watches does not. */
const unawaited = (hook: string, result: PromiseLike<unknown>, blame: (error: unknown) => void): undefined => {
  // Nobody else hears of it, and a rejection that nobody hears of ends the process.
  result.then(undefined, blame);
  if (hook === 'afterResponse') return undefined;
  throw new Error(hook === 'beforeAttempt' ? `${PROMISED}. Tap it with tapPromise` : PROMISED);
};
