import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { builtIns, optional } from '../../plugins/index.js';
import { PROVIDER_TYPES } from '../../plugins/providers/index.js';
import { AJV_OPTIONS } from '../../src/config/check/ajv.js';
import { ownSchema } from '../../src/config/check/own-schema.js';
import { schemaOfAddress } from '../../src/plugin/readers/address.js';

/** Every `$ref` that is a branch of a union: messages about a union need its branches one by one. */
const branchesIn = (node: unknown): string[] => {
  if (typeof node !== 'object' || node === null) return [];
  const { anyOf = [], oneOf = [] } = node as { anyOf?: { $ref?: string }[]; oneOf?: { $ref?: string }[] };
  const own = [...anyOf, ...oneOf].flatMap(({ $ref }) => ($ref === undefined ? [] : [$ref]));
  return [...own, ...Object.values(node).flatMap(branchesIn)];
};

/** The schemas of the options of everything that is built in. */
const optionsSchemas = (): object[] =>
  [
    ...[...builtIns, ...optional].map(({ optionsSchema }) => optionsSchema),
    ...Object.values(PROVIDER_TYPES).map((type) => type.optionsSchema ?? schemaOfAddress(type)),
  ].filter((schema) => schema !== undefined);

/** ajv's code gets the functions of its run time by `require`, in ES modules too. */
const REQUIRED = /require\("(ajv\/dist\/runtime\/\w+)"\)\.default/g;

/** The code that replaces `src/config/check/own-validators.ts` in the build. */
export const ownValidatorsCode = (): string => {
  const ajv = new Ajv2020({
    ...AJV_OPTIONS,
    strict: false,
    // Findings have sentences of their own.
    messages: false,
    code: { source: true, esm: true },
  });
  ajv.addKeyword('errorMessage');
  const refs = ['', ...new Set(branchesIn(ownSchema()))];
  const options = [...new Set(optionsSchemas().map((schema) => JSON.stringify(schema)))];
  ajv.addSchema(ownSchema(), 'own');
  options.forEach((schema, index) => {
    ajv.addSchema(JSON.parse(schema), `options${index}`);
  });
  const exported = {
    ...Object.fromEntries(refs.map((ref, index) => [`part${index}`, `own${ref}`])),
    ...Object.fromEntries(options.map((_, index) => [`options${index}`, `options${index}`])),
  };
  const imports: string[] = [];
  const code = standalone.default(ajv, exported).replaceAll(REQUIRED, (_, module: string) => {
    imports.push(`import runtime${imports.length} from '${module}.js';`);
    return `runtime${imports.length - 1}.default`;
  });
  const table = (keys: readonly string[], name: string): string =>
    `new Map([${keys.map((key, index) => `[${JSON.stringify(key)}, ${name}${index}]`).join(', ')}])`;
  return [
    ...imports,
    code,
    `const PARTS = ${table(refs, 'part')};`,
    `const OPTIONS = ${table(options, 'options')};`,
    "export const configurationValidator = (ref = '') => PARTS.get(ref);",
    'export const builtInValidator = (schema) => OPTIONS.get(schema);',
  ].join('\n');
};
