import { accessSync, constants, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Writable } from '../../contract/admin-configuration.js';
import { type Lock, withLock } from './lock.js';
import { LostLock, realFile, replaceFile } from './replace-file.js';
import { DOT_ENV, readSources, type Sources } from './sources.js';
import { versionNow, versionOf, watchSources } from './watch.js';

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
  /** Differs after each change of the files. */
  version(): Promise<string>;
  /** The same, at once. */
  readonly versionNow: string;
  /**
   * Replaces `before` by `next`: both texts or, if it throws, none.
   * @returns false, and writes nothing, if another process changed one of them in the meantime
   */
  write(next: Texts, before: Texts): Promise<boolean>;
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

  const isStill = (before: Texts): boolean => {
    const now = readSources(file);
    return now.ok && now.text === before.text && now.dotEnv === before.dotEnv;
  };

  const replaceBoth = async (real: string, next: Texts, before: Texts, lock: Lock): Promise<boolean> => {
    const replaceText = async (): Promise<void> => {
      if (next.text !== before.text) await replaceFile(real, next.text, lock);
    };
    if (next.dotEnv === before.dotEnv) {
      if (!isStill(before)) return false;
      await replaceText();
      return true;
    }
    const realDotEnv = await realFile(dotEnvFile);
    // A lock of its own: another configuration in this folder uses the same .env.
    return withLock(realDotEnv, async (dotEnvLock) => {
      if (!isStill(before)) return false;
      const hadDotEnv = existsSync(dotEnvFile);
      // First, so that the configuration never reads a variable that is not set.
      await replaceFile(realDotEnv, next.dotEnv, dotEnvLock, 0o600);
      try {
        await replaceText();
      } catch (cause) {
        if (!(cause instanceof LostLock)) {
          await (hadDotEnv ? replaceFile(realDotEnv, before.dotEnv, dotEnvLock, 0o600) : rm(dotEnvFile));
        }
        throw cause;
      }
      return true;
    });
  };

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
    version: () => versionOf(file),
    get versionNow() {
      return versionNow(file);
    },
    write: async (next, before) => {
      const real = await realFile(file);
      try {
        return await withLock(real, (lock) => replaceBoth(real, next, before, lock));
      } catch (cause) {
        if (cause instanceof LostLock) return false;
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
    version: async () => '',
    versionNow: '',
    write: async (next) => {
      texts = next;
      return true;
    },
    watch: () => () => {},
  };
};
