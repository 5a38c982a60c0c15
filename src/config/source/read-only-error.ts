import JSON5 from 'json5';
import { ChainError } from '../../plugin/door/errors.js';
import { maskSecrets } from '../../secrets.js';
import type { Path } from '../path.js';
import { isSecretPath } from '../secret-paths.js';
import { changedLines } from './changed-lines.js';

interface FailedSave {
  readonly reason: string;
  readonly file: string | undefined;
  readonly before: string;
  readonly after: string;
  /** Variables to set, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A `read_only` error with the change to make by hand: the lines, with keys masked, and the variables to set. */
export const readOnlyError = ({ reason, file, before, after, secrets, cause }: FailedSave): ChainError => {
  const { line, removed, added } = changedLines(before, after);
  const keys = [...Object.values(secrets), ...keysIn(before), ...keysIn(after)];
  const mask = (lines: readonly string[]): string[] => lines.map((text) => maskSecrets(text, keys));
  const change = { file, line, removed: mask(removed), added: mask(added), variables: Object.keys(secrets) };
  return new ChainError('read_only', `${reason} Nothing was saved. Make the change by hand.`, {
    details: { change },
    ...(cause === undefined ? {} : { cause }),
  });
};

/** The secrets that are written in the file itself, instead of a variable. */
const keysIn = (text: string): string[] => {
  const texts = (value: unknown, path: Path): string[] => {
    if (typeof value === 'string') return isSecretPath(path) && !value.includes('${') ? [value] : [];
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => texts(inner, [...path, key]));
  };
  try {
    return texts(JSON5.parse(text), []);
  } catch {
    // An invalid text is shown only to the author who just sent it.
    return [];
  }
};
