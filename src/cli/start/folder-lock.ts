import { createHash } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { CommandError } from '../terminal/command-error.js';

/**
 * Sees to it that one proxy alone keeps its state in a data folder: two would overwrite what the other one knows.
 * It listens on a socket there. A file with the number of a process would not do: that means nothing in another container,
 * and is somebody else's after a crash. Where the folder can hold no socket, nothing is done.
 * @returns lets the folder go, which the end of the process does too. Rejects with a CommandError where a proxy is
 */
export const holdFolder = async (dataDir: string): Promise<() => void> => {
  const path = socketFor(dataDir);
  if (await isAnswered(path)) {
    throw new CommandError(
      `Another 429chain keeps its state in ${dataDir}, and two would spoil it.\nEnd that one, or give this one a folder of its own with --data-dir.`,
    );
  }
  // Left behind by one that was killed.
  rmSync(path, { force: true });
  const server = createServer((socket) => socket.destroy()).unref();
  await new Promise<void>((resolve) => {
    server.once('error', () => resolve()).listen(path, resolve);
  });
  return () => void server.close();
};

/** Systems take about a hundred bytes; of more, some Nodes cut off the rest without a word. */
const LONGEST_PATH = 100;

/** In the folder, unless its name is too long for a socket: then where temporary files are, under a name made from it. */
const socketFor = (dataDir: string): string => {
  const path = join(dataDir, 'in-use');
  const here = [path, relative(process.cwd(), path)].find((each) => Buffer.byteLength(each) <= LONGEST_PATH);
  const digest = createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 16);
  return here ?? join(tmpdir(), `429chain-${digest}`);
};

const isAnswered = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
