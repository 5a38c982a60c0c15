import type { ErrorObject } from 'ajv/dist/2020.js';
import { listOf, suggest } from '../wording.js';
import type { SchemaNode } from './own-schema.js';

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string, in quotes',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list, in [ ]',
  object: 'an object, in { }',
};
/** Strings that would be valid without their quotes. */
const UNQUOTED: Readonly<Record<string, RegExp>> = {
  integer: /^\d+$/,
  number: /^[\d.]+$/,
  boolean: /^(?:true|false)$/,
};

const choices = ({ schema }: ErrorObject, found: string): string => {
  const words = (schema as readonly unknown[]).map(String);
  return `Expected ${listOf(
    words.map((word) => `'${word}'`),
    'or',
  )}.${suggest(found.replaceAll("'", ''), words)}`;
};

/** The expectations of keywords, for schemas without an `errorMessage`. */
const BY_KEYWORD: Readonly<Record<string, (error: ErrorObject, found: string) => string>> = {
  type: ({ schema }) =>
    `Expected ${listOf(
      [schema].flat().map((type) => TYPES[String(type)] ?? String(type)),
      'or',
    )}.`,
  enum: choices,
  const: ({ schema }) => `Expected ${JSON.stringify(schema)}.`,
  minimum: ({ schema }) => `Expected ${schema} or more.`,
  exclusiveMinimum: ({ schema }) => `Expected more than ${schema}.`,
  maximum: ({ schema }) => `Expected ${schema} or less.`,
  exclusiveMaximum: ({ schema }) => `Expected less than ${schema}.`,
  minLength: ({ schema }) => `Expected at least ${schema} characters.`,
  maxLength: ({ schema }) => `Expected at most ${schema} characters.`,
  minItems: ({ schema }) => `Expected at least ${schema} entries.`,
  maxItems: ({ schema }) => `Expected at most ${schema} entries.`,
  minProperties: ({ schema }) => `Expected at least ${schema} entries.`,
  maxProperties: ({ schema }) => `Expected at most ${schema} entries.`,
  pattern: ({ schema }) => `Expected a string of the form ${schema}.`,
};

/**
 * A sentence that says what `error` expected.
 * @param found a description of the invalid value
 */
export const expectationOf = (error: ErrorObject, found: string): string => {
  const node = error.parentSchema as SchemaNode;
  const sentence =
    node.errorMessage ??
    BY_KEYWORD[error.keyword]?.(error, found) ??
    (node.description === undefined ? 'Expected a different value.' : `Expected: ${node.description}`);
  const isQuoted =
    error.keyword === 'type' && typeof error.data === 'string' && UNQUOTED[String(error.schema)]?.test(error.data);
  return isQuoted ? `${sentence} Write it without quotes.` : sentence;
};
