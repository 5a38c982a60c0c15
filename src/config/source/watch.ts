import { type FSWatcher, realpathSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Log } from '../../log.js';
import { DOT_ENV } from './sources.js';

/** Long enough for editors that save in several steps, short enough to feel immediate. */
export const QUIET_MS = 100;

/** Kubernetes replaces this link, not the file, when a mounted configuration changes. */
const MOUNT_LINK = '..data';

const realPathOf = (file: string): string => {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
};

/**
 * Calls `onEvent` about 100 ms after `file` or the `.env` beside it may have changed, sometimes without a change. Does not
 * keep the process alive. Logs a warning if it cannot watch.
 * @returns a function that stops watching
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
    log.warn(
      `429chain cannot watch ${file}; changes take effect after a restart (${cause instanceof Error ? cause.message : cause})`,
    );
  const watchers: FSWatcher[] = [];
  // Watches the folder: an editor may replace the file, and a watch on the file would follow the old one.
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
