import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RequestContent } from '429chain/plugin';
import type { ContentPlace } from './lines.js';
import type { SegmentName } from './retention.js';
import { fileName, orNothing } from './segments.js';

const fileOf = (folder: string, segment: SegmentName): string =>
  join(folder, fileName(segment).replace(/\.db$/, '.content'));

/**
 * Appends prompts and answers to a file beside their segment, so that they take no memory. Content without a record, which a
 * crash may leave behind, does no harm.
 */
export const appendContents = async (
  folder: string,
  segment: SegmentName,
  contents: readonly (RequestContent | undefined)[],
): Promise<(ContentPlace | undefined)[]> => {
  const places: (ContentPlace | undefined)[] = [];
  const handle = await open(fileOf(folder, segment), 'a', 0o600);
  try {
    let { size } = await handle.stat();
    for (const content of contents) {
      const bytes = content === undefined ? undefined : Buffer.from(`${JSON.stringify(content)}\n`);
      places.push(bytes && [size, bytes.length]);
      if (bytes !== undefined) await handle.appendFile(bytes);
      size += bytes?.length ?? 0;
    }
  } finally {
    await handle.close();
  }
  return places;
};

/** The content at a place; `undefined` if it was removed. */
export const readContent = async (
  folder: string,
  segment: SegmentName,
  [at, length]: ContentPlace,
): Promise<RequestContent | undefined> => {
  const handle = await open(fileOf(folder, segment)).catch(orNothing(undefined));
  if (handle === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
    return bytesRead === length ? (JSON.parse(buffer.toString('utf8')) as RequestContent) : undefined;
  } finally {
    await handle.close();
  }
};

export const removeContents = (folder: string, segment: SegmentName): Promise<void> =>
  rm(fileOf(folder, segment), { force: true });

/** The size of the file with the contents of a segment, in bytes. */
export const contentBytes = async (folder: string, segment: SegmentName): Promise<number> =>
  (await stat(fileOf(folder, segment)).catch(orNothing(undefined)))?.size ?? 0;
