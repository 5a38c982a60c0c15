import { isDeepStrictEqual } from 'node:util';
import JSON5 from 'json5';
import { ChainError } from '../../plugin/door/errors.js';
import type { Path } from '../locate.js';
import { nameOf } from '../wording.js';
import { renameKey, rewrite } from './rewrite.js';

/**
 * One change of a configuration's text.
 * - `set`: the value at `path` becomes `value`. Of an object or list only what differs is touched; the items of a list
 *   are known again by what they are, so that a new order moves them with their comments. What is missing on the way to
 *   `path` is made.
 * - `remove`: what is at `path` goes, with its own comments.
 * - `rename`: the last key of `path` becomes `key`, in the same place.
 */
export type Edit =
  | { readonly op: 'set'; readonly path: Path; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: Path }
  | { readonly op: 'rename'; readonly path: Path; readonly key: string };

/**
 * Applies `edits`, one after another, to the text of a configuration that JSON5 accepts: comments, order and style stay.
 * JSON5 itself reads every result, which must mean exactly what was intended.
 * @throws ChainError `not_found` where there is nothing to change · `invalid_request` for an edit that makes no sense ·
 * `invalid_configuration` for a text that can only be changed as a whole
 */
export const applyEdits = (text: string, edits: readonly Edit[]): string =>
  edits.reduce((before, edit) => {
    const old: unknown = JSON5.parse(before);
    const intended = edited(old, edit);
    const after = rewritten(before, old, intended, edit);
    if (!isDeepStrictEqual(meaningOf(after), intended)) throw cannotEdit(edit);
    return after;
  }, text);

const rewritten = (text: string, old: unknown, intended: unknown, edit: Edit): string => {
  try {
    return edit.op === 'rename' ? renameKey(text, edit.path.map(String), edit.key) : rewrite(text, old, intended);
  } catch (cause) {
    throw cannotEdit(edit, cause);
  }
};

const meaningOf = (text: string): unknown => {
  try {
    return JSON5.parse(text);
  } catch {
    return undefined;
  }
};

const cannotEdit = ({ path }: Edit, cause?: unknown): ChainError =>
  new ChainError(
    'invalid_configuration',
    `${nameOf(path)} cannot be changed by itself: the file is written in a way that only its author can edit. Change it as text.`,
    { status: 422, cause },
  );

/** What JSON can express of a value, which is all that a configuration may hold. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null');

/** The value that `edit` is to make of `root`. */
const edited = (root: unknown, edit: Edit): unknown => {
  const { path } = edit;
  if (edit.op === 'set') return withValue(root, path, 0, plain(edit.value));
  const last = path.at(-1);
  if (last === undefined) throw new ChainError('invalid_request', `The file as a whole cannot be ${edit.op}d.`);
  return within(root, path, 0, (owner) => {
    if (Array.isArray(owner) && edit.op === 'remove') return owner.filter((_, index) => index !== Number(last));
    if (Array.isArray(owner)) throw new ChainError('invalid_request', `${nameOf(path)} is in a list, and has no name.`);
    if (edit.op === 'remove') return Object.fromEntries(Object.entries(owner).filter(([key]) => key !== last));
    if (edit.key !== last && Object.hasOwn(owner, edit.key)) {
      throw new ChainError('invalid_request', `${nameOf([...path.slice(0, -1), edit.key])} is there already.`);
    }
    return Object.fromEntries(Object.entries(owner).map(([key, value]) => [key === last ? edit.key : key, value]));
  });
};

/** `value` with the object or list that has the last step of `path` changed. */
const within = (value: unknown, path: Path, depth: number, change: (owner: object) => unknown): unknown => {
  const step = path[depth];
  if (typeof value !== 'object' || value === null || step === undefined || !Object.hasOwn(value, step)) {
    throw new ChainError('not_found', `There is no ${nameOf(path)}.`);
  }
  if (depth === path.length - 1) return change(value);
  return replaced(value, step, within((value as Record<string, unknown>)[step], path, depth + 1, change));
};

const withValue = (value: unknown, path: Path, depth: number, next: unknown): unknown => {
  const step = path[depth];
  if (step === undefined) return next;
  if (value === undefined) return replaced({}, step, withValue(undefined, path, depth + 1, next));
  const isList = Array.isArray(value);
  if (typeof value !== 'object' || value === null || (isList && !(Number(step) >= 0 && Number(step) <= value.length))) {
    throw new ChainError(
      'invalid_request',
      `${nameOf(path)} cannot be set: ${nameOf(path.slice(0, depth))} has no room for it.`,
    );
  }
  const inner = Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined;
  return replaced(value, step, withValue(inner, path, depth + 1, next));
};

/** A copy with another value at `step`; a key such as `__proto__` stays a key. */
const replaced = (owner: object, step: string | number, value: unknown): unknown => {
  if (Array.isArray(owner)) return Object.assign([...owner], { [Number(step)]: value });
  const entries = Object.entries(owner);
  const key = String(step);
  return Object.fromEntries(
    Object.hasOwn(owner, key)
      ? entries.map(([each, inner]) => [each, each === key ? value : inner])
      : [...entries, [key, value]],
  );
};
