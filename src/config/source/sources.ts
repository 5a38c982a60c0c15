import { dirname, join } from 'node:path';
import { readTextFile } from '../../text-file.js';
import type { Problem } from '../settings.js';

/** The texts of a configuration on disk, or the problem why they cannot be read. */
export type Sources =
  | { readonly ok: true; readonly text: string; readonly dotEnv: string }
  | { readonly ok: false; readonly problem: Problem };

export const DOT_ENV = '.env';

/** Parsing a larger text would take seconds, and no request makes progress then. */
const MOST_BYTES = 4 * 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file.',
  EACCES: 'The user that runs 429chain cannot read this file.',
  EISDIR: 'This is a folder. Expected a file.',
  EFBIG: 'This file is larger than 4 MB.',
  EPIPE: 'This is a pipe, and nothing writes to it. Expected a file.',
  ENODEV: 'This is a device. Expected a file.',
};

const codeOf = (cause: unknown): string => (cause as NodeJS.ErrnoException).code ?? 'unknown error';

const unreadable = (file: string, cause: unknown): Sources => {
  const message = REASONS[codeOf(cause)] ?? `This file cannot be read (${codeOf(cause)}).`;
  return { ok: false, problem: { file, line: 1, column: 1, message } };
};

/** Reads a configuration and the `.env` beside it, if there is one. `file` is absolute. Never throws. */
export const readSources = (file: string): Sources => {
  let text: string;
  try {
    text = readTextFile(file, MOST_BYTES);
  } catch (cause) {
    return unreadable(file, cause);
  }
  const dotEnvFile = join(dirname(file), DOT_ENV);
  try {
    return { ok: true, text, dotEnv: readTextFile(dotEnvFile, MOST_BYTES) };
  } catch (cause) {
    return codeOf(cause) === 'ENOENT' ? { ok: true, text, dotEnv: '' } : unreadable(dotEnvFile, cause);
  }
};
