import type { Ajv2020 } from 'ajv/dist/2020.js';
import { createAjv, type Validator } from './ajv.js';
import { ownSchema } from './own-schema.js';

/*
 * The validators of 429chain's own schemas. The build replaces this file by code that ajv makes ahead of time, see
 * scripts/build/own-validators.ts: compiling the schemas at each start takes longer than everything else.
 */

const NAME = 'configuration';

let ajv: Ajv2020 | undefined;

/** The validator of the configuration, or of a branch of a union in its schema, such as `#/$defs/tokenLimit`. */
export const configurationValidator = (ref = ''): Validator | undefined => {
  // A test checks that the schema is valid.
  ajv ??= createAjv({ strict: true, validateSchema: false }).addSchema(ownSchema(), NAME);
  return ajv.getSchema(`${NAME}${ref}`);
};

/** The validator of a built-in plugin's or provider type's options, by the JSON of their schema. */
export const builtInValidator = (_schema: string): Validator | undefined => undefined;
