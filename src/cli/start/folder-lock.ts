import { createHash } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { CommandError } from '../terminal/command-error.js';

/**
 * Locks a data folder for this process: two proxies would overwrite each other's state. The lock is a socket in the
 * folder. A file with a process id would not work: ids mean nothing in another container, and are reused after a crash.
 * On a file system without sockets there is no lock.
 * @returns a function that unlocks the folder; the end of the process does so too. Rejects with a CommandError if another
 * proxy holds the lock
 */
export const lockFolder = async (dataDir: string): Promise<() => void> => {
  const path = socketFor(dataDir);
  if (await isListening(path)) {
    throw new CommandError(
      `Another 429chain uses the data folder ${dataDir}.\nStop it, or use another folder with --data-dir.`,
    );
  }
  // A killed process leaves its socket behind.
  rmSync(path, { force: true });
  const server = createServer((socket) => socket.destroy()).unref();
  await new Promise<void>((resolve) => {
    server.once('error', () => resolve()).listen(path, resolve);
  });
  return () => void server.close();
};

/** Systems allow about a hundred bytes. Some versions of Node cut longer paths without an error. */
const LONGEST_PATH = 100;

/** The socket's path: in the folder, or with a hashed name in the folder of temporary files if that path is too long. */
const socketFor = (dataDir: string): string => {
  const path = join(dataDir, 'in-use');
  const here = [path, relative(process.cwd(), path)].find((each) => Buffer.byteLength(each) <= LONGEST_PATH);
  const digest = createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 16);
  return here ?? join(tmpdir(), `429chain-${digest}`);
};

const isListening = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
