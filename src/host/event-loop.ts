import { performance } from 'node:perf_hooks';
import type { LoopView } from '../contract/admin-api.js';
import type { Log } from '../log.js';
import { BLOCKED_MS, lastSlowCallAt, unansweredSince } from './activity.js';
import { loadedPlugins } from './plugin-files.js';

const LOOK_MS = 100;

/** Blocks of the event loop since `watchEventLoop`. There is one event loop for all apps of the process. */
let seen: LoopView | undefined;

/** How often the event loop was blocked, and for how long at most; `undefined` if it never was or is not watched. */
export const blockedEventLoop = (): LoopView | undefined => seen;

/**
 * Looks ten times a second whether the event loop was blocked for more than 250 ms, and logs and counts it. A plugin's call
 * that took so long has been logged with its name already.
 * @returns a function that ends it
 */
export const watchEventLoop = (log: Log): (() => void) => {
  let lookedAt = performance.now();
  let cpu = process.cpuUsage();
  const timer = setInterval(() => {
    const now = performance.now();
    const lateMs = now - lookedAt - LOOK_MS;
    const since = lookedAt;
    const before = cpu;
    lookedAt = now;
    cpu = process.cpuUsage();
    if (lateMs <= BLOCKED_MS) return;
    seen = { blocked: (seen?.blocked ?? 0) + 1, longestMs: Math.max(seen?.longestMs ?? 0, Math.round(lateMs)) };
    if (lastSlowCallAt() >= since) return;
    // Without plugins, a process that did nothing was not blocked: the machine gave it no time.
    const usedMs = (cpu.user - before.user + cpu.system - before.system) / 1000;
    const wasBusy = usedMs >= lateMs / 2;
    if (wasBusy || loadedPlugins().length > 0) log.warn(sentence(lateMs, unansweredSince(since)));
  }, LOOK_MS).unref();
  return () => clearInterval(timer);
};

const sentence = (lateMs: number, atWork: readonly string[]): string => {
  const suspects = atWork.length === 0 ? '' : ` Plugins at work: ${atWork.join(', ')}.`;
  return `The event loop was blocked for ${Math.round(lateMs)} ms: no request made progress.${suspects}`;
};
