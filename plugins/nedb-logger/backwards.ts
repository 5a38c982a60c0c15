import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { readLine, type Stored } from './lines.js';
import type { SegmentName } from './retention.js';
import { fileName, orNothing } from './segments.js';

/** Bytes that are read at once: a few hundred records, about a millisecond. */
const CHUNK = 64 * 1024;
const NEW_LINE = 10;

/**
 * The records of a segment before a place, newest first, in batches that let other work run in between. It reads the file
 * from its end: NeDB would load all of it into memory. Lines that are not wanted are not parsed.
 */
export async function* recordsBefore(
  folder: string,
  segment: SegmentName,
  before: number,
  isWanted: (line: string) => boolean = () => true,
): AsyncGenerator<Stored[]> {
  const handle = await open(join(folder, fileName(segment))).catch(orNothing(undefined));
  if (handle === undefined) return;
  try {
    let end = await endOf(handle, before);
    /** The end of a line that begins before this chunk. */
    let rest: Buffer = Buffer.alloc(0);
    while (end > 0) {
      const from = Math.max(0, end - CHUNK);
      const bytes = Buffer.concat([await bytesAt(handle, from, end - from), rest]);
      const whole = from === 0 ? 0 : bytes.indexOf(NEW_LINE) + 1;
      // Without a line break, the whole chunk belongs to a line that begins before it.
      const isTorn = from > 0 && whole === 0;
      rest = isTorn ? bytes : bytes.subarray(0, whole);
      end = from;
      if (isTorn) continue;
      const records = linesOf(bytes.subarray(whole)).filter(isWanted).map(readLine);
      yield records.filter((record) => record !== undefined && Number(record._id) < before).reverse() as Stored[];
      await breathe();
    }
  } finally {
    await handle.close();
  }
}

/**
 * A position behind the last record before that place, found by binary search: records are in order. It may be a few
 * records too far, never too near.
 */
const endOf = async (handle: FileHandle, before: number): Promise<number> => {
  let from = 0;
  let { size: to } = await handle.stat();
  while (to - from > CHUNK) {
    const middle = Math.floor((from + to) / 2);
    const bytes = await bytesAt(handle, middle, Math.min(CHUNK, to - middle));
    const begin = bytes.indexOf(NEW_LINE) + 1;
    const first = readLine(bytes.subarray(begin, bytes.indexOf(NEW_LINE, begin)).toString());
    if (begin === 0 || first === undefined) break;
    if (Number(first._id) < before) from = middle;
    else to = middle + begin;
  }
  return to;
};

const linesOf = (bytes: Buffer): string[] =>
  bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');

const bytesAt = async (handle: FileHandle, position: number, length: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
};
