import { type FSWatcher, statSync, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DOT_ENV } from './sources.js';

/** Long enough for editors that save in several steps, short enough to feel immediate. */
export const QUIET_MS = 100;

/** How often the paths are looked at. */
export const POLL_MS = 500;

/** Kubernetes replaces this link, not the file, when a mounted configuration changes. */
const MOUNT_LINK = '..data';

/**
 * Calls `onEvent` when `file` or the `.env` beside it may have changed, sometimes without a change: after about 100 ms where the
 * system reports it. After half a second elsewhere, since the paths themselves are looked at: through links, after a folder
 * was replaced or removed for a while, and on file systems that report nothing. Does not keep the process alive.
 * @returns a function that stops watching
 */
export const watchSources = (file: string, onEvent: () => void, pollMs = POLL_MS): (() => void) => {
  const files = [file, join(dirname(file), DOT_ENV)];
  const names = new Set([...files.map((path) => basename(path)), MOUNT_LINK]);
  let quiet: NodeJS.Timeout | undefined;
  const changed = (): void => {
    clearTimeout(quiet);
    quiet = setTimeout(onEvent, QUIET_MS).unref();
  };
  const watchAgain = (): FSWatcher | undefined =>
    watchFolder(dirname(file), (name) => {
      if (name === null || names.has(name)) changed();
    });
  let watcher = watchAgain();
  let known = files.map(versionNow).join();
  let isStopped = false;
  const poll = async (): Promise<void> => {
    const version = (await Promise.all(files.map(versionOf))).join();
    if (isStopped) return;
    if (version !== known) {
      changed();
      // The folder may be another one now.
      watcher?.close();
      watcher = watchAgain();
    }
    known = version;
    next();
  };
  let timer: NodeJS.Timeout;
  const next = (): void => {
    timer = setTimeout(() => void poll(), pollMs).unref();
  };
  next();
  return () => {
    isStopped = true;
    clearTimeout(quiet);
    clearTimeout(timer);
    watcher?.close();
  };
};

/** Watches a folder, since an editor may replace the file. Without a watcher, looking at the paths is enough. */
const watchFolder = (folder: string, onName: (name: string | null) => void): FSWatcher | undefined => {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => onName(name));
    return watcher.on('error', () => watcher.close());
  } catch {
    return undefined;
  }
};

interface Version {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly size: bigint;
}

const textOf = ({ dev, ino, mtimeNs, ctimeNs, size }: Version): string => `${dev} ${ino} ${mtimeNs} ${ctimeNs} ${size}`;

const codeOf = (cause: unknown): string => (cause as NodeJS.ErrnoException).code ?? '';

/** Differs after each change of the file that `path` leads to now. */
const versionNow = (path: string): string => {
  try {
    return textOf(statSync(path, { bigint: true }));
  } catch (cause) {
    return codeOf(cause);
  }
};

/** The same without waiting for a slow disk. */
const versionOf = async (path: string): Promise<string> => {
  try {
    return textOf(await stat(path, { bigint: true }));
  } catch (cause) {
    return codeOf(cause);
  }
};
