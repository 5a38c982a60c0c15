import type { ErrorObject } from 'ajv/dist/2020.js';
import { nearestWord } from '../nearest-word.js';
import type { Path } from '../path.js';
import { valueAtPath } from '../path.js';
import { describe, nameOf, suggest } from '../wording.js';
import type { Validator } from './ajv.js';
import { expectationOf } from './expectation.js';
import type { Finding } from './finding.js';
import type { SchemaNode } from './own-schema.js';
import { chooseBranch } from './union-branch.js';

export interface ValidationContext {
  /** The path of the validated value. */
  readonly base: Path;
  /** The whole configuration before its variables were read. Messages quote only this. */
  readonly written: unknown;
  /** What a `$ref` refers to; `undefined` if that is unknown. */
  readonly partOf: (ref: string) => SchemaNode | undefined;
  /** The validator of a `$ref` to a branch of a union; `undefined` if it is unknown. */
  readonly validatorOf: (ref: string) => Validator | undefined;
}

/** The value with an error. */
interface InvalidValue {
  readonly path: Path;
  /** A description of the value as it is written. */
  readonly found: string;
  readonly partOf: ValidationContext['partOf'];
}

type ToFinding = (error: ErrorObject, value: InvalidValue) => Finding;

const nodeOf = ({ parentSchema }: ErrorObject): SchemaNode => parentSchema as SchemaNode;

const knownKeysOf = (node: SchemaNode): string[] =>
  Object.keys(node.properties ?? {}).filter((key) => key !== '$schema');

const unknownKey = (path: Path, key: string, knownKeys: readonly string[]): Finding => {
  const known = knownKeys.length === 0 ? 'No keys are allowed here.' : `Known keys: ${knownKeys.join(', ')}.`;
  const message = `${nameOf(path)} has the unknown key \`${key}\`.${suggest(key, knownKeys) || ` ${known}`}`;
  return { path: [...path, key], at: 'key', message };
};

const missingKey: ToFinding = (error, { path, partOf }) => {
  const key: string = error.params.missingProperty;
  const missing = nodeOf(error).properties?.[key] ?? {};
  const referred = missing.$ref === undefined ? undefined : partOf(missing.$ref);
  const description = missing.description ?? referred?.description;
  const end = description === undefined ? '.' : `: ${description.charAt(0).toLowerCase()}${description.slice(1)}`;
  return { path, at: 'value', message: `${nameOf(path)} lacks \`${key}\`${end}` };
};

const badKey: ToFinding = (error, { path }) => {
  const key: string = error.params.propertyName;
  const rule = (error.schema as SchemaNode).errorMessage ?? 'It does not have the expected form.';
  return { path: [...path, key], at: 'key', message: `'${key}' is not a valid key of ${nameOf(path)}. ${rule}` };
};

const badValue: ToFinding = (error, { path, found }) => ({
  path,
  at: 'value',
  message: `${nameOf(path)} is ${found}. ${expectationOf(error, found)}`,
});

const BY_KEYWORD: Readonly<Record<string, ToFinding>> = {
  additionalProperties: (error, { path }) =>
    unknownKey(path, error.params.additionalProperty, knownKeysOf(nodeOf(error))),
  required: missingKey,
  propertyNames: badKey,
};

const isUnion = ({ keyword }: ErrorObject): boolean => keyword === 'anyOf' || keyword === 'oneOf';

const isInside = (path: string, outer: string): boolean => path.startsWith(`${outer}/`);

/** The unions that are not inside another one. AJV reports inner unions first. */
const outermostOf = (unions: readonly ErrorObject[]): ErrorObject[] =>
  unions.filter(
    ({ instancePath }, index) =>
      !unions.some((other) => isInside(instancePath, other.instancePath)) &&
      !unions.slice(index + 1).some((other) => other.instancePath === instancePath),
  );

/** Drops the error that a required key is missing if an unknown key is a typo of it. */
const withoutTypos = (errors: readonly ErrorObject[]): ErrorObject[] => {
  const keyIn = ({ instancePath }: ErrorObject, key: string | undefined): string => `${instancePath}/${key}`;
  const intended = new Set(
    errors
      .filter(({ keyword }) => keyword === 'additionalProperties')
      .map((error) => keyIn(error, nearestWord(error.params.additionalProperty, knownKeysOf(nodeOf(error))))),
  );
  return errors.filter(
    (error) => error.keyword !== 'required' || !intended.has(keyIn(error, error.params.missingProperty)),
  );
};

/** Turns AJV's errors into findings, one for each mistake. For a union, it reports the errors of the intended branch. */
export const findingsOf = (errors: readonly ErrorObject[], context: ValidationContext): Finding[] => {
  const { base, written, partOf, validatorOf } = context;
  const invalidValueOf = ({ instancePath, data }: ErrorObject): InvalidValue => {
    const steps = instancePath.split('/').slice(1);
    const path = [...base, ...steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))];
    const value = valueAtPath(written, path);
    const wasRead = typeof value === 'string' && value !== data;
    return {
      path,
      // Describing an object looks at all its keys, and most messages do not need it.
      get found() {
        return `${describe(value, path)}${wasRead ? ', whose value is invalid' : ''}`;
      },
      partOf,
    };
  };

  const findingsOfUnion = (error: ErrorObject): Finding[] => {
    const invalid = invalidValueOf(error);
    const branches = (error.schema as readonly SchemaNode[]).flatMap(({ $ref = '' }) => {
      const [node, validate] = [partOf($ref), validatorOf($ref)];
      return node === undefined || validate === undefined ? [] : [{ node, validate }];
    });
    const choice = chooseBranch(branches, error.data);
    if (choice.errors !== undefined) return findingsOf(choice.errors, { ...context, base: invalid.path });
    if (choice.unknownKeys.length === 0) return [badValue(error, invalid)];
    return choice.unknownKeys.map((key) => unknownKey(invalid.path, key, choice.knownKeys));
  };

  const unions = outermostOf(errors.filter(isUnion));
  const others = errors.filter(
    // AJV reports an invalid key twice: once with a propertyName, once as an error of `propertyNames`.
    ({ instancePath, propertyName }) =>
      propertyName === undefined &&
      !unions.some((union) => instancePath === union.instancePath || isInside(instancePath, union.instancePath)),
  );
  return [
    ...withoutTypos(others).map((error) => (BY_KEYWORD[error.keyword] ?? badValue)(error, invalidValueOf(error))),
    ...unions.flatMap(findingsOfUnion),
  ];
};
