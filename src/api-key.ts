import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'api-key';

/**
 * The API key for a configuration that names none: made once, kept in the data folder with mode 0600.
 * Throws when the folder cannot be written.
 */
export const ownApiKey = (dataDir: string): string => {
  const file = join(dataDir, FILE);
  const kept = keptApiKey(dataDir);
  if (kept !== undefined) return kept;
  const key = `429-${randomBytes(24).toString('base64url')}`;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  return key;
};

/** The key that `ownApiKey` made before; `undefined` when it never did. Throws when it cannot be read. */
export const keptApiKey = (dataDir: string): string | undefined => {
  try {
    return readFileSync(join(dataDir, FILE), 'utf8').trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};
