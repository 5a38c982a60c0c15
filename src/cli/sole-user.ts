import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join, relative } from 'node:path';
import { CommandError } from './command-error.js';

/**
 * Sees to it that one proxy alone keeps its state in a data folder: two would overwrite what the other one knows.
 * It listens on a socket there. A file with the number of a process would not do: that means nothing in another container,
 * and is somebody else's after a crash. Where the folder can hold no socket, nothing is done.
 * @returns lets the folder go, which the end of the process does too. Rejects with a CommandError where a proxy is
 */
export const holdFolder = async (dataDir: string): Promise<() => void> => {
  const path = shortest(join(dataDir, 'in-use'));
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

/** Systems take about a hundred characters. */
const shortest = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short.length < path.length ? short : path;
};

const isAnswered = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
