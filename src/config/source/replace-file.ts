import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Lock, temporaryOf } from './lock.js';

/** Errors for files that cannot be replaced: single-file mounts, or files in a read-only folder. */
const CANNOT_REPLACE: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EXDEV']);

/** Another process changes the file now: nothing was written. */
export class LostLock extends Error {}

/** Where `file` is, if it is a link. */
export const realFile = (file: string): Promise<string> => realpath(file).catch(() => file);

/**
 * Replaces the content of a file atomically: after a crash it has the old or the new text. Keeps mode and owner. A file that
 * cannot be replaced, such as a single-file mount in a container, is overwritten in place.
 * @param real from `realFile`
 * @param lock of the same file
 * @param mode the new mode of the file; default: unchanged
 * @throws LostLock · what the file system says
 */
export const replaceFile = async (real: string, text: string, lock: Lock, mode?: number): Promise<void> => {
  const temporary = temporaryOf(real, lock);
  try {
    await writeBeside(real, temporary, text, mode);
    if (!(await lock.isHeld())) throw new LostLock();
    await rename(temporary, real);
    await syncFolder(dirname(real));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    if (!CANNOT_REPLACE.has((cause as NodeJS.ErrnoException).code)) throw cause;
    await writeInPlace(real, text, mode).catch((second: NodeJS.ErrnoException) => {
      // For a new file, ENOENT would hide the reason why it cannot be created.
      throw second.code === 'ENOENT' ? Object.assign(cause as Error, { path: real }) : second;
    });
  }
};

const writeBeside = async (file: string, temporary: string, text: string, mode: number | undefined): Promise<void> => {
  const before = await stat(file).catch(() => undefined);
  const wanted = mode ?? (before === undefined ? 0o644 : before.mode & 0o777);
  await withFile(temporary, 'w', wanted, async (handle) => {
    // The mode of `open` applies to new files only, and is reduced by the umask.
    await handle.chmod(wanted);
    const made = await handle.stat();
    if (before !== undefined && (made.uid !== before.uid || made.gid !== before.gid)) {
      await handle.chown(before.uid, before.gid);
    }
    await handle.writeFile(text);
    await handle.sync();
  });
};

const writeInPlace = (file: string, text: string, mode: number | undefined): Promise<void> =>
  withFile(file, 'r+', mode, async (handle) => {
    if (mode !== undefined) await handle.chmod(mode);
    const bytes = Buffer.from(text);
    await handle.write(bytes, 0, bytes.length, 0);
    await handle.truncate(bytes.length);
    await handle.sync();
  });

/** Makes the rename survive a power failure. Windows cannot open folders, and does not need this. */
const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform !== 'win32') await withFile(folder, 'r', undefined, (handle) => handle.sync());
};

const withFile = async (
  file: string,
  flags: string,
  mode: number | undefined,
  work: (handle: FileHandle) => Promise<void>,
): Promise<void> => {
  const handle = await open(file, flags, mode);
  try {
    await work(handle);
  } finally {
    await handle.close();
  }
};
