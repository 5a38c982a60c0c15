import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
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
    writeFileSync(file, `${key}\n`, { mode: 0o600 });
  } catch (cause) {
    const what = (cause as Error).message;
    throw new ChainError('invalid_configuration', `The data folder ${dataDir} cannot be written: ${what}`, { cause });
  }
  return key;
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
