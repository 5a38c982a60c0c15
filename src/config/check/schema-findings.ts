import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import type { Path } from '../locate.js';
import { nearestWord } from '../nearest-word.js';
import { describe, type Finding, nameOf, suggest, writtenAt } from '../wording.js';
import { expectationOf } from './expectation.js';
import type { SchemaNode } from './schema.js';
import { chooseBranch } from './union-branch.js';

export interface Context {
  /** Where the value that was validated stands. */
  readonly base: Path;
  /** The whole configuration before its variables were read. Only this is quoted. */
  readonly written: unknown;
  /** The validator of what a `$ref` of the schema points to; `undefined` where nobody knows. */
  readonly validatorOf: (ref: string) => ValidateFunction | undefined;
}

/** What stands where an error is. */
interface Spot {
  readonly path: Path;
  /** The value as it is written, in words. */
  readonly found: string;
  readonly validatorOf: Context['validatorOf'];
}

type Explain = (error: ErrorObject, spot: Spot) => Finding;

const nodeOf = ({ parentSchema }: ErrorObject): SchemaNode => parentSchema as SchemaNode;

const wordsOf = (node: SchemaNode): string[] => Object.keys(node.properties ?? {}).filter((word) => word !== '$schema');

const unknownKey = (path: Path, key: string, words: readonly string[]): Finding => {
  const known = words.length === 0 ? 'None is known here.' : `Known here: ${words.join(', ')}.`;
  const message = `${nameOf(path)} has the unknown key \`${key}\`.${suggest(key, words) || ` ${known}`}`;
  return { path: [...path, key], at: 'key', message };
};

const missingKey: Explain = (error, { path, validatorOf }) => {
  const key: string = error.params.missingProperty;
  const missing = nodeOf(error).properties?.[key] ?? {};
  const referred =
    missing.$ref === undefined ? undefined : (validatorOf(missing.$ref)?.schema as SchemaNode | undefined);
  const description = missing.description ?? referred?.description;
  const end = description === undefined ? '.' : `: ${description.charAt(0).toLowerCase()}${description.slice(1)}`;
  return { path, at: 'value', message: `${nameOf(path)} lacks \`${key}\`${end}` };
};

const badKey: Explain = (error, { path }) => {
  const key: string = error.params.propertyName;
  const rule = (error.schema as SchemaNode).errorMessage ?? 'It does not have the form that is expected here.';
  return { path: [...path, key], at: 'key', message: `'${key}' cannot be a key of ${nameOf(path)}. ${rule}` };
};

const badValue: Explain = (error, { path, found }) => ({
  path,
  at: 'value',
  message: `${nameOf(path)} is ${found}. ${expectationOf(error, found)}`,
});

const BY_KEYWORD: Readonly<Record<string, Explain>> = {
  additionalProperties: (error, { path }) => unknownKey(path, error.params.additionalProperty, wordsOf(nodeOf(error))),
  required: missingKey,
  propertyNames: badKey,
};

const isUnion = ({ keyword }: ErrorObject): boolean => keyword === 'anyOf' || keyword === 'oneOf';

const isInside = (path: string, outer: string): boolean => path.startsWith(`${outer}/`);

/** The unions that are in no other. AJV tells inner ones first. */
const outermostOf = (unions: readonly ErrorObject[]): ErrorObject[] =>
  unions.filter(
    ({ instancePath }, index) =>
      !unions.some((other) => isInside(instancePath, other.instancePath)) &&
      !unions.slice(index + 1).some((other) => other.instancePath === instancePath),
  );

/** A misspelt key is one mistake: that its right spelling is missing need not be said. */
const withoutTypos = (errors: readonly ErrorObject[]): ErrorObject[] => {
  const keyIn = ({ instancePath }: ErrorObject, key: string | undefined): string => `${instancePath}/${key}`;
  const meant = new Set(
    errors
      .filter(({ keyword }) => keyword === 'additionalProperties')
      .map((error) => keyIn(error, nearestWord(error.params.additionalProperty, wordsOf(nodeOf(error))))),
  );
  return errors.filter(
    (error) => error.keyword !== 'required' || !meant.has(keyIn(error, error.params.missingProperty)),
  );
};

/** Turns AJV's errors into findings, one for each mistake: a union has those of the branch that was meant. */
export const explain = (errors: readonly ErrorObject[], context: Context): Finding[] => {
  const { base, written, validatorOf } = context;
  const spotOf = ({ instancePath, data }: ErrorObject): Spot => {
    const steps = instancePath.split('/').slice(1);
    const path = [...base, ...steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))];
    const value = writtenAt(written, path);
    const wasRead = typeof value === 'string' && value !== data;
    return {
      path,
      found: `${describe(value, path)}${wasRead ? ', and what that reads does not fit' : ''}`,
      validatorOf,
    };
  };

  const explainUnion = (error: ErrorObject): Finding[] => {
    const spot = spotOf(error);
    const branches = (error.schema as readonly SchemaNode[]).map(({ $ref }) => $ref && validatorOf($ref));
    const choice = chooseBranch(
      branches.filter((branch) => typeof branch === 'function'),
      error.data,
    );
    if (choice.errors !== undefined) return explain(choice.errors, { ...context, base: spot.path });
    if (choice.strangers.length === 0) return [badValue(error, spot)];
    return choice.strangers.map((key) => unknownKey(spot.path, key, choice.words));
  };

  const unions = outermostOf(errors.filter(isUnion));
  const others = errors.filter(
    // A bad key is reported twice: as what is wrong with it, which has a propertyName, and as a bad key.
    ({ instancePath, propertyName }) =>
      propertyName === undefined &&
      !unions.some((union) => instancePath === union.instancePath || isInside(instancePath, union.instancePath)),
  );
  return [
    ...withoutTypos(others).map((error) => (BY_KEYWORD[error.keyword] ?? badValue)(error, spotOf(error))),
    ...unions.flatMap(explainUnion),
  ];
};
