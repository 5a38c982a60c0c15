import { syncBuiltinESMExports } from 'node:module';
import type { Log } from '../log.js';
import { type Activity, currentActivity, runTraced } from './activity.js';
import { wordsOf } from './checks/words.js';
import { wordsWithPlace } from './guard.js';
import type { Host } from './host.js';
import { type Place, placeOf } from './plugin-files.js';
import { RefusedExit } from './refused-exit.js';

/** Where faults outside of any call are counted. */
export interface FaultSink {
  readonly log: Log;
  /** Removes keys from what a plugin says. */
  readonly mask: (text: string) => string;
  /** The plugins in use; `undefined` before the first configuration is in force. */
  readonly host: () => Host | undefined;
}

/** The plugin behind an error: by what was running, or else by the code in its stack. */
const culpritOf = (
  thrown: unknown,
): { readonly activity?: Activity; readonly place?: Place; readonly plugin: string } | undefined => {
  const activity = currentActivity();
  // A listener of one plugin may run because of what another one threw.
  const caller = RefusedExit.is(thrown) ? placeOf(thrown) : undefined;
  if (activity !== undefined && (caller?.plugin ?? activity.plugin) === activity.plugin)
    return { activity, plugin: activity.plugin };
  const place = caller ?? placeOf(thrown);
  return place && { place, plugin: place.plugin };
};

/**
 * Counts and logs an error that nothing caught, if a plugin is behind it.
 * @returns whether a plugin is behind it
 */
export const blamePlugin = (thrown: unknown, sink: FaultSink): boolean =>
  blameFor(thrown, sink, (where) => (where === undefined ? BACKGROUND : `${BACKGROUND} of ${where}`));

/** Where the fault is, if no call of 429chain was running. */
export const BACKGROUND = 'background work';

/** Counts rejected promises that nothing awaits, if they are a plugin's. Others go their usual way. @returns a function that ends it */
export const countUncaught = (sink: FaultSink): (() => void) => {
  const onRejection = (reason: unknown): void => {
    if (!blamePlugin(reason, sink)) throw reason;
  };
  process.on('unhandledRejection', onRejection);
  return () => process.off('unhandledRejection', onRejection);
};

const blameFor = (
  thrown: unknown,
  { log, mask, host }: FaultSink,
  whereOf: (where: string | undefined) => string,
): boolean => {
  const culprit = culpritOf(thrown);
  // Only plugins are refused to exit, and this one was blamed at the call.
  if (culprit === undefined) return RefusedExit.is(thrown) && thrown.isCountedAgain();
  const { activity, plugin } = culprit;
  const where = whereOf(activity?.where);
  // The faults of the configuration in force are shown; those of an earlier one, or of one that was only checked, are not.
  if (host()?.blame(plugin, where, thrown, activity?.at)) return true;
  if (activity === undefined)
    log.warn(`Plugin "${plugin}" failed in ${where}: ${mask(wordsWithPlace(plugin, thrown))}`);
  else activity.blame(where, thrown);
  return true;
};

/** Traces microtasks to the plugin that queued them: Node forgets what was running before it reports what they throw. */
export const traceMicrotasks = (sink: FaultSink): void => {
  const queue = globalThis.queueMicrotask;
  globalThis.queueMicrotask = (task) => {
    const activity = currentActivity();
    if (activity === undefined || typeof task !== 'function') return queue(task);
    queue(() => {
      runTraced(activity, () => {
        try {
          task();
        } catch (error) {
          blamePlugin(error, sink);
        }
      });
    });
  };
};

/** Events that end the process: a listener that throws, and a signal that was never sent. */
const FAULTS = new Set<unknown>(['uncaughtException', 'unhandledRejection']);
const SIGNALS = new Set<unknown>(['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Keeps listeners of plugins for uncaught errors from ending the process by what they throw, and plugins from emitting signals. Call
 * it once 429chain itself listens for uncaught errors: its listener comes first.
 */
export const guardEvents = (sink: FaultSink): void => {
  const emit = process.emit as (...args: unknown[]) => boolean;
  const guarded = function (this: unknown, ...args: unknown[]): boolean {
    const [event] = args;
    if (SIGNALS.has(event)) {
      // By the stack: a signal that arrives belongs to what registered the first listener.
      const place = placeOf(new Error());
      if (place === undefined) return emit.apply(process, args);
      const refused = new RefusedExit(`process.emit('${event}')`);
      blameFor(refused, sink, (where = BACKGROUND) => where);
      throw refused;
    }
    if (!FAULTS.has(event)) return emit.apply(process, args);
    try {
      return emit.apply(process, args);
    } catch (error) {
      if (!blamePlugin(error, sink)) sink.log.error(`429chain goes on after an error: ${wordsOf(error)}`);
      return true;
    }
  };
  process.emit = guarded as typeof process.emit;
};

/** The last one would take uncaught errors away from 429chain, also from its start. */
const ENDINGS = ['exit', 'reallyExit', 'abort', 'kill', '_kill', 'setUncaughtExceptionCaptureCallback'] as const;
type Ending = (typeof ENDINGS)[number];

/** Refuses `process.exit`, `process.abort` and the like if a plugin calls them for this process: they throw a RefusedExit. */
export const refuseExits = (sink: FaultSink): void => {
  const own = process as unknown as Record<Ending, ((...args: unknown[]) => unknown) | undefined>;
  for (const name of ENDINGS) {
    const real = own[name];
    if (real === undefined) continue;
    own[name] = function (this: unknown, ...args: unknown[]): unknown {
      if (name.endsWith('kill') && !endsThisProcess(args)) return real.apply(process, args);
      const refused = new RefusedExit(`process.${name}(${args.map(wordOf).join(', ')})`);
      if (!blameFor(refused, sink, (where = BACKGROUND) => where)) return real.apply(process, args);
      throw refused;
    };
  }
  // For `import { exit } from 'node:process'`.
  syncBuiltinESMExports();
};

const wordOf = (argument: unknown): string => (typeof argument === 'function' ? 'a function' : String(argument));

/** 0 is the process group. Signal 0 only asks whether the process exists. */
const endsThisProcess = ([pid, signal]: readonly unknown[]): boolean =>
  signal !== 0 && (Math.abs(Number(pid)) === process.pid || Number(pid) === 0);
