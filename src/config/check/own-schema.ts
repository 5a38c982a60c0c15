import { readFileSync } from 'node:fs';
import { packageFile } from '../../package.js';
import { valueAtPath } from '../path.js';

/** The parts of a JSON Schema that messages are made from. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly description?: string;
  /** A sentence that says what was expected. Editors also show it. */
  readonly errorMessage?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

let schema: SchemaNode | undefined;

/** The JSON Schema of the configuration. Only messages need it: a valid configuration is checked without it. */
export const ownSchema = (): SchemaNode => {
  schema ??= JSON.parse(readFileSync(packageFile('schemas', '429chain.schema.json'), 'utf8')) as SchemaNode;
  return schema;
};

/** A part of the schema of the configuration, such as `#/$defs/duration`; `undefined` if there is none. */
export const partOfSchema = (ref: string): SchemaNode | undefined =>
  valueAtPath(ownSchema(), ref.split('/').slice(1)) as SchemaNode | undefined;

/** The sentence of a part of the schema that says what was expected. */
export const expectationAt = (ref: string): string => partOfSchema(ref)?.errorMessage ?? '';
