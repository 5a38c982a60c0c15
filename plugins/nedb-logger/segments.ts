import { appendFile, mkdir, open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { readLine, type Stored, withoutLineEnds } from './lines.js';
import { compareSegments, type SegmentName } from './retention.js';

const NAME = /^(\d{4}-\d{2}-\d{2})\.(\d{4,})\.db$/;
/** Records that are handled at once: one or two milliseconds. */
const AT_ONCE = 100;

export const fileName = ({ day, number }: SegmentName): string => `${day}.${String(number).padStart(4, '0')}.db`;

/** All segments in `folder`, oldest first; empty if the folder does not exist. */
export const listSegments = async (folder: string): Promise<SegmentName[]> => {
  const files = await readdir(folder).catch(orNothing([] as string[]));
  return files
    .map((file) => NAME.exec(file))
    .filter((match) => match !== null)
    .map(([, day = '', number]) => ({ day, number: Number(number) }))
    .sort(compareSegments);
};

/** Ignores that a file does not exist. @throws every other error */
export const orNothing =
  <T>(nothing: T, ...codes: string[]) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT' || codes.includes(error.code ?? '')) return nothing;
    throw error;
  };

/** Removes an incomplete last line. @returns whether there was one */
export const repair = async (folder: string, segment: SegmentName): Promise<boolean> => {
  const file = join(folder, fileName(segment));
  const content = await readFile(file).catch(orNothing(Buffer.alloc(0)));
  const whole = content.lastIndexOf('\n') + 1;
  if (whole === content.length) return false;
  await truncate(file, whole);
  return true;
};

/**
 * Every record of a segment, in batches that let other work run in between. Skips a damaged line and calls `onDamage` for
 * it. It writes nothing, so it works on a full disk too.
 */
export async function* recordsOf(
  folder: string,
  segment: SegmentName,
  onDamage: () => void = () => {},
): AsyncGenerator<Stored[]> {
  const handle = await open(join(folder, fileName(segment))).catch(orNothing(undefined));
  if (handle === undefined) return;
  let batch: Stored[] = [];
  for await (const line of handle.readLines()) {
    const record = readLine(line);
    if (record === undefined) onDamage();
    else batch.push(record);
    if (batch.length < AT_ONCE) continue;
    yield batch;
    batch = [];
    await breathe();
  }
  yield batch;
}

export const createFolder = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
};

/** Appends whole lines to a segment. Creates the file. */
export const appendLines = (folder: string, segment: SegmentName, lines: Buffer): Promise<void> =>
  appendFile(join(folder, fileName(segment)), lines, { mode: 0o600 });

/** Removes the damaged lines of a segment: NeDB reads the file, and replaces it by one with all lines that it could read. */
export const removeDamage = async (folder: string, segment: SegmentName): Promise<void> => {
  const { default: nedb } = await import('nedb-promises');
  const options = {
    filename: join(folder, fileName(segment)),
    // With the default of 10 %, NeDB would refuse a small file because of one damaged line.
    corruptAlertThreshold: 1,
    beforeDeserialization: (line: string): string => line,
    afterSerialization: withoutLineEnds,
    // Its types lack these.
    modes: { fileMode: 0o600, dirMode: 0o700 },
  };
  await nedb.create(options).load();
};

/** The size of a segment's file, in bytes. */
export const segmentBytes = async (folder: string, segment: SegmentName): Promise<number> =>
  (await stat(join(folder, fileName(segment))).catch(orNothing(undefined)))?.size ?? 0;

export const removeSegment = async (folder: string, segment: SegmentName): Promise<void> => {
  const file = join(folder, fileName(segment));
  // The file that NeDB was rewriting when the process was killed.
  await rm(`${file}~`, { force: true });
  await rm(file, { force: true });
};

/** The last record with this id in a segment's file. It does not parse the others. */
export const findById = async (folder: string, segment: SegmentName, id: string): Promise<Stored | undefined> => {
  const content = await readFile(join(folder, fileName(segment))).catch(orNothing(Buffer.alloc(0)));
  // Only the field itself contains these quotation marks without backslashes.
  const found = content.lastIndexOf(`"id":${JSON.stringify(id)}`);
  if (found === -1) return undefined;
  const end = content.indexOf('\n', found);
  const line = content.subarray(content.lastIndexOf('\n', found) + 1, end === -1 ? content.length : end);
  return readLine(line.toString());
};
