import JSON5 from 'json5';
import { ChainError } from '../../plugin/door/errors.js';
import { maskSecrets } from '../../secrets.js';
import type { Path } from '../locate.js';
import { isPrivate } from '../wording.js';
import { differenceOf } from './changed-lines.js';

interface Attempt {
  readonly reason: string;
  readonly file: string | undefined;
  readonly before: string;
  readonly after: string;
  /** Variables to set, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A `read_only` error that shows the change to make by hand: its lines, keys masked, and the names of variables to set. */
export const readOnly = ({ reason, file, before, after, secrets, cause }: Attempt): ChainError => {
  const { line, removed, added } = differenceOf(before, after);
  const keys = [...Object.values(secrets), ...keysIn(before), ...keysIn(after)];
  const shown = (lines: readonly string[]): string[] => lines.map((text) => maskSecrets(text, keys));
  const change = { file, line, removed: shown(removed), added: shown(added), variables: Object.keys(secrets) };
  return new ChainError('read_only', `${reason} Nothing was saved; make the change by hand.`, {
    details: { change },
    ...(cause === undefined ? {} : { cause }),
  });
};

/** Keys that somebody typed into the file, in place of a variable. */
const keysIn = (text: string): string[] => {
  const texts = (value: unknown, path: Path): string[] => {
    if (typeof value === 'string') return isPrivate(path) && !value.includes('${') ? [value] : [];
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => texts(inner, [...path, key]));
  };
  try {
    return texts(JSON5.parse(text), []);
  } catch {
    // A broken text is shown as it is said to be wrong: by its own author, who typed it.
    return [];
  }
};
