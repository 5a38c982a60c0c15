import type { Locator } from '../locate.js';
import type { Path } from '../path.js';
import { valueAtPath } from '../path.js';
import { describe, nameOf } from '../wording.js';
import type { Finding } from './finding.js';

/** A configuration as it is written, for messages, and with its variables read, for checks. */
export interface CheckedConfiguration {
  readonly written: unknown;
  readonly resolved: unknown;
  readonly locator: Locator;
}

/** Finds problems that a schema cannot. The configuration can have any shape: checks run even if the schema fails. */
export type Check = (configuration: CheckedConfiguration) => Finding[];

/** The keys of an object or the indices of a list; empty for any other value. */
export const keysOf = (value: unknown): (string | number)[] => {
  if (Array.isArray(value)) return [...value.keys()];
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
};

/** The paths inside `root` that match `pattern`, such as `chains.*.maxWait`; `*` is any key. */
export const pathsOf = (root: unknown, pattern: string): Path[] =>
  pattern.split('.').reduce<Path[]>(
    (paths, step) =>
      paths.flatMap((path) => {
        const keys = keysOf(valueAtPath(root, path));
        return keys.filter((key) => step === '*' || step === key).map((key) => [...path, key]);
      }),
    [[]],
  );

/** The string at `path`; `undefined` for any other value. */
export const textAt = (root: unknown, path: Path): string | undefined => {
  const value = valueAtPath(root, path);
  return typeof value === 'string' ? value : undefined;
};

/** A finding whose message describes the value at `path`, followed by `rest`. */
export const finding = ({ written }: CheckedConfiguration, path: Path, rest: string): Finding => ({
  path,
  at: 'value',
  message: `${nameOf(path)} is ${describe(valueAtPath(written, path), path)}${rest}`,
});
