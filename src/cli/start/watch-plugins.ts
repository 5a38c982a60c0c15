import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { App } from '../../app.js';
import { QUIET_MS } from '../../config/source/watch.js';
import type { Log } from '../../log.js';

const isCode = (name: string): boolean => !name.startsWith('.') && /\.(?:[cm]?[jt]s|json)$/.test(name);

/**
 * Reloads all plugins about 100 ms after the code of one changes. Watches the plugins that are given by a path: the whole
 * folder of a plugin, except node_modules and hidden folders, or the folder that contains a single file.
 */
export const watchPlugins = (app: App, log: Log): void => {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  const follow = (): void => {
    const folders = new Set(pathsOf(app).flatMap(foldersOf));
    for (const [folder, watcher] of watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      watchers.delete(folder);
    }
    for (const folder of folders) if (!watchers.has(folder)) watchers.set(folder, watching(folder));
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
      if (name !== null && !isCode(name)) return;
      clearTimeout(timer);
      timer = setTimeout(() => void reload(), QUIET_MS).unref();
    });
    return watcher.on('error', () => watchers.delete(folder));
  };
  follow();
};

const pathsOf = ({ runtime: { host } }: App): string[] =>
  host.plugins.flatMap(({ choice, builtIn }) =>
    !builtIn && choice?.plugin === undefined && choice !== undefined && isAbsolute(choice.use) ? [choice.use] : [],
  );

const foldersOf = (path: string): string[] => {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  return found.isDirectory() ? [path, ...foldersIn(path)] : [dirname(path)];
};

const foldersIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
    .flatMap(({ name }) => [join(folder, name), ...foldersIn(join(folder, name))]);
