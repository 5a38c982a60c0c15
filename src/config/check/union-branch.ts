import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import type { SchemaNode } from './schema.js';

/** The errors of the intended branch of a union. If it is unclear, the unknown keys and the known ones. */
export interface BranchChoice {
  readonly errors?: readonly ErrorObject[];
  readonly unknownKeys: readonly string[];
  readonly knownKeys: readonly string[];
}

interface Branch {
  readonly node: SchemaNode;
  readonly errors: readonly ErrorObject[];
}

const NO_BRANCH: BranchChoice = { unknownKeys: [], knownKeys: [] };

const tryBranch = (validate: ValidateFunction, data: unknown): Branch => {
  validate(data);
  return { node: validate.schema as SchemaNode, errors: validate.errors ?? [] };
};

const isWrongType = ({ errors }: Branch): boolean =>
  errors.some(({ keyword, instancePath }) => keyword === 'type' && instancePath === '');

/**
 * Chooses the branch of a union that the author of `data` most likely intended: the one with a required key that `data`
 * has, and with the fewest errors. `data` is valid in no branch.
 */
export const chooseBranch = (validators: readonly ValidateFunction[], data: unknown): BranchChoice => {
  const fitting = validators.map((validate) => tryBranch(validate, data)).filter((branch) => !isWrongType(branch));
  const [first] = fitting;
  if (first === undefined) return NO_BRANCH;
  if (fitting.length === 1) return { ...NO_BRANCH, errors: first.errors };

  const keys = Object.keys(data as object);
  const named = fitting.filter(({ node }) => node.required?.some((key) => keys.includes(key)));
  const candidates = named.length > 0 ? named : fitting;
  const least = Math.min(...candidates.map(({ errors }) => errors.length));
  const best = candidates.filter(({ errors }) => errors.length === least);
  if (named.length > 0 && best.length === 1) return { ...NO_BRANCH, errors: best[0]?.errors ?? [] };

  const knownKeys = [...new Set(fitting.flatMap(({ node }) => Object.keys(node.properties ?? {})))];
  return { unknownKeys: keys.filter((key) => !knownKeys.includes(key)), knownKeys };
};
