import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';

const isSuperuser = (): boolean => process.getuid?.() === 0;

/** Makes a file read-only, with a mount because the superuser may write any other file. @returns whether that worked */
export const makeReadOnly = (file: string): boolean => {
  chmodSync(file, 0o444);
  if (!isSuperuser()) return true;
  try {
    execFileSync('mount', ['--bind', file, file], { stdio: 'ignore' });
    execFileSync('mount', ['-o', 'remount,ro,bind', file], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Lazily: who polls the file may have it open. */
export const makeWritable = (file: string): void => {
  if (isSuperuser()) execFileSync('umount', ['--lazy', file]);
  else chmodSync(file, 0o644);
};

/** The path of a file that cannot be replaced: the name is too long for a temporary file, though not for a lock. */
export const tooLongToReplace = (folder: string): string => join(folder, 'x'.repeat(250));
