import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { register } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Log } from '../../log.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { Plugin } from '../../plugin/index.js';
import { type Activity, runTraced } from '../activity.js';
import type { Guard } from '../guard.js';
import { inTimeWithNotice, type PluginPace } from '../in-time.js';
import { rememberFiles, shortPath } from '../plugin-files.js';
import { resourcesSince } from '../resources.js';
import { jsonFaultIn } from './json-fault.js';
import { loadFault } from './load-fault.js';

/** The entry of a folder whose package.json names none. */
const ENTRIES = ['index.js', 'index.mjs', 'index.ts'];

let isDoorOpen = false;

/**
 * Node remembers a module by its URL as long as the process runs, also that it could not be loaded: to read code again, its URL
 * must change.
 */
let reading = 0;

/** How often the import of each entry failed. Node remembers a failed import too. */
const failures = new Map<string, number>();

/**
 * Makes the next `loadPlugin` read the code of plugins again, with the modules that it imports by a relative path. Packages
 * of node_modules and modules that are `require`d stay as they are.
 */
export const readPluginsAnew = (): void => {
  reading++;
};

export interface LoadOptions {
  /** 429chain looks for installed packages from here upwards. */
  readonly folder: string;
  readonly guard: Guard;
  readonly pace: PluginPace;
  readonly log: Log;
}

/**
 * Loads a plugin from a file, a folder, or a package that is installed in `folder` or above it. The default export is the
 * plugin or a function that returns it. After a failure, the next call reads the code again.
 * @throws ChainError `plugin_failed`; it says what is missing or wrong, and where
 */
export const loadPlugin = async (use: string, options: LoadOptions): Promise<Plugin> => {
  const path = isAbsolute(use) ? use : packageIn(use, options.folder);
  const file = entryOf(path);
  openDoor();
  rememberFiles(path, path);
  const activity = options.guard.importOf(path);
  const noteOpened = resourcesSince(activity, 'its import');
  try {
    const { exports, plugin } = await importTraced(file, activity, options);
    if (!isPlugin(plugin)) throw new ShapeError(exports);
    rememberFiles(path, plugin.name);
    activity.plugin = plugin.name;
    noteOpened();
    return plugin;
  } catch (cause) {
    noteOpened();
    failures.set(file, (failures.get(file) ?? 0) + 1);
    if (cause instanceof ShapeError) throw new ChainError('plugin_failed', `The plugin ${path} ${cause.message}`);
    const reason = await loadFault(cause, realpathSync(file));
    throw new ChainError('plugin_failed', `The plugin ${path} cannot be loaded: ${reason}`, { cause });
  }
};

type Exports = Readonly<Record<string, unknown>>;

/** A module, and the plugin that it exports or makes. */
interface Imported {
  readonly exports: Exports;
  readonly plugin: unknown;
}

const importTraced = (file: string, activity: Activity, { log, pace }: LoadOptions): Promise<Imported> => {
  const stamp = [reading, failures.get(file) ?? 0].join('.');
  const url = pathToFileURL(file).href + (stamp === '0.0' ? '' : `?${STAMP}=${stamp}`);
  const imported = runTraced(activity, async () => {
    const exports = (await import(url)) as Exports;
    const made = exports.default;
    return { exports, plugin: await (typeof made === 'function' ? made() : made) };
  });
  return inTimeWithNotice(imported, pace, (sentence) => {
    log.warn(`429chain waits for the import of plugin ${file}: ${sentence} A top-level await may never resolve.`);
  });
};

/** A module that exports something else than a plugin. */
class ShapeError extends Error {
  constructor(exports: Exports) {
    const names = Object.keys(exports).filter((name) => name !== 'default' && name !== 'module.exports');
    const has =
      'default' in exports ? '' : names.length === 0 ? ' It exports nothing.' : ` It exports ${names.join(', ')}.`;
    super(
      `has no default export of the shape { name, apply(api, options) }.${has} See definePlugin in 429chain/plugin.`,
    );
  }
}

const isPlugin = (value: unknown): value is Plugin => {
  if (typeof value !== 'object' || value === null) return false;
  const { name, apply } = value as Partial<Plugin>;
  return typeof name === 'string' && name !== '' && typeof apply === 'function';
};

const entryOf = (path: string): string => {
  if (!existsSync(path)) throw new ChainError('plugin_failed', `There is no plugin at ${path}.`);
  if (!statSync(path).isDirectory()) return path;
  const entry = [...packageEntry(path), ...ENTRIES].map((name) => join(path, name)).find((file) => existsSync(file));
  if (entry !== undefined) return entry;
  throw new ChainError(
    'plugin_failed',
    `The plugin folder ${path} has none of ${ENTRIES.join(', ')}, and no package.json that names another file.`,
  );
};

/** The folder of an installed package; `use` itself if it is not installed. */
const packageIn = (use: string, folder: string): string => {
  const found = join(folder, 'node_modules', use);
  if (existsSync(found)) return found;
  const above = dirname(folder);
  return above === folder ? use : packageIn(use, above);
};

const packageEntry = (folder: string): string[] => {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return [];
  try {
    const { exports, main } = JSON.parse(readFileSync(file, 'utf8')) as { exports?: unknown; main?: unknown };
    return [entryOfExports(exports), main].filter((entry) => typeof entry === 'string');
  } catch (cause) {
    const { line, column, message } = jsonFaultIn(readFileSync(file, 'utf8')) ?? {
      line: 1,
      column: 1,
      message: `${cause}`,
    };
    const at = `${shortPath(file)}:${line}:${column}`;
    throw new ChainError('plugin_failed', `The plugin ${folder} cannot be loaded: ${at}: not JSON: ${message}`, {
      cause,
    });
  }
};

const entryOfExports = (exports: unknown): unknown => {
  if (typeof exports !== 'object' || exports === null) return exports;
  const conditions = exports as Record<string, unknown>;
  return entryOfExports(conditions['.'] ?? conditions.import ?? conditions.default);
};

const STAMP = '429chain';

/**
 * Lets a plugin outside node_modules import `429chain/plugin`, and gives it the instance that runs here. Passes the stamp of
 * code that is read again on to the modules that it imports.
 */
const openDoor = (): void => {
  if (isDoorOpen) return;
  const hooks = `
    let base;
    export const initialize = (data) => { base = data.base; };
    export const resolve = async (specifier, context, next) => {
      if (specifier === '429chain' || specifier.startsWith('429chain/'))
        return next(specifier, { ...context, parentURL: base });
      const found = await next(specifier, context);
      const [stamp] = /[?&]${STAMP}=[\\d.]+/.exec(context.parentURL ?? '') ?? [];
      if (stamp === undefined || !specifier.startsWith('.')) return found;
      return { ...found, url: found.url + (found.url.includes('?') ? '&' : '?') + stamp.slice(1) };
    };`;
  register(`data:text/javascript,${encodeURIComponent(hooks)}`, {
    parentURL: import.meta.url,
    data: { base: import.meta.url },
  });
  isDoorOpen = true;
};
