import type { Verdict } from '../../plugin/door/attempt.js';
import type { MediaKind } from '../../plugin/door/conversation.js';
import type { Fields } from '../../plugin/fields.js';
import { mediaOf } from '../request-media.js';
import type { PreparedTarget } from '../target.js';

/** Remembers which parts of a refused request the target takes in no request. Returns the first of them. */
export const learnLack = (
  { lacks = [] }: Verdict,
  { repairs }: PreparedTarget,
  body: Fields,
): MediaKind | undefined => {
  if (lacks.length === 0) return undefined;
  const media = mediaOf(body);
  const found = lacks.filter((kind) => media?.[kind] !== undefined);
  for (const kind of found) repairs.learnLack(kind);
  return found[0];
};
