import { accessSync, constants, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Writable } from '../../contract/admin-configuration.js';
import { replaceFile } from './replace-file.js';
import { DOT_ENV, readSources, type Sources } from './sources.js';
import { watchSources } from './watch.js';

/** The texts of a configuration and of its `.env`. */
export interface Texts {
  readonly text: string;
  readonly dotEnv: string;
}

/** The storage of a configuration. */
export interface Medium {
  /** Absolute. Absent for a configuration in memory. */
  readonly file?: string;
  readonly writable: Writable;
  read(): Sources;
  /** Replaces `before` by `next`: both texts or, if it throws, none. */
  write(next: Texts, before: Texts): Promise<void>;
  /** Calls `onEvent` when the files may have changed. @returns a function that stops watching */
  watch(onEvent: () => void): () => void;
}

const REASONS: Readonly<Record<string, string>> = {
  EROFS: 'it is on a read-only file system',
  ENOENT: 'it no longer exists',
};

/** The reason why a file cannot be written. */
export const reasonOf = (cause: unknown): string => {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') return 'the user that runs 429chain has no write permission';
  return REASONS[code] ?? (code || message);
};

/** A configuration file and the `.env` beside it. `file` is absolute. */
export const fileMedium = (file: string): Medium => {
  const dotEnvFile = join(dirname(file), DOT_ENV);
  return {
    file,
    get writable() {
      try {
        accessSync(file, constants.W_OK);
        return { ok: true, kept: true } as const;
      } catch (cause) {
        return { ok: false, reason: `${file} cannot be changed: ${reasonOf(cause)}.` } as const;
      }
    },
    read: () => readSources(file),
    write: async (next, before) => {
      const hadDotEnv = existsSync(dotEnvFile);
      const isNewDotEnv = next.dotEnv !== before.dotEnv;
      // First, so that the configuration never reads a variable that is not set.
      if (isNewDotEnv) await replaceFile(dotEnvFile, next.dotEnv, 0o600);
      try {
        if (next.text !== before.text) await replaceFile(file, next.text);
      } catch (cause) {
        if (isNewDotEnv) await (hadDotEnv ? replaceFile(dotEnvFile, before.dotEnv, 0o600) : rm(dotEnvFile));
        throw cause;
      }
    },
    watch: (onEvent) => watchSources(file, onEvent),
  };
};

/** A configuration in memory. Changes are lost when the process ends. */
export const memoryMedium = (text: string): Medium => {
  let texts: Texts = { text, dotEnv: '' };
  return {
    writable: { ok: true, kept: false },
    read: () => ({ ok: true, ...texts }),
    write: async (next) => {
      texts = next;
    },
    watch: () => () => {},
  };
};
