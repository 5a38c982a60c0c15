import { readTextFile } from '../text-file.js';

/** The content of a secret file, or the reason why it cannot be read. */
export type SecretFile = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly why: string };

const MOST_BYTES = 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'cannot be read by the user that runs 429chain',
  EISDIR: 'is a folder',
  EFBIG: 'is larger than 1 MB',
  EPIPE: 'is a pipe that nothing writes to',
  ENODEV: 'is a device',
};

/** Reads a file with a single value, such as a Docker secret. Never throws. */
export const readSecretFile = (file: string): SecretFile => {
  try {
    return { ok: true, value: readTextFile(file, MOST_BYTES).replace(/^\uFEFF/, '') };
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    return { ok: false, why: REASONS[code] ?? `cannot be read (${code})` };
  }
};
