import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Here nothing can be put in the file's place: it is mounted by itself, or its folder may not be written. */
const IRREPLACEABLE: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EXDEV']);

/**
 * Puts `text` in the place of `file`, at once and whole: a crash leaves the one or the other. Links are followed, mode and
 * owner stay; `mode` is that of a file from now on. A file that cannot be replaced, such as one that a container has
 * mounted by itself, is written in its place. Throws when it cannot be written either.
 */
export const replaceFile = async (file: string, text: string, mode?: number): Promise<void> => {
  const real = await realpath(file).catch(() => file);
  const temporary = `${real}.tmp`;
  try {
    await writeBeside(real, temporary, text, mode);
    await rename(temporary, real);
    await syncFolder(dirname(real));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    if (!IRREPLACEABLE.has((cause as NodeJS.ErrnoException).code)) throw cause;
    await writeInPlace(real, text, mode).catch((second: NodeJS.ErrnoException) => {
      // A new file that cannot be made is not what is missing.
      throw second.code === 'ENOENT' ? Object.assign(cause as Error, { path: real }) : second;
    });
  }
};

const writeBeside = async (file: string, temporary: string, text: string, mode: number | undefined): Promise<void> => {
  const before = await stat(file).catch(() => undefined);
  const wanted = mode ?? (before === undefined ? 0o644 : before.mode & 0o777);
  await withFile(temporary, 'w', wanted, async (handle) => {
    // The mode above holds for a new file only, and less what the process masks.
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

/** Without this a power failure may undo the renaming. Windows cannot open a folder, and needs none of it. */
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
