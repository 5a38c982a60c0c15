import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** A module of a plugin. */
export interface ModuleSource {
  readonly file: string;
  readonly text: string;
}

/** A plugin that needs more than this is looked through no further. */
const MOST_MODULES = 200;

/** What is imported, from `import … from '…'`, `export … from '…'`, `import('…')` or `require('…')`. */
const SPECIFIERS = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"])([^'"\n]+)\1/g;

/** The module `entry` and those that it imports by a relative path, and so on, each once and before its own imports. */
export const modulesFrom = (entry: string): ModuleSource[] => {
  const found: ModuleSource[] = [];
  const waiting = [entry];
  const seen = new Set(waiting);
  while (waiting.length > 0 && found.length < MOST_MODULES) {
    const file = waiting.shift() as string;
    const text = textOf(file);
    if (text === undefined) continue;
    found.push({ file, text });
    for (const [, , specifier = ''] of text.matchAll(SPECIFIERS)) {
      const path = resolve(dirname(file), specifier);
      if (!specifier.startsWith('.') || seen.has(path)) continue;
      seen.add(path);
      waiting.push(path);
    }
  }
  return found;
};

/** The line and column where a module names `specifier`, such as `3:8`; `undefined` if it does not. */
export const placeOfSpecifier = (text: string, isIt: (specifier: string) => boolean): string | undefined => {
  for (const match of text.matchAll(SPECIFIERS)) {
    if (!isIt(match[2] ?? '')) continue;
    const lines = text.slice(0, match.index + match[0].lastIndexOf(match[1] ?? '', match[0].length - 2)).split('\n');
    return `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
  }
  return undefined;
};

const textOf = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};
