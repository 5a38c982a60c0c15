import { accessSync, constants, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Log } from '../../log.js';
import type { Writable } from '../settings.js';
import { replaceFile } from './replace-file.js';
import { DOT_ENV, readSources, type Sources } from './sources.js';
import { watchSources } from './watch.js';

/** The two texts that a configuration is made from. */
export interface Texts {
  readonly text: string;
  readonly dotEnv: string;
}

/** Where a configuration is kept. */
export interface Medium {
  /** Absolute; absent for one that is no file. */
  readonly file?: string;
  readonly writable: Writable;
  read(): Sources;
  /** Puts `next` in the place of `before`: both texts or, when it throws, neither. */
  write(next: Texts, before: Texts): Promise<void>;
  /** Calls `onEvent` when another may have written. @returns ends that */
  watch(onEvent: () => void): () => void;
}

const REASONS: Readonly<Record<string, string>> = {
  EROFS: 'it is on a file system that can only be read',
  ENOENT: 'it is gone',
};

/** Why something cannot be written, in plain words. */
export const reasonOf = (cause: unknown): string => {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') return 'the user who runs 429chain may not write it';
  return REASONS[code] ?? (code || message);
};

/** A file, and the `.env` beside it. `file` is absolute. */
export const fileMedium = (file: string, log: Log): Medium => {
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
      // First, so that the file never names a variable that is not there.
      if (isNewDotEnv) await replaceFile(dotEnvFile, next.dotEnv, 0o600);
      try {
        if (next.text !== before.text) await replaceFile(file, next.text);
      } catch (cause) {
        if (isNewDotEnv) await (hadDotEnv ? replaceFile(dotEnvFile, before.dotEnv, 0o600) : rm(dotEnvFile));
        throw cause;
      }
    },
    watch: (onEvent) => watchSources(file, onEvent, log),
  };
};

/** A configuration that is no file: changes are gone when the process ends. */
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
