import { isFields } from '../../plugin/fields.js';
import type { Fields } from '../fields.js';
import type { CallerMemory } from '../memory.js';
import { isOwnId } from './output-items.js';

/**
 * Returns a request for a provider that does not know what 429chain made of other providers' answers: reasoning is left out,
 * and a reference to an item becomes the item. Returns `undefined` if there is nothing of that kind.
 */
export const nativeBody = (asked: Fields, memory: CallerMemory): Fields | undefined => {
  const { input } = asked;
  if (!Array.isArray(input) || !input.some(isUnknownThere)) return undefined;
  return { ...asked, input: input.flatMap((item: unknown) => (isUnknownThere(item) ? known(item, memory) : [item])) };
};

const isUnknownThere = (item: unknown): item is Fields & { readonly id: string } =>
  isFields(item) && isOwnId(item.id) && (item.type === 'reasoning' || isReference(item));

const isReference = ({ type, role, content }: Fields): boolean =>
  type === 'item_reference' || ((type ?? undefined) === undefined && role === undefined && content === undefined);

const known = (item: Fields & { readonly id: string }, memory: CallerMemory): Fields[] =>
  item.id.startsWith('rs_') ? [] : [memory.itemOf(item.id) ?? item];
