import { syncBuiltinESMExports } from 'node:module';
import type { Log } from '../log.js';
import { type Activity, currentActivity } from './activity.js';
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
  if (activity !== undefined) return { activity, plugin: activity.plugin };
  const place = placeOf(thrown);
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
  if (culprit === undefined) return false;
  const { activity, plugin } = culprit;
  const where = whereOf(activity?.where);
  // The faults of the configuration in force are shown; those of an earlier one, or of one that was only checked, are not.
  if (host()?.blame(plugin, where, thrown, activity?.at)) return true;
  if (activity === undefined)
    log.warn(`Plugin "${plugin}" failed in ${where}: ${mask(wordsWithPlace(plugin, thrown))}`);
  else activity.blame(where, thrown);
  return true;
};

type Ending = 'exit' | 'abort' | 'kill';

/** Refuses `process.exit`, `process.abort` and `process.kill` of this process if a plugin calls them: they throw a RefusedExit. */
export const refuseExits = (sink: FaultSink): void => {
  const own = process as unknown as Record<Ending, (...args: unknown[]) => unknown>;
  for (const name of ['exit', 'abort', 'kill'] as const) {
    const real = own[name];
    own[name] = function (this: unknown, ...args: unknown[]): unknown {
      if (name === 'kill' && !endsThisProcess(args)) return real.apply(process, args);
      const refused = new RefusedExit(`process.${name}(${args.map(String).join(', ')})`);
      if (!blameFor(refused, sink, (where = BACKGROUND) => where)) return real.apply(process, args);
      throw refused;
    };
  }
  // For `import { exit } from 'node:process'`.
  syncBuiltinESMExports();
};

/** 0 is the process group. Signal 0 only asks whether the process exists. */
const endsThisProcess = ([pid, signal]: readonly unknown[]): boolean =>
  signal !== 0 && (Math.abs(Number(pid)) === process.pid || Number(pid) === 0);
