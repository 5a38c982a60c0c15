import { existsSync, readFileSync, statSync } from 'node:fs';
import { register } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ChainError } from '../plugin/door/errors.js';
import type { Plugin } from '../plugin/index.js';
import { wordsOf } from './words.js';

/** The entry of a folder whose package.json names none. */
const ENTRIES = ['index.js', 'index.mjs', 'index.ts'];

let isDoorOpen = false;

/**
 * Node remembers a module by its URL as long as the process runs, also that it could not be loaded: to read code again, its URL
 * must change.
 */
let reading = 0;

/** How often each file could not be loaded. */
const failures = new Map<string, number>();

/**
 * Makes the next `loadPlugin` read the code of plugins again, with the modules that it imports by a relative path. Packages
 * of node_modules and modules that are `require`d stay as they are.
 */
export const readPluginsAnew = (): void => {
  reading++;
};

/**
 * Loads a plugin from a file, a folder, or a package that is installed in `folder` or above it. The default export is the
 * plugin or a function that returns it.
 * @throws ChainError `plugin_failed`; it says what is missing or wrong
 */
export const loadPlugin = async (use: string, folder: string): Promise<Plugin> => {
  const path = isAbsolute(use) ? use : packageIn(use, folder);
  const file = entryOf(path);
  openDoor();
  let plugin: unknown;
  try {
    const { default: exported } = (await import(pathToFileURL(file).href + stampOf(file))) as { default?: unknown };
    plugin = typeof exported === 'function' ? (exported as () => unknown)() : exported;
  } catch (cause) {
    failures.set(file, (failures.get(file) ?? 0) + 1);
    throw new ChainError('plugin_failed', `The plugin ${path} cannot be loaded: ${reasonOf(cause, file)}`, { cause });
  }
  if (isPlugin(plugin)) return plugin;
  throw new ChainError(
    'plugin_failed',
    `The plugin ${path} has no default export of the shape { name, apply(api, options) }. See definePlugin in 429chain/plugin.`,
  );
};

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
    throw new ChainError('plugin_failed', `${file} is not valid JSON: ${(cause as Error).message}`, { cause });
  }
};

const entryOfExports = (exports: unknown): unknown => {
  if (typeof exports !== 'object' || exports === null) return exports;
  const conditions = exports as Record<string, unknown>;
  return entryOfExports(conditions['.'] ?? conditions.import ?? conditions.default);
};

const reasonOf = (cause: unknown, file: string): string => {
  if ((cause as { code?: string } | undefined | null)?.code === 'ERR_UNKNOWN_FILE_EXTENSION' && file.endsWith('.ts')) {
    return `Node ${process.versions.node} cannot run TypeScript. Use Node 22.18 or later, or compile the plugin to JavaScript.`;
  }
  return wordsOf(cause);
};

const STAMP = '429chain';

const stampOf = (file: string): string => {
  const failed = failures.get(file) ?? 0;
  return reading + failed === 0 ? '' : `?${STAMP}=${reading}.${failed}`;
};

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
