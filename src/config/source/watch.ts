import { type FSWatcher, realpathSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Log } from '../../log.js';
import { DOT_ENV } from './sources.js';

/** Long enough for an editor to finish what it saves in several steps, short enough to feel immediate. */
const QUIET_MS = 100;

/** Kubernetes replaces this link, and never the file itself, when a mounted configuration changes. */
const MOUNT_LINK = '..data';

const realPathOf = (file: string): string => {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
};

/**
 * Calls `onEvent` some 100 ms after the last sign that `file` or the `.env` beside it may have changed; it may also
 * call for nothing. Does not keep the process alive. What cannot be watched is told to `log`.
 * @returns ends the watch
 */
export const watchSources = (file: string, onEvent: () => void, log: Log): (() => void) => {
  const paths = [file, realPathOf(file)];
  const names = new Set([...paths.map((path) => basename(path)), DOT_ENV, MOUNT_LINK]);
  let timer: NodeJS.Timeout | undefined;
  const onName = (name: string | null): void => {
    if (name !== null && !names.has(name)) return;
    clearTimeout(timer);
    timer = setTimeout(onEvent, QUIET_MS);
    timer.unref();
  };
  const warn = (cause: unknown): void =>
    log.warn(`changes of ${file} go unnoticed until a restart: ${cause instanceof Error ? cause.message : cause}`);
  const watchers: FSWatcher[] = [];
  // The folder and not the file: an editor that replaces the file would leave a watch of the old one behind.
  for (const folder of new Set(paths.map((path) => dirname(path)))) {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => onName(name));
      watchers.push(watcher.on('error', warn));
    } catch (cause) {
      warn(cause);
    }
  }
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
};
