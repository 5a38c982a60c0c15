import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Validator } from './ajv.js';
import type { SchemaNode } from './own-schema.js';

/** The errors of the intended branch of a union. If it is unclear, the unknown keys and the known ones. */
export interface BranchChoice {
  readonly errors?: readonly ErrorObject[];
  readonly unknownKeys: readonly string[];
  readonly knownKeys: readonly string[];
}

/** A branch of a union. */
interface Branch {
  readonly node: SchemaNode;
  readonly validate: Validator;
}

interface TriedBranch {
  readonly node: SchemaNode;
  readonly errors: readonly ErrorObject[];
}

const NO_BRANCH: BranchChoice = { unknownKeys: [], knownKeys: [] };

const tryBranch = ({ node, validate }: Branch, data: unknown): TriedBranch => {
  validate(data);
  return { node, errors: validate.errors ?? [] };
};

const isWrongType = ({ errors }: TriedBranch): boolean =>
  errors.some(({ keyword, instancePath }) => keyword === 'type' && instancePath === '');

/** Missing and unknown keys say more than invalid values. */
const wrongKeysOf = ({ errors }: TriedBranch): number =>
  errors.filter(({ instancePath }) => instancePath === '').length;

const least = (branches: readonly TriedBranch[], countOf: (branch: TriedBranch) => number): readonly TriedBranch[] => {
  const fewest = Math.min(...branches.map(countOf));
  return branches.filter((branch) => countOf(branch) === fewest);
};

/**
 * Chooses the branch of a union that the author of `data` most likely intended: the one with a required key that `data`
 * has, with the fewest wrong keys, and then with the fewest errors. `data` is valid in no branch.
 */
export const chooseBranch = (branches: readonly Branch[], data: unknown): BranchChoice => {
  const fitting = branches.map((branch) => tryBranch(branch, data)).filter((branch) => !isWrongType(branch));
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
