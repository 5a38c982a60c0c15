import { existsSync, readFileSync, statSync } from 'node:fs';
import { register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ChainError } from '../plugin/errors.js';
import type { Plugin } from '../plugin/index.js';

/** A folder's entry, where its package.json names none. */
const ENTRIES = ['index.js', 'index.mjs', 'index.ts'];

let doorOpened = false;

/**
 * Loads a plugin from a file or a folder. The default export is the plugin, or a function that makes it.
 * @throws ChainError `plugin_failed` that says what is missing or wrong.
 */
export const loadPlugin = async (path: string): Promise<Plugin> => {
  const file = entryOf(path);
  openDoor();
  let exported: unknown;
  try {
    exported = ((await import(pathToFileURL(file).href)) as { default?: unknown }).default;
  } catch (cause) {
    throw new ChainError('plugin_failed', `The plugin ${path} cannot be loaded: ${reasonOf(cause, file)}`, { cause });
  }
  const plugin = typeof exported === 'function' ? (exported as () => unknown)() : exported;
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

const packageEntry = (folder: string): string[] => {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return [];
  try {
    const { exports, main } = JSON.parse(readFileSync(file, 'utf8')) as { exports?: unknown; main?: unknown };
    return [entryOfExports(exports), main].filter((entry) => typeof entry === 'string');
  } catch (cause) {
    throw new ChainError('plugin_failed', `${file} is no JSON: ${(cause as Error).message}`, { cause });
  }
};

const entryOfExports = (exports: unknown): unknown => {
  if (typeof exports !== 'object' || exports === null) return exports;
  const conditions = exports as Record<string, unknown>;
  return entryOfExports(conditions['.'] ?? conditions.import ?? conditions.default);
};

const reasonOf = (cause: unknown, file: string): string => {
  const { message, code } = cause as { message: string; code?: string };
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && file.endsWith('.ts')) {
    return `Node ${process.versions.node} cannot run TypeScript. Node 22.18 and later can; or compile it to JavaScript.`;
  }
  return message;
};

/** A plugin outside every node_modules must find `429chain/plugin` all the same, and the very one that runs here. */
const openDoor = (): void => {
  if (doorOpened) return;
  doorOpened = true;
  const hooks = `
    let base;
    export const initialize = (data) => { base = data.base; };
    export const resolve = (specifier, context, next) =>
      specifier === '429chain' || specifier.startsWith('429chain/')
        ? next(specifier, { ...context, parentURL: base })
        : next(specifier, context);`;
  register(`data:text/javascript,${encodeURIComponent(hooks)}`, {
    parentURL: import.meta.url,
    data: { base: import.meta.url },
  });
};
