import type { ChainRules } from '../../../config/settings.js';
import type { ProviderType } from '../../../plugin/door/provider-type.js';
import type { Restriction } from '../../../plugin/door/restriction.js';
import { type Fields, isFields } from '../../../plugin/fields.js';

const NONE: readonly Restriction[] = [];

/** Returns what a provider of this type is sent for the rules of a chain. */
export const restrictionsOf = (
  rules: ChainRules | undefined,
  { freeOnly, noTraining }: ProviderType,
): readonly Restriction[] => {
  if (rules === undefined) return NONE;
  return [
    ...(rules.freeOnly === undefined || freeOnly === undefined ? [] : [freeOnly]),
    ...(rules.noTraining === undefined || noTraining === undefined ? [] : [noTraining]),
  ];
};

/** Returns a request body with restrictions, and what they change, in plain words. */
export const restrict = (
  body: Fields,
  restrictions: readonly Restriction[],
): { readonly body: Fields; readonly changes: readonly string[] } => {
  let restricted = body;
  const changes: string[] = [];
  for (const { body: added = {}, drop = [] } of restrictions) {
    const dropped = drop.filter((field) => Object.hasOwn(restricted, field));
    const kept = Object.entries(restricted).filter(([field]) => !dropped.includes(field));
    restricted = merged(Object.fromEntries(kept), added);
    changes.push(...dropped.map((field) => `dropped \`${field}\` for the rules of the chain`));
    changes.push(...Object.keys(added).map((field) => `set \`${field}\` for the rules of the chain`));
  }
  return { body: restricted, changes };
};

const merged = (callers: Fields, ours: Fields): Fields => ({
  ...callers,
  ...Object.fromEntries(
    Object.entries(ours).map(([field, value]) => [
      field,
      stricter(Object.hasOwn(callers, field) ? callers[field] : undefined, value),
    ]),
  ),
});

const stricter = (callers: unknown, ours: unknown): unknown => {
  if (isFields(ours)) return merged(isFields(callers) ? callers : {}, ours);
  return typeof ours === 'number' && typeof callers === 'number' ? Math.min(ours, callers) : ours;
};
