import { type Fields, isFields } from '../../../plugin/fields.js';

/** Keywords that stay as they are. Gemini knows no others. */
const KEPT: ReadonlySet<string> = new Set([
  'type',
  'description',
  'nullable',
  'required',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
]);
const DEEPEST = 32;

/** Returns a request whose schemas of tools and of the answer have only keywords that nearly every provider knows. */
export const withPlainSchemas = (body: Fields): Fields => {
  const tools = Array.isArray(body.tools) ? body.tools.map(plainTool) : body.tools;
  const format = plainFormat(body.response_format);
  const plain = {
    ...body,
    ...(tools === undefined ? {} : { tools }),
    ...(format === undefined ? {} : { response_format: format }),
  };
  return JSON.stringify(plain) === JSON.stringify(body) ? body : plain;
};

const plainTool = (tool: unknown): unknown => {
  if (!isFields(tool) || !isFields(tool.function) || !isFields(tool.function.parameters)) return tool;
  const { parameters, ...rest } = tool.function;
  const plain = plainSchema(parameters);
  // Gemini refuses an object without properties.
  const isEmpty = !isFields(plain.properties) || Object.keys(plain.properties).length === 0;
  return { ...tool, function: isEmpty ? rest : { ...rest, parameters: plain } };
};

const plainFormat = (format: unknown): unknown => {
  if (!isFields(format) || !isFields(format.json_schema) || !isFields(format.json_schema.schema)) return format;
  return { ...format, json_schema: { ...format.json_schema, schema: plainSchema(format.json_schema.schema) } };
};

/** Returns a schema with the meaning of `schema`, as far as plain keywords have one. */
const plainSchema = (schema: Fields): Fields => plain(schema, schema, []);

const plain = (given: unknown, root: Fields, references: readonly string[]): Fields => {
  if (!isFields(given) || references.length > DEEPEST) return {};
  const { $ref: reference, ...beside } = given;
  if (typeof reference === 'string') {
    // What refers to itself has no end.
    if (references.includes(reference)) return described({ type: 'object' }, beside);
    const found = plain(targetOf(reference, root), root, [...references, reference]);
    return described(found, beside);
  }
  const schema = merged(given, root, references);
  const inner = (value: unknown): Fields => plain(value, root, references);
  const kept = Object.fromEntries(
    Object.entries(schema).filter(([name, value]) => KEPT.has(name) && isPlainValue(value)),
  );
  const next = { ...kept, ...choiceOf(schema, inner), ...valuesOf(schema), ...propertiesOf(schema, inner) };
  return withItems(withType(next, inner), schema, inner);
};

/** The value of a keyword in `KEPT`: text, a number, true or false, or a list of texts. */
const isPlainValue = (value: unknown): boolean =>
  Array.isArray(value) ? value.every((each) => typeof each === 'string') : typeof value !== 'object';

/** `anyOf` and `oneOf` as one `anyOf`. The choice of null becomes `nullable`. */
const choiceOf = ({ anyOf, oneOf }: Fields, inner: (value: unknown) => Fields): Fields => {
  const choices: unknown[] = [anyOf, oneOf].filter(Array.isArray).flat();
  if (choices.length === 0) return {};
  const rest = choices.filter((choice) => !isFields(choice) || choice.type !== 'null').map(inner);
  const [only] = rest;
  const chosen = rest.length === 1 && only !== undefined ? only : { anyOf: rest };
  return rest.length < choices.length ? { ...chosen, nullable: true } : chosen;
};

const described = (schema: Fields, { description }: Fields): Fields =>
  typeof description === 'string' ? { ...schema, description } : schema;

/** The part of `root` at a reference such as `#/$defs/city`. */
const targetOf = (reference: string, root: Fields): unknown => {
  if (!reference.startsWith('#')) return undefined;
  const names = reference.split('/').slice(1);
  return names.reduce<unknown>((value, name) => {
    const key = decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~');
    return isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }, root);
};

/** `allOf` as one schema. */
const merged = (schema: Fields, root: Fields, references: readonly string[]): Fields => {
  const { allOf, ...rest } = schema;
  if (!Array.isArray(allOf)) return schema;
  const parts: readonly Fields[] = [...allOf.map((each) => plain(each, root, references)), rest];
  const properties = parts.map((part) => part.properties).filter(isFields);
  const required = parts.flatMap((part) => (Array.isArray(part.required) ? part.required : []));
  return Object.assign(
    {},
    ...parts,
    properties.length === 0 ? undefined : { properties: Object.assign({}, ...properties) },
    { required: [...new Set(required)] },
  );
};

/** `const` as `enum`. Lists of values that are no texts are left out. */
const valuesOf = ({ const: only, enum: several, type }: Fields): Fields => {
  const values = only === undefined ? several : [only];
  if (!Array.isArray(values)) return {};
  if (values.every((value) => typeof value === 'string')) return { type: 'string', enum: values };
  const [first] = values;
  if (type !== undefined && isPlainValue(type)) return { type };
  return { type: typeof first === 'object' ? 'string' : typeof first };
};

/** A list of types as one type, which may be null. */
const withType = (schema: Fields, inner: (value: unknown) => Fields): Fields => {
  const { type, ...rest } = schema;
  if (!Array.isArray(type)) return withoutAbsent(schema);
  const types = type.filter((each) => each !== 'null');
  const nullable = types.length < type.length ? { nullable: true } : {};
  const choice = types.length === 1 ? { type: types[0] } : { anyOf: types.map((each) => inner({ type: each })) };
  return withoutAbsent({ ...rest, ...choice, ...nullable });
};

const withItems = (schema: Fields, { items }: Fields, inner: (value: unknown) => Fields): Fields => {
  if (schema.type !== 'array') return schema;
  const plainItems = isFields(items) ? inner(items) : {};
  return { ...schema, items: Object.keys(plainItems).length === 0 ? { type: 'string' } : plainItems };
};

const propertiesOf = ({ properties, required }: Fields, inner: (value: unknown) => Fields): Fields => {
  if (!isFields(properties)) return { required: undefined };
  const names = Object.keys(properties);
  const needed = Array.isArray(required) ? required.filter((name) => names.includes(name)) : [];
  return {
    properties: Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, inner(value)])),
    required: needed.length === 0 ? undefined : needed,
  };
};

const withoutAbsent = (schema: Fields): Fields =>
  Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
