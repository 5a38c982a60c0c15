import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiKey } from '../config/settings.js';
import { ChainError } from '../plugin/door/errors.js';
import { readTextFile } from '../text-file.js';

/** The files of the keys that 429chain makes if the configuration names none, in the data folder. */
export type OwnKey = 'api-key' | 'admin-key';

/** The keys of the HTTP surface: those of the configuration, or the ones that 429chain made. */
export interface Keys {
  readonly api: readonly ApiKey[];
  readonly admin: string;
}

/** A random key. */
export const newKey = (name: OwnKey): string =>
  `${name === 'api-key' ? '429' : 'admin'}-${randomBytes(24).toString('base64url')}`;

/**
 * The key for a configuration that names none: made once and kept in the data folder with mode 0600.
 * @throws ChainError `invalid_configuration` if the folder cannot be written
 */
export const ownKey = (dataDir: string, name: OwnKey): string => {
  const file = join(dataDir, name);
  const kept = keptKey(dataDir, name);
  if (kept !== undefined) return kept;
  const key = newKey(name);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    putKey(file, key);
  } catch (cause) {
    const what = (cause as Error).message;
    throw new ChainError('invalid_configuration', `The data folder ${dataDir} cannot be written: ${what}`, { cause });
  }
  return keptKey(dataDir, name) ?? key;
};

/** Writes the file as a whole. If another worker makes a key at the same moment, the first one stays. */
const putKey = (file: string, key: string): void => {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, `${key}\n`, { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    // There is an empty file, or the file system has no links.
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST' && readTextFile(file).trim() !== '';
    if (!isThere) renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
};

/** The key that `ownKey` made before; `undefined` if there is none. Throws if its file cannot be read. */
export const keptKey = (dataDir: string, name: OwnKey): string | undefined => {
  try {
    return readTextFile(join(dataDir, name)).trim() || undefined;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
};
