import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces a file in one step: after a crash or a power failure it has the old or the new text. Only its owner can read it.
 * @throws what the file system says, such as `ENOSPC`; the file keeps its old text then
 */
export const replaceStateFile = async (file: string, text: string): Promise<void> => {
  const temporary = `${file}.tmp`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    const handle = await open(temporary, 'w', 0o600);
    try {
      await handle.writeFile(text);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    // On a full disk, half a file would take up what is left.
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
};
