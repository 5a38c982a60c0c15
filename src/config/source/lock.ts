import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** How often to ask for a lock that another process has. */
const RETRY_MS = 20;

/** A lock that stays the same for this long belongs to a process that was killed while it saved. */
const STALE_MS = 10_000;

/** In a folder without write permission, files are overwritten in place, without a lock. */
const NO_LOCK: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM', 'EROFS']);

/** The right to change a file. */
export interface Lock {
  readonly id: string;
  /** False if another process took the lock over, because this one was paused for too long. */
  isHeld(): Promise<boolean>;
}

/** What is in the file of a lock. */
interface Holder {
  readonly id: string;
  readonly pid: number;
  /** The system and the container in which `pid` is unique. Absent outside Linux. */
  readonly system?: string | undefined;
}

/**
 * Runs `work` while no other process does so for the same file. The lock is the file `<file>.lock`, created exclusively: this
 * also works between machines that share a folder. A lock that a killed process left behind is removed.
 * @param staleMs when the lock of a process on another machine counts as left behind
 * @throws what the file system says if the lock cannot be created, and what `work` throws
 */
export const withLock = async <T>(file: string, work: (lock: Lock) => Promise<T>, staleMs = STALE_MS): Promise<T> => {
  const path = `${file}.lock`;
  const id = randomUUID();
  const content = JSON.stringify({ id, pid: process.pid, system: systemOf() } satisfies Holder);
  if (!(await acquired(file, path, content, staleMs))) return work({ id, isHeld: async () => true });
  const isHeld = async (): Promise<boolean> => (await contentOf(path)) === content;
  try {
    return await work({ id, isHeld });
  } finally {
    if (await isHeld()) await rm(path, { force: true });
  }
};

/** The temporary file that the holder of a lock writes before it replaces `file`. */
export const temporaryOf = (file: string, { id }: Pick<Lock, 'id'>): string => `${file}.${id}.tmp`;

/** Waits for the lock. Returns false if there cannot be one. */
const acquired = async (file: string, path: string, content: string, staleMs: number): Promise<boolean> => {
  let seen: { readonly content: string | undefined; readonly at: number } | undefined;
  for (;;) {
    try {
      await create(path, content);
      return true;
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (NO_LOCK.has(code)) return false;
      if (code !== 'EEXIST') throw cause;
    }
    const there = await contentOf(path);
    if (seen === undefined || seen.content !== there) seen = { content: there, at: performance.now() };
    if (isLeftBehind(there) || performance.now() - seen.at > staleMs) await remove(file, path, there);
    else await pause(RETRY_MS);
  }
};

const create = async (path: string, content: string): Promise<void> => {
  const handle = await open(path, 'wx', 0o644);
  try {
    await handle.writeFile(content);
  } catch (cause) {
    await rm(path, { force: true });
    throw cause;
  } finally {
    await handle.close();
  }
};

/** Absent if there is no such file. */
const contentOf = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
};

/** Removes a lock that was left behind, and what its process was writing. */
const remove = async (file: string, path: string, content: string | undefined): Promise<void> => {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    // Another process removed it.
    return;
  }
  const removed = await contentOf(aside);
  // Another process removed it first, and this is a new lock.
  if (removed !== content) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
  const holder = removed === content ? holderIn(content) : undefined;
  if (holder !== undefined) await rm(temporaryOf(file, holder), { force: true });
};

/** Absent while the lock is being written. */
const holderIn = (content = ''): Holder | undefined => {
  try {
    return JSON.parse(content) as Holder;
  } catch {
    return undefined;
  }
};

/** Whether the holder was a process of this system that has ended. */
const isLeftBehind = (content: string | undefined): boolean => {
  const holder = holderIn(content);
  if (holder?.system === undefined || holder.system !== systemOf()) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'ESRCH';
  }
};

const systemOf = (): string | undefined => {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
};
