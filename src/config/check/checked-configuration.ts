import type { Locator, Path } from '../locate.js';
import { describe, type Finding, nameOf, writtenAt } from '../wording.js';

/** A configuration twice: as it is written, to be quoted, and with its variables read, to be judged. */
export interface Subject {
  readonly written: unknown;
  readonly resolved: unknown;
  readonly locator: Locator;
}

/** Finds what a schema cannot. The configuration may have any shape: the schema's complaints are not awaited. */
export type Check = (subject: Subject) => Finding[];

/** The keys of an object or the indices of a list; nothing for any other value. */
export const keysOf = (value: unknown): (string | number)[] => {
  if (Array.isArray(value)) return [...value.keys()];
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
};

/** Every path inside `root` that `pattern` fits, such as `chains.*.maxWait`; `*` is any key. */
export const pathsOf = (root: unknown, pattern: string): Path[] =>
  pattern.split('.').reduce<Path[]>(
    (paths, step) =>
      paths.flatMap((path) => {
        const keys = keysOf(writtenAt(root, path));
        return keys.filter((key) => step === '*' || step === key).map((key) => [...path, key]);
      }),
    [[]],
  );

/** The text at `path`; `undefined` when there is none, or something else. */
export const textAt = (root: unknown, path: Path): string | undefined => {
  const value = writtenAt(root, path);
  return typeof value === 'string' ? value : undefined;
};

/** A finding that says what is at `path`, and then `rest`. */
export const finding = ({ written }: Subject, path: Path, rest: string): Finding => ({
  path,
  at: 'value',
  message: `${nameOf(path)} is ${describe(writtenAt(written, path), path)}${rest}`,
});
