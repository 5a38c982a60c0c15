import { readFileSync } from 'node:fs';
import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import { packageFile } from '../../package.js';
import { omit } from '../../plugin/readers/headers.js';

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

const createAjv = (options: Options): Ajv2020 => {
  const ajv = new Ajv2020({ allErrors: true, verbose: true, validateFormats: false, ...options });
  ajv.addKeyword('errorMessage');
  return ajv;
};

// That it is a schema is tested; to look at each start would take as long as to compile it.
const own = createAjv({ strict: true, validateSchema: false }).addSchema(
  JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')),
  NAME,
);

/** The validator of the whole configuration, or of one part of its schema: `#/$defs/limit`. */
export const validatorOf = (ref = ''): ValidateFunction | undefined => own.getSchema(`${NAME}${ref}`);

/** The sentence of a part of our schema, `#/$defs/duration`, that says what was expected. */
export const sentenceOf = (ref: string): string =>
  (validatorOf(ref)?.schema as SchemaNode | undefined)?.errorMessage ?? '';

/** For schemas of others, which may all have the same `$id`. */
const foreign = createAjv({ strict: false, addUsedSchema: false });
const compiled = new WeakMap<object, ValidateFunction>();

/** A validator for a plugin's own schema, of whatever draft. Throws when that is no schema. */
export const validatorFor = (schema: object): ValidateFunction => {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const validator = foreign.compile(omit(schema as { $schema?: string }, '$schema'));
  compiled.set(schema, validator);
  return validator;
};
