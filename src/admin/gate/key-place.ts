import { basename, dirname, join, relative, sep } from 'node:path';
import { variableIn } from '../../config/env.js';
import type { Settings } from '../../config/settings.js';
import type { SettingsStore } from '../../config/source/store.js';
import type { AdminKeyPlace } from '../../contract/admin-api.js';

type Store = Pick<SettingsStore, 'current' | 'isFixed' | 'isFree'>;

/** The file of a key that 429chain generated. */
const OWN_KEY = 'admin-key';

/** `isFree` reads files, and anyone may ask. New settings come with every change of these files. */
const known = new WeakMap<Settings, AdminKeyPlace>();

/**
 * Where the admin key is. The paths are relative to the folder of the configuration: anyone may ask, and an absolute path
 * would show the name of the user.
 */
export const keyPlaceOf = (store: Store): AdminKeyPlace => {
  const settings = store.current;
  const place = known.get(settings) ?? findPlace(store);
  known.set(settings, place);
  return place;
};

const findPlace = (store: Store): AdminKeyPlace => {
  const { server, written, dataDir, file } = store.current;
  const folder = file === undefined ? process.cwd() : dirname(file);
  if (server.adminKey === undefined) return { kind: 'data-folder', file: withinOrName(folder, join(dataDir, OWN_KEY)) };
  const name = file === undefined ? {} : { file: basename(file) };
  const variable = variableIn(written?.server?.adminKey ?? '');
  if (variable === undefined) return { kind: 'configuration', ...name };
  // No key is an empty text, so the variable is free only if it has no value.
  if (store.isFree(variable, '')) return { kind: 'secret-file', variable: `${variable}_FILE` };
  return store.isFixed(variable) ? { kind: 'environment', variable } : { kind: 'dot-env', variable, ...name };
};

/** `file` relative to `folder`; only its name if it is elsewhere. */
const withinOrName = (folder: string, file: string): string => {
  const path = relative(folder, file).split(sep).join('/');
  return /^(?:\.\.?\/|\/|[A-Za-z]:)/.test(path) ? basename(file) : path;
};
