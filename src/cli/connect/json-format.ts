import { isDeepStrictEqual } from 'node:util';
import JSON5 from 'json5';
import { applyEdits } from '../../config/edit/edit.js';
import { isFields } from '../../plugin/fields.js';
import type { Setting, SettingsFormat } from './settings-format.js';

/** JSON, with comments where the file has them. */
export const jsonFormat: SettingsFormat = {
  set: (text, settings) => settings.reduce((now, { path, value }) => withValue(now, path, value), orEmpty(text)),

  restore: (text, before, settings) =>
    settings.toReversed().reduce((now, { path }) => restored(now, orEmpty(before), path), orEmpty(text)),
};

const orEmpty = (text: string): string => (text.trim() === '' ? '{}\n' : text);

const withValue = (text: string, path: Setting['path'], value: unknown): string => {
  const changed = applyEdits(text, [{ op: 'set', path, value }]);
  return isStrict(text) ? strictly(changed) : changed;
};

/** Removes the objects that become empty too, unless they were there before. */
const restored = (text: string, before: string, path: Setting['path']): string => {
  const [now, then] = [valueAt(text, path), valueAt(before, path)];
  if (then !== undefined) return isDeepStrictEqual(now, then) ? text : withValue(text, path, then);
  if (now === undefined) return text;
  const changed = applyEdits(text, [{ op: 'remove', path }]);
  const owner = path.slice(0, -1);
  const ownerNow = valueAt(changed, owner);
  const isLeftOver = owner.length > 0 && isFields(ownerNow) && Object.keys(ownerNow).length === 0;
  const rest = isStrict(text) ? strictly(changed) : changed;
  return isLeftOver && valueAt(before, owner) === undefined ? restored(rest, before, owner) : rest;
};

const valueAt = (text: string, path: Setting['path']): unknown =>
  path.reduce<unknown>(
    (value, key) => (isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    JSON5.parse(text),
  );

/** Programs that read JSON accept neither quotes of another kind nor a comma after the last entry. */
const isStrict = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const strictly = (text: string): string =>
  isStrict(text) ? text : `${JSON.stringify(JSON5.parse(text), undefined, 2)}\n`;
