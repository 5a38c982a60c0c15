import type { Ajv2020 } from 'ajv/dist/2020.js';
import { omit } from '../../plugin/readers/headers/headers.js';
import { createAjv, type Validator } from './ajv.js';
import { builtInValidator } from './own-validators.js';

let ajv: Ajv2020 | undefined;
const known = new WeakMap<object, Validator>();

/** The validator of a plugin's schema, of any JSON Schema draft. Throws when the schema is invalid. */
export const optionsValidator = (schema: object): Validator => {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const validator = builtInValidator(JSON.stringify(schema)) ?? compile(schema);
  known.set(schema, validator);
  return validator;
};

/** Plugins' schemas are not added to it: several may have the same `$id`. */
const compile = (schema: object): Validator => {
  ajv ??= createAjv({ strict: false, addUsedSchema: false });
  return ajv.compile(omit(schema as { $schema?: string }, '$schema'));
};
