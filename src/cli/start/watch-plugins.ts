import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { App } from '../../app.js';
import { POLL_MS, QUIET_MS } from '../../config/source/watch.js';
import type { Log } from '../../log.js';

const isCode = (name: string): boolean => !name.startsWith('.') && /\.(?:[cm]?[jt]s|json)$/.test(name);

interface Watched {
  readonly watcher: FSWatcher;
  /** Which folder it is: another one may take its place. */
  readonly ino: number;
}

/**
 * Reloads all plugins about 100 ms after the code of one changes. Watches the plugins that are given by a path: the whole
 * folder of a plugin, except node_modules and hidden folders, or the folder that contains a single file. A folder that is
 * replaced, or removed for a while, is watched again.
 */
export const watchPlugins = (app: App, log: Log): void => {
  const watchers = new Map<string, Watched>();
  let timer: NodeJS.Timeout | undefined;
  /** Returns whether a folder is new. */
  const follow = (): boolean => {
    const folders = new Map(pathsOf(app).flatMap(foldersOf));
    for (const [folder, { watcher, ino }] of watchers) {
      if (folders.get(folder) === ino) continue;
      watcher.close();
      watchers.delete(folder);
    }
    let isNew = false;
    for (const [folder, ino] of folders) {
      if (watchers.has(folder)) continue;
      watchers.set(folder, { watcher: watching(folder), ino });
      isNew = true;
    }
    return isNew;
  };
  const changed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void reload(), QUIET_MS).unref();
  };
  const reload = async (): Promise<void> => {
    log.info('A plugin changed: reloading.');
    // Also before the reload, so that no change during it is missed.
    follow();
    // The store has logged the failure.
    await app.reloadPlugins().catch(() => {});
    follow();
  };
  const watching = (folder: string): FSWatcher => {
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name === null || isCode(name)) changed();
    });
    return watcher.on('error', () => watchers.delete(folder));
  };
  follow();
  setInterval(() => {
    if (follow()) changed();
  }, POLL_MS).unref();
};

const pathsOf = ({ runtime: { host } }: App): string[] =>
  host.plugins.flatMap(({ choice, builtIn }) =>
    !builtIn && choice?.plugin === undefined && choice !== undefined && isAbsolute(choice.use) ? [choice.use] : [],
  );

type FolderAndInode = readonly [folder: string, ino: number];

/** The folders of a plugin; none while it is missing. */
const foldersOf = (path: string): FolderAndInode[] => {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  const folder = found.isDirectory() ? path : dirname(path);
  try {
    return [[folder, statSync(folder).ino], ...(found.isDirectory() ? foldersIn(path) : [])];
  } catch {
    // It was removed just now.
    return [];
  }
};

const foldersIn = (folder: string): FolderAndInode[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
    .flatMap(({ name }) => {
      const inside = join(folder, name);
      return [[inside, statSync(inside).ino] as const, ...foldersIn(inside)];
    });
