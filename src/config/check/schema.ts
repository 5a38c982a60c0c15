import { readFileSync } from 'node:fs';
import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import { packageFile } from '../../package.js';
import { omit } from '../../plugin/readers/headers.js';

const NAME = 'configuration';

/** The parts of a JSON Schema that messages are made from. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly description?: string;
  /** A sentence that says what was expected. Editors also show it. */
  readonly errorMessage?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

const SCHEMA_FILE = packageFile('schemas', '429chain.schema.json');

const createAjv = (options: Options): Ajv2020 => {
  // Optimizing the code takes longer than it saves in one process.
  const code = { optimize: false };
  const ajv = new Ajv2020({ allErrors: true, verbose: true, validateFormats: false, code, ...options });
  ajv.addKeyword('errorMessage');
  return ajv;
};

// A test checks that the schema is valid; doing so at each start would take as long as compiling it.
const ownSchema = createAjv({ strict: true, validateSchema: false }).addSchema(
  JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')),
  NAME,
);

/** The validator of the configuration, or of a part of its schema: `#/$defs/limit`. */
export const configurationValidator = (ref = ''): ValidateFunction | undefined => ownSchema.getSchema(`${NAME}${ref}`);

/** The sentence of a part of the schema, such as `#/$defs/duration`, that says what was expected. */
export const expectationAt = (ref: string): string =>
  (configurationValidator(ref)?.schema as SchemaNode | undefined)?.errorMessage ?? '';

/** Plugins' schemas are not added to it: several may have the same `$id`. */
const pluginSchemas = createAjv({ strict: false, addUsedSchema: false });
const compiled = new WeakMap<object, ValidateFunction>();

/** The validator of a plugin's schema, of any JSON Schema draft. Throws when the schema is invalid. */
export const optionsValidator = (schema: object): ValidateFunction => {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const validator = pluginSchemas.compile(omit(schema as { $schema?: string }, '$schema'));
  compiled.set(schema, validator);
  return validator;
};
