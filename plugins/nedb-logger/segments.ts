import { open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type { RequestRecord } from '429chain/plugin';
import Datastore from 'nedb-promises';
import { compareSegments, type SegmentName } from './retention.js';

/** Where the content of a record stands in the file beside its segment: the first byte, and how many. */
export type ContentPlace = readonly [at: number, bytes: number];

/** `_id` is its place in the segment, 1 for the first, in six digits so that they sort. */
export type Stored = RequestRecord & { readonly _id: string; readonly contentAt?: ContentPlace };

const NAME = /^(\d{4}-\d{2}-\d{2})\.(\d{4,})\.db$/;
/** Records that are handled in one go: a millisecond or two. */
const AT_ONCE = 100;

export const fileName = ({ day, number }: SegmentName): string => `${day}.${String(number).padStart(4, '0')}.db`;

export const idOf = (place: number): string => String(place).padStart(6, '0');

export const recordIn = ({ _id, contentAt, ...record }: Stored): RequestRecord => record;

/** NeDB knows them; its types do not. */
const PRIVATE: object = { modes: { fileMode: 0o600, dirMode: 0o700 } };

/** All segments in `folder`, the oldest first; none when there is no such folder. */
export const listSegments = async (folder: string): Promise<SegmentName[]> => {
  const files = await readdir(folder).catch(orNothing([] as string[]));
  return files
    .map((file) => NAME.exec(file))
    .filter((match) => match !== null)
    .map(([, day = '', number]) => ({ day, number: Number(number) }))
    .sort(compareSegments);
};

/** For what is not there. @throws every other error */
export const orNothing =
  <T>(nothing: T, ...codes: string[]) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT' || codes.includes(error.code ?? '')) return nothing;
    throw error;
  };

/** Cuts off a last line that was not written to its end. @returns whether there was one */
export const repair = async (folder: string, segment: SegmentName): Promise<boolean> => {
  const file = join(folder, fileName(segment));
  const content = await readFile(file).catch(orNothing(Buffer.alloc(0)));
  const whole = content.lastIndexOf('\n') + 1;
  if (whole === content.length) return false;
  await truncate(file, whole);
  return true;
};

/**
 * Every record of a segment, in batches with time for others in between. A line that cannot be read is left out, and
 * told to `onDamage`. Nothing is written, so that it works on a full disk too.
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

/** `undefined` for a line that is damaged. */
export const readLine = (line: string): Stored | undefined => {
  try {
    const value = JSON.parse(line) as Stored;
    return typeof value._id === 'string' && Array.isArray(value.attempts) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** A segment to append to. Creates what is not there. */
export const openToWrite = async (folder: string, segment: SegmentName): Promise<Datastore<Stored>> => {
  const store = Datastore.create({
    filename: join(folder, fileName(segment)),
    // The usual 10 % would refuse a small file for one damaged line.
    corruptAlertThreshold: 1,
    ...PRIVATE,
  }) as unknown as Datastore<Stored>;
  await store.load();
  return store;
};

export const removeSegment = async (folder: string, segment: SegmentName): Promise<void> => {
  const file = join(folder, fileName(segment));
  // What NeDB was writing anew when it was killed.
  await rm(`${file}~`, { force: true });
  await rm(file, { force: true });
};

/** The last record of this id in a segment's file, found without reading the others. */
export const findById = async (folder: string, segment: SegmentName, id: string): Promise<Stored | undefined> => {
  const content = await readFile(join(folder, fileName(segment))).catch(orNothing(Buffer.alloc(0)));
  // Nothing but the field itself has these quotation marks without backslashes.
  const found = content.lastIndexOf(`"id":${JSON.stringify(id)}`);
  if (found === -1) return undefined;
  const end = content.indexOf('\n', found);
  const line = content.subarray(content.lastIndexOf('\n', found) + 1, end === -1 ? content.length : end);
  return readLine(line.toString());
};
