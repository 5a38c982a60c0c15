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

/** Missing and unknown keys say more than invalid values. */
const wrongKeysOf = ({ errors }: Branch): number => errors.filter(({ instancePath }) => instancePath === '').length;

const least = (branches: readonly Branch[], countOf: (branch: Branch) => number): readonly Branch[] => {
  const fewest = Math.min(...branches.map(countOf));
  return branches.filter((branch) => countOf(branch) === fewest);
};

/**
 * Chooses the branch of a union that the author of `data` most likely intended: the one with a required key that `data`
 * has, with the fewest wrong keys, and then with the fewest errors. `data` is valid in no branch.
 */
export const chooseBranch = (validators: readonly ValidateFunction[], data: unknown): BranchChoice => {
  const fitting = validators.map((validate) => tryBranch(validate, data)).filter((branch) => !isWrongType(branch));
  const [first] = fitting;
  if (first === undefined) return NO_BRANCH;
  if (fitting.length === 1) return { ...NO_BRANCH, errors: first.errors };

  const keys = Object.keys(data as object);
  const named = fitting.filter(({ node }) => node.required?.some((key) => keys.includes(key)));
  const candidates = named.length > 0 ? named : fitting;
  const best = least(least(candidates, wrongKeysOf), ({ errors }) => errors.length);
  const onlyLack = best.every(({ errors }) => errors.every(({ keyword }) => keyword === 'required'));
  if (named.length > 0 && (best.length === 1 || onlyLack)) return { ...NO_BRANCH, errors: best[0]?.errors ?? [] };

  const knownKeys = [...new Set(fitting.flatMap(({ node }) => Object.keys(node.properties ?? {})))];
  return { unknownKeys: keys.filter((key) => !knownKeys.includes(key)), knownKeys };
};
