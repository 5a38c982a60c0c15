import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { packageFile } from '../package.js';
import { omit } from '../plugin/headers.js';

const NAME = 'configuration';

/** What our sentences read off a schema. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly description?: string;
  /** A sentence that says what was expected. Editors show it too. */
  readonly errorMessage?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

const SCHEMA_FILE = packageFile('schemas', '429chain.schema.json');

const createAjv = (strict: boolean): Ajv2020 => {
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict, validateFormats: false });
  ajv.addKeyword('errorMessage');
  return ajv;
};

const own = createAjv(true).addSchema(JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')), NAME);

/** The validator of the whole configuration, or of one part of its schema: `#/$defs/limit`. */
export const validatorOf = (ref = ''): ValidateFunction | undefined => own.getSchema(`${NAME}${ref}`);

/** The sentence of a part of our schema, `#/$defs/duration`, that says what was expected. */
export const sentenceOf = (ref: string): string =>
  (validatorOf(ref)?.schema as SchemaNode | undefined)?.errorMessage ?? '';

/** A validator for a plugin's own schema, of whatever draft. Throws when that is no schema. */
export const validatorFor = (schema: object): ValidateFunction =>
  createAjv(false).compile(omit(schema as { $schema?: string }, '$schema'));
