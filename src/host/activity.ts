import { AsyncLocalStorage } from 'node:async_hooks';
import { performance } from 'node:perf_hooks';

/** One function of a plugin that 429chain calls, such as its tap of `onError`. Made once, not for each call. */
export interface Activity {
  /** Its name; while its code is imported, the path of the code. */
  plugin: string;
  /** The hook, the route or the step of the life cycle. */
  readonly where: string;
  /** Where the plugin registered it, `file:line:column`. */
  readonly at?: string | undefined;
  /** Counts and logs an error of this function, or of what it started. */
  blame(where: string, error: unknown): void;
}

/** A call of the event loop that takes longer delays every request, ms. */
export const BLOCKED_MS = 250;

const storage = new AsyncLocalStorage<Activity>();
/** Async functions of plugins that have not answered yet, and how many times. */
const unanswered = new Map<Activity, number>();
/** When each async function answered last, as `performance.now()`. */
const answeredAt = new Map<string, number>();
let lastSlowAt = Number.NEGATIVE_INFINITY;

/** Calls a function of a plugin, so that everything it starts can be traced to it. */
export const runTraced = <T>(activity: Activity, call: () => T): T => storage.run(activity, call);

/** Like `runTraced`, and blames the plugin if the call takes so long that it blocks the event loop. */
export const runTimed = <T>(activity: Activity, call: () => T): T => {
  const startedAt = performance.now();
  try {
    return storage.run(activity, call);
  } finally {
    const endedAt = performance.now();
    if (endedAt - startedAt > BLOCKED_MS) {
      lastSlowAt = endedAt;
      activity.blame(activity.where, new Error(blockedFor(endedAt - startedAt)));
    }
  }
};

/** Resolves as `promise` does. Until then, the plugin is named if the event loop is blocked. */
export const whileUnanswered = async <T>(activity: Activity, promise: T | Promise<T>): Promise<T> => {
  unanswered.set(activity, (unanswered.get(activity) ?? 0) + 1);
  try {
    return await promise;
  } finally {
    answeredAt.set(nameOf(activity), performance.now());
    const left = (unanswered.get(activity) ?? 1) - 1;
    if (left > 0) unanswered.set(activity, left);
    else unanswered.delete(activity);
  }
};

/** The function of a plugin that is running, or that started what is running; `undefined` if it is 429chain's own. */
export const currentActivity = (): Activity | undefined => storage.getStore();

/**
 * Stops tracing until the next traced call. Up to Node 22, tracing makes every promise of the process slower, so it pays
 * only if plugins have functions that are called while requests are served.
 */
export const stopTracing = (): void => storage.disable();

/** When a plugin's function last blocked the event loop, as `performance.now()`. */
export const lastSlowCallAt = (): number => lastSlowAt;

/** The async functions that had not answered at `time` (`performance.now()`), such as `my-plugin (beforeAttempt)`. */
export const unansweredSince = (time: number): string[] => {
  const late = [...answeredAt].filter(([, at]) => at >= time).map(([name]) => name);
  return [...new Set([...[...unanswered.keys()].map(nameOf), ...late])];
};

const nameOf = ({ plugin, where }: Activity): string => `${plugin} (${where})`;

export const BLOCKED = 'it blocked the event loop';

const blockedFor = (ms: number): string => `${BLOCKED} for ${Math.round(ms)} ms`;
