import type { MediaKind } from '../plugin/door/conversation.js';
import { type Fields, isFields } from '../plugin/fields.js';

/** Where a request has its first part of each kind, such as `messages[2].content[0]`; absent for kinds that it has not. */
export type RequestMedia = Readonly<Partial<Record<MediaKind, string>>>;

/** The kinds of parts by their `type`. */
const KINDS: ReadonlyMap<unknown, MediaKind> = new Map([
  ['image_url', 'images'],
  ['file', 'files'],
  ['input_audio', 'audio'],
]);

/** Returns what a request contains beside text; `undefined` if nothing. */
export const mediaOf = ({ messages }: Fields): RequestMedia | undefined => {
  if (!Array.isArray(messages)) return undefined;
  let media: Partial<Record<MediaKind, string>> | undefined;
  for (const [index, message] of messages.entries()) {
    const content: unknown = isFields(message) ? message.content : undefined;
    if (!Array.isArray(content)) continue;
    for (const [place, part] of content.entries()) {
      const kind = isFields(part) ? KINDS.get(part.type) : undefined;
      if (kind === undefined) continue;
      media ??= {};
      media[kind] ??= `messages[${index}].content[${place}]`;
    }
  }
  return media;
};

/** Returns the kinds of parts that a request contains. */
export const kindsIn = (media: RequestMedia): readonly MediaKind[] => Object.keys(media) as MediaKind[];
