import { dataUrlOf } from '../browser/file.js';
import type { Attachment } from './conversation.js';
import type { PlaygroundProtocol } from './protocol.js';

/** The formats that providers take. */
const IMAGES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif']);
/** The default of `server.maxBodyBytes` is 32 MiB, and Base64 adds a third. */
const MOST_BYTES = 20 * 1024 * 1024;

/** Reads the files that fit a protocol. `refused` says for each of the others why it was left out. */
export const attach = async (
  files: readonly File[],
  takes: PlaygroundProtocol['files'],
): Promise<{ readonly added: readonly Attachment[]; readonly refused: readonly string[] }> => {
  const added: Attachment[] = [];
  const refused: string[] = [];
  for (const file of files) {
    const fault = faultIn(file, takes);
    if (fault === undefined)
      added.push({ name: file.name, type: file.type, size: file.size, url: await dataUrlOf(file) });
    else refused.push(fault);
  }
  return { added, refused };
};

/** Why a file cannot be sent; `undefined` if it can. */
const faultIn = (
  { name, type, size }: Pick<File, 'name' | 'type' | 'size'>,
  takes: PlaygroundProtocol['files'],
): string | undefined => {
  if (takes === undefined) return 'This protocol takes no files.';
  if (takes === 'images' && !IMAGES.has(type)) return `${name} is no PNG, JPEG, WebP or GIF image.`;
  if (takes === 'sound' && !/^(?:audio|video)\//.test(type)) return `${name} is no audio or video file.`;
  if (size === 0) return `${name} is empty.`;
  return size > MOST_BYTES ? `${name} is larger than 20 MiB.` : undefined;
};
