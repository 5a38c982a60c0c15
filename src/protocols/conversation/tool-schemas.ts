import { type Fields, isFields } from '../../plugin/fields.js';

/** Keywords of a schema's root that mean nothing to a model. Several providers refuse them. */
const MEANINGLESS: ReadonlySet<string> = new Set(['$schema', '$id', '$comment', 'title']);

/**
 * Returns the schema of a tool's arguments as every provider takes it: an object with `properties`. No schema becomes that of
 * an object without properties. Everything that a model could use stays, at any depth.
 */
export const toolSchema = (schema: unknown): Fields => {
  if (!isFields(schema)) return { type: 'object', properties: {} };
  const kept = Object.fromEntries(Object.entries(schema).filter(([key]) => !MEANINGLESS.has(key)));
  return { ...kept, type: 'object', properties: isFields(kept.properties) ? kept.properties : {} };
};
