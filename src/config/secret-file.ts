import { readFileSync } from 'node:fs';

/** The value that a file holds, or why it cannot be read, in plain words. */
export type SecretFile = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly why: string };

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read by the user who runs 429chain',
  EISDIR: 'is a folder',
};

/** Reads a file that holds one value, as Docker's secrets do. Never throws. */
export const readSecretFile = (file: string): SecretFile => {
  try {
    return { ok: true, value: readFileSync(file, 'utf8').replace(/^\uFEFF/, '') };
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    return { ok: false, why: REASONS[code] ?? `cannot be read (${code})` };
  }
};
