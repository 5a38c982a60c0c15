import { realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageFile } from '../package.js';

/** Where code belongs: a plugin's, or 429chain's own (`undefined`). */
interface Root {
  readonly path: string;
  readonly plugin: string | undefined;
  /** A plugin of one file: its imports count, and packages beside it do not. */
  readonly isFile: boolean;
}

/** The code that this process has loaded for plugins. Node never unloads a module, so this outlives every configuration. */
const roots = new Map<string, Root>();

/** Remembers that the file or folder `path` is the code of `plugin`. */
export const rememberFiles = (path: string, plugin: string): void => {
  const real = realpathSync(path);
  const isFile = !statSync(real).isDirectory();
  if (isFile) roots.set(dirname(real), { path: dirname(real), plugin, isFile });
  roots.set(real, { path: real, plugin, isFile });
};

/** The names of the plugins whose code this process has loaded. */
export const loadedPlugins = (): string[] => [
  ...new Set([...roots.values()].flatMap(({ plugin }) => (plugin === undefined ? [] : [plugin]))),
];

export interface Place {
  readonly plugin: string;
  /** `file:line:column`; the file is relative to the current folder if it is inside that. */
  readonly at: string;
}

/** The innermost call in the stack of `thrown` that is code of a plugin; `undefined` if there is none. */
export const placeOf = (thrown: unknown): Place | undefined => {
  for (const { file, position } of framesIn(thrown)) {
    const plugin = ownerOf(file);
    if (plugin !== undefined) return { plugin, at: `${shortPath(file)}:${position}` };
  }
  return undefined;
};

const FRAME = /^\s+at (?:.*?\()?(?:async )?(.+?)(?:\?[^:)]*)?:(\d+:\d+)\)?$/;

/** The message stands before the frames, and may hold anything: only so many lines at the end are read, and none that is longer. */
const MOST_FRAMES = 100;
const LONGEST_FRAME = 1_000;
const POSITION = /:\d+:\d+\)?$/;

const framesIn = (thrown: unknown): { readonly file: string; readonly position: string }[] =>
  stackOf(thrown)
    .slice(-MOST_FRAMES * LONGEST_FRAME)
    .split('\n')
    .slice(-MOST_FRAMES)
    .flatMap((line) => {
      if (line.length > LONGEST_FRAME || !POSITION.test(line)) return [];
      const [, file, position] = FRAME.exec(line) ?? [];
      return file === undefined || position === undefined ? [] : [{ file: pathOf(file), position }];
    });

/** The stack of an error; empty for anything else, and for an error that does not show it. */
export const stackOf = (thrown: unknown): string => {
  try {
    const stack: unknown = thrown instanceof Error ? thrown.stack : '';
    return typeof stack === 'string' ? stack : '';
  } catch {
    return '';
  }
};

const pathOf = (file: string): string => {
  try {
    return file.startsWith('file:') ? fileURLToPath(file) : file;
  } catch {
    return file;
  }
};

const ownerOf = (file: string): string | undefined => {
  const own: Root = { path: packageFile(), plugin: undefined, isFile: false };
  let owner: Root | undefined;
  for (const root of [own, ...roots.values()]) {
    if (contains(root, file) && root.path.length > (owner?.path.length ?? 0)) owner = root;
  }
  return owner?.plugin;
};

const contains = ({ path, isFile }: Root, file: string): boolean => {
  if (file === path) return true;
  if (!file.startsWith(path.endsWith(sep) ? path : path + sep)) return false;
  return !isFile || !file.slice(path.length).includes(`${sep}node_modules${sep}`);
};

/** Relative to the current folder if it is inside that. */
export const shortPath = (file: string): string => {
  const short = relative(process.cwd(), file);
  return short !== '' && !short.startsWith('..') && !isAbsolute(short) ? short : file;
};
