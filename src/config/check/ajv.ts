import { createRequire } from 'node:module';
import type { Ajv2020, ErrorObject, Options } from 'ajv/dist/2020.js';

/** A function that ajv makes from a schema. When it returns `false`, `errors` says what is wrong. */
export interface Validator {
  (data: unknown): boolean;
  errors?: readonly ErrorObject[] | null;
}

/** What findings are made from. */
export const AJV_OPTIONS = { allErrors: true, verbose: true, validateFormats: false } as const satisfies Options;

const require = createRequire(import.meta.url);

/** Loads ajv when it is needed first: that takes a tenth of a second. */
export const createAjv = (options: Options): Ajv2020 => {
  const loaded = require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
  // Optimizing the code takes longer than it saves in one process.
  const ajv = new loaded.Ajv2020({ ...AJV_OPTIONS, code: { optimize: false }, ...options });
  ajv.addKeyword('errorMessage');
  return ajv;
};
