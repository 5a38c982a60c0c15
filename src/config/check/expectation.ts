import type { ErrorObject } from 'ajv/dist/2020.js';
import { listOf, suggest } from '../wording.js';
import type { SchemaNode } from './schema.js';

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list, in [ ]',
  object: 'an object, in { }',
};
/** What a text holds that would be right without its quotes. */
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

/** What a keyword expects, for schemas that have no sentence of their own for it. */
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
  minLength: ({ schema }) => `Expected at least ${schema} letters.`,
  maxLength: ({ schema }) => `Expected at most ${schema} letters.`,
  minItems: ({ schema }) => `Expected at least ${schema} entries.`,
  maxItems: ({ schema }) => `Expected at most ${schema} entries.`,
  minProperties: ({ schema }) => `Expected at least ${schema} entries.`,
  maxProperties: ({ schema }) => `Expected at most ${schema} entries.`,
  pattern: ({ schema }) => `Expected a text of the form ${schema}.`,
};

/** A sentence that says what was expected where `error` found something else, described as `found`. */
export const expectationOf = (error: ErrorObject, found: string): string => {
  const node = error.parentSchema as SchemaNode;
  const sentence =
    node.errorMessage ??
    BY_KEYWORD[error.keyword]?.(error, found) ??
    (node.description === undefined ? 'Expected another value.' : `Expected: ${node.description}`);
  const isQuoted =
    error.keyword === 'type' && typeof error.data === 'string' && UNQUOTED[String(error.schema)]?.test(error.data);
  return isQuoted ? `${sentence} Write it without quotes.` : sentence;
};
