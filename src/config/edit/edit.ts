import { isDeepStrictEqual } from 'node:util';
import JSON5 from 'json5';
import { ChainError } from '../../plugin/door/errors.js';
import type { Path } from '../path.js';
import { nameOf } from '../wording.js';
import { renameKey, rewrite } from './rewrite.js';

/**
 * A change of a configuration's text.
 * - `set`: sets the value at `path`. In an object or list, only the differences are written. Items of a list are matched, so
 *   that they keep their comments when their order changes. Missing objects on the path are created.
 * - `remove`: removes the value at `path`, with its own comments.
 * - `rename`: renames the last key of `path` to `key`, in the same place.
 */
export type Edit =
  | { readonly op: 'set'; readonly path: Path; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: Path }
  | { readonly op: 'rename'; readonly path: Path; readonly key: string };

/**
 * Applies `edits` in order to the text of a configuration. Comments, order and style stay. After each edit, JSON5 parses
 * the result, which must be exactly the intended value.
 * @param text valid JSON5
 * @throws ChainError `not_found` if `path` does not exist · `invalid_request` for an impossible edit ·
 * `invalid_configuration` for a text that 429chain cannot edit
 */
export const applyEdits = (text: string, edits: readonly Edit[]): string =>
  edits.reduce((before, edit) => {
    const old: unknown = JSON5.parse(before);
    const intended = applyToValue(old, edit);
    const after = applyToText(before, old, intended, edit);
    if (!isDeepStrictEqual(parse(after), intended)) throw cannotEdit(edit);
    return after;
  }, text);

const applyToText = (text: string, old: unknown, intended: unknown, edit: Edit): string => {
  try {
    return edit.op === 'rename' ? renameKey(text, edit.path.map(String), edit.key) : rewrite(text, old, intended);
  } catch (cause) {
    throw cannotEdit(edit, cause);
  }
};

const parse = (text: string): unknown => {
  try {
    return JSON5.parse(text);
  } catch {
    return undefined;
  }
};

const cannotEdit = ({ path }: Edit, cause?: unknown): ChainError =>
  new ChainError(
    'invalid_configuration',
    `429chain cannot edit ${nameOf(path)}: the file uses syntax that its editor does not support. Change it as text.`,
    { status: 422, cause },
  );

/** Reduces a value to JSON, which is all that a configuration can contain. */
const toJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null');

/** `root` with `edit` applied. */
const applyToValue = (root: unknown, edit: Edit): unknown => {
  const { path } = edit;
  if (edit.op === 'set') return withValue(root, path, 0, toJson(edit.value));
  const last = path.at(-1);
  if (last === undefined) throw new ChainError('invalid_request', `The file as a whole cannot be ${edit.op}d.`);
  return withChangedOwner(root, path, 0, (owner) => {
    if (Array.isArray(owner) && edit.op === 'remove') return owner.filter((_, index) => index !== Number(last));
    if (Array.isArray(owner))
      throw new ChainError('invalid_request', `${nameOf(path)} is an item of a list and has no key.`);
    if (edit.op === 'remove') return Object.fromEntries(Object.entries(owner).filter(([key]) => key !== last));
    if (edit.key !== last && Object.hasOwn(owner, edit.key)) {
      throw new ChainError('invalid_request', `${nameOf([...path.slice(0, -1), edit.key])} already exists.`);
    }
    return Object.fromEntries(Object.entries(owner).map(([key, value]) => [key === last ? edit.key : key, value]));
  });
};

/** `value` with the owner of the last step of `path` replaced by `change(owner)`. */
const withChangedOwner = (value: unknown, path: Path, depth: number, change: (owner: object) => unknown): unknown => {
  const step = path[depth];
  if (typeof value !== 'object' || value === null || step === undefined || !Object.hasOwn(value, step)) {
    throw new ChainError('not_found', `There is no ${nameOf(path)}.`);
  }
  if (depth === path.length - 1) return change(value);
  return withStep(value, step, withChangedOwner((value as Record<string, unknown>)[step], path, depth + 1, change));
};

const withValue = (value: unknown, path: Path, depth: number, next: unknown): unknown => {
  const step = path[depth];
  if (step === undefined) return next;
  if (value === undefined) return withStep({}, step, withValue(undefined, path, depth + 1, next));
  const isList = Array.isArray(value);
  if (typeof value !== 'object' || value === null || (isList && !(Number(step) >= 0 && Number(step) <= value.length))) {
    throw new ChainError(
      'invalid_request',
      `${nameOf(path)} cannot be set: ${nameOf(path.slice(0, depth))} cannot contain it.`,
    );
  }
  const inner = Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined;
  return withStep(value, step, withValue(inner, path, depth + 1, next));
};

/** A copy with another value at `step`. Keeps keys such as `__proto__`. */
const withStep = (owner: object, step: string | number, value: unknown): unknown => {
  if (Array.isArray(owner)) return Object.assign([...owner], { [Number(step)]: value });
  const entries = Object.entries(owner);
  const key = String(step);
  return Object.fromEntries(
    Object.hasOwn(owner, key)
      ? entries.map(([each, inner]) => [each, each === key ? value : inner])
      : [...entries, [key, value]],
  );
};
