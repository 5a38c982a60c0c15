import { constants, type FSWatcher, statSync, watch } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DOT_ENV } from './sources.js';

/** Long enough for editors that save in several steps, short enough to feel immediate. */
export const QUIET_MS = 100;

/** How often the paths are looked at. */
export const POLL_MS = 500;

/** Kubernetes replaces this link, not the file, when a mounted configuration changes. */
const MOUNT_LINK = '..data';

/** A configuration and the `.env` beside it. */
const filesOf = (file: string): readonly string[] => [file, join(dirname(file), DOT_ENV)];

/**
 * Calls `onEvent` when `file` or the `.env` beside it may have changed, sometimes without a change: after about 100 ms where the
 * system reports it. After half a second elsewhere, since the paths themselves are looked at: through links, after a folder
 * was replaced or removed for a while, and on file systems that report nothing. Does not keep the process alive.
 * @returns a function that stops watching
 */
export const watchSources = (file: string, onEvent: () => void, pollMs = POLL_MS): (() => void) => {
  const names = new Set([...filesOf(file).map((path) => basename(path)), MOUNT_LINK]);
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
  let known = versionNow(file);
  let isStopped = false;
  const poll = async (): Promise<void> => {
    const version = await versionOf(file);
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

/** Differs after each change of a configuration or of the `.env` beside it. */
export const versionNow = (file: string): string =>
  filesOf(file)
    .map((path) => {
      try {
        return textOf(statSync(path, { bigint: true }));
      } catch (cause) {
        return codeOf(cause);
      }
    })
    .join();

/** The same without waiting for a slow disk. */
export const versionOf = async (file: string): Promise<string> =>
  (await Promise.all(filesOf(file).map((path) => latestOf(path).then(textOf, codeOf)))).join();

const latestOf = async (path: string): Promise<Version> => {
  const found = await stat(path, { bigint: true });
  if (!found.isFile()) return found;
  // NFS answers `stat` from a cache of up to a minute, and asks its server when a file is opened.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(() => undefined);
  if (handle === undefined) return found;
  try {
    return await handle.stat({ bigint: true });
  } finally {
    await handle.close();
  }
};
