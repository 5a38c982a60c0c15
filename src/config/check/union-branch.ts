import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import type { SchemaNode } from './schema.js';

/** The errors of the branch that was meant; without it, keys that no branch knows beside those that they know. */
export interface Choice {
  readonly errors?: readonly ErrorObject[];
  readonly strangers: readonly string[];
  readonly words: readonly string[];
}

interface Branch {
  readonly node: SchemaNode;
  readonly errors: readonly ErrorObject[];
}

const NONE: Choice = { strangers: [], words: [] };

const tryBranch = (validate: ValidateFunction, data: unknown): Branch => {
  validate(data);
  return { node: validate.schema as SchemaNode, errors: validate.errors ?? [] };
};

const isWrongType = ({ errors }: Branch): boolean =>
  errors.some(({ keyword, instancePath }) => keyword === 'type' && instancePath === '');

/** Which branch of a union somebody meant who wrote `data`, which fits none of them. */
export const chooseBranch = (validators: readonly ValidateFunction[], data: unknown): Choice => {
  const fitting = validators.map((validate) => tryBranch(validate, data)).filter((branch) => !isWrongType(branch));
  const [first] = fitting;
  if (first === undefined) return NONE;
  if (fitting.length === 1) return { ...NONE, errors: first.errors };

  const keys = Object.keys(data as object);
  const named = fitting.filter(({ node }) => node.required?.some((key) => keys.includes(key)));
  const candidates = named.length > 0 ? named : fitting;
  const least = Math.min(...candidates.map(({ errors }) => errors.length));
  const best = candidates.filter(({ errors }) => errors.length === least);
  if (named.length > 0 && best.length === 1) return { ...NONE, errors: best[0]?.errors ?? [] };

  const words = [...new Set(fitting.flatMap(({ node }) => Object.keys(node.properties ?? {})))];
  return { strangers: keys.filter((key) => !words.includes(key)), words };
};
