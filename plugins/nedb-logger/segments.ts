import { open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type { RequestRecord } from '429chain/plugin';
import type Datastore from 'nedb-promises';
import { compareSegments, type SegmentName } from './retention.js';

/** The place of a record's content in the file beside its segment: first byte and length. */
export type ContentPlace = readonly [at: number, bytes: number];

/** A record in a segment. `_id` is its place, 1 for the first, in six digits so that ids sort. */
export type Stored = RequestRecord & { readonly _id: string; readonly contentAt?: ContentPlace };

const NAME = /^(\d{4}-\d{2}-\d{2})\.(\d{4,})\.db$/;
/** Records that are handled at once: one or two milliseconds. */
const AT_ONCE = 100;

export const fileName = ({ day, number }: SegmentName): string => `${day}.${String(number).padStart(4, '0')}.db`;

export const idOf = (place: number): string => String(place).padStart(6, '0');

export const recordIn = ({ _id, contentAt, ...record }: Stored): RequestRecord => record;

/** Options of NeDB that its types lack. */
const PRIVATE: object = { modes: { fileMode: 0o600, dirMode: 0o700 } };

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

/** The record of a line; `undefined` if the line is damaged. */
export const readLine = (line: string): Stored | undefined => {
  try {
    const value = JSON.parse(line) as Stored;
    return typeof value._id === 'string' && Array.isArray(value.attempts) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** Opens a segment to append to. Creates the folder and the file. */
export const openToWrite = async (folder: string, segment: SegmentName): Promise<Datastore<Stored>> => {
  const { default: nedb } = await import('nedb-promises');
  const store = nedb.create({
    filename: join(folder, fileName(segment)),
    // With the default of 10 %, NeDB would refuse a small file because of one damaged line.
    corruptAlertThreshold: 1,
    ...PRIVATE,
  }) as unknown as Datastore<Stored>;
  await store.load();
  return store;
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
