import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs';

/** No file of state is larger. */
const MOST_BYTES = 64 * 1024 * 1024;
/** How long a pipe may stay silent. */
const SILENT_MS = 500;
const PAUSE_MS = 5;

/**
 * Reads a file as UTF-8. Never waits for ever and never fills the memory: what a pipe sends counts until it ends or is silent for
 * half a second.
 * @throws what the file system says; `EFBIG` for more than `mostBytes`, `EPIPE` for a pipe that nothing writes to, `ENODEV` for a device
 */
export const readTextFile = (path: string, mostBytes = MOST_BYTES): string => {
  // Without O_NONBLOCK, opening a pipe waits for its writer. Windows has none.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = fstatSync(file);
    if (stat.isFIFO()) return readPipe(file, mostBytes);
    if (stat.isCharacterDevice() || stat.isBlockDevice()) throw faultOf('ENODEV', 'it is a device, not a file');
    if (stat.size > mostBytes) throw tooLarge();
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
};

const readPipe = (file: number, mostBytes: number): string => {
  const parts: Buffer[] = [];
  let length = 0;
  for (let silentMs = 0; silentMs < SILENT_MS; ) {
    const part = Buffer.alloc(65_536);
    const count = readSome(file, part);
    if (count > 0) {
      silentMs = 0;
      parts.push(part.subarray(0, count));
      length += count;
      if (length > mostBytes) throw tooLarge();
      continue;
    }
    // Before its writer opens it, a pipe seems to have ended.
    if (count === 0 && length > 0) break;
    Atomics.wait(PAUSE, 0, 0, PAUSE_MS);
    silentMs += PAUSE_MS;
  }
  if (length === 0) throw faultOf('EPIPE', 'it is a pipe that nothing writes to');
  return Buffer.concat(parts).toString('utf8');
};

const PAUSE = new Int32Array(new SharedArrayBuffer(4));

/** Returns the number of bytes that were read: 0 at the end, -1 if there is nothing yet. */
const readSome = (file: number, into: Buffer): number => {
  try {
    return readSync(file, into);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return -1;
    throw error;
  }
};

const tooLarge = (): Error => faultOf('EFBIG', 'it is larger than any such file should be');

const faultOf = (code: string, message: string): Error => Object.assign(new Error(message), { code });
