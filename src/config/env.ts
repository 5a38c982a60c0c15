import { parseEnv } from 'node:util';
import type { Path } from './path.js';
import { readSecretFile } from './secret-file.js';

/** Variables by name. An empty or blank one counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable whose value is in a file that cannot be read. */
interface UnreadableVariable {
  readonly name: string;
  readonly file: string;
  readonly why: string;
}

/** A configuration with its variables read. Variables that cannot be read stay as they are written. */
export interface Resolution {
  /** A copy. It contains secrets and must not be shown. */
  readonly value: unknown;
  readonly unset: readonly { readonly path: Path; readonly names: readonly string[] }[];
  readonly unreadable: readonly ({ readonly path: Path } & UnreadableVariable)[];
  /** The paths of texts with a `${` that no name and `}` follow. */
  readonly malformed: readonly Path[];
}

/** A valid variable name. */
export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const VARIABLE = /\$\$\{|\$\{([^}]*)(\}?)/g;

/** The name of the variable if `text` is a single one: GROQ_API_KEY for `${GROQ_API_KEY}`. Otherwise `undefined`. */
export const variableIn = (text: string): string | undefined => /^\$\{(\w+)\}$/.exec(text)?.[1];

const isSet = (value: string | undefined): value is string => value !== undefined && value.trim() !== '';

/** The variable with the path of a file that contains the value, the convention for Docker's secrets. */
const fileVariableOf = (name: string): string => `${name}_FILE`;

const own = (env: Environment, name: string): string | undefined => (Object.hasOwn(env, name) ? env[name] : undefined);

/** Whether `env` sets a variable, directly or with a `NAME_FILE` variable. */
export const isVariableSet = (env: Environment, name: string): boolean =>
  isSet(own(env, name)) || isSet(own(env, fileVariableOf(name)));

/** The variables of a `.env` file, overridden by those of `env`. */
export const readEnvironment = (env: Environment, dotEnv: string): Environment => {
  const fromFile = Object.entries(parseEnv(dotEnv.replace(/^\uFEFF/, ''))).filter(
    ([name]) => !isVariableSet(env, name),
  );
  return Object.fromEntries([...fromFile, ...Object.entries(env)].filter(([, value]) => isSet(value)));
};

/** The trimmed value of a variable: files often end in a line break, which is not valid in a header. */
const readVariable = (name: string, env: Environment): string | UnreadableVariable | undefined => {
  const value = own(env, name)?.trim();
  if (isSet(value)) return value;
  const file = own(env, fileVariableOf(name))?.trim();
  if (!isSet(file)) return undefined;
  const read = readSecretFile(file);
  return read.ok ? read.value.trim() || undefined : { name, file, why: read.why };
};

interface TextResolution {
  readonly text: string;
  readonly names: readonly string[];
  readonly unreadable: readonly UnreadableVariable[];
  readonly malformed: boolean;
}

const resolveText = (written: string, env: Environment): TextResolution => {
  const names = new Set<string>();
  const unreadable = new Map<string, UnreadableVariable>();
  let malformed = false;
  const text = written.replace(VARIABLE, (whole: string, name: string | undefined, brace: string | undefined) => {
    if (name === undefined) return '${';
    if (brace !== '}' || !VARIABLE_NAME.test(name)) {
      malformed = true;
      return whole;
    }
    const value = readVariable(name, env);
    if (typeof value === 'string') return value;
    if (value === undefined) names.add(name);
    else unreadable.set(name, value);
    return whole;
  });
  return { text, names: [...names], unreadable: [...unreadable.values()], malformed };
};

/**
 * Replaces each `${NAME}` in the texts inside `written` by the variable, or by the content of the file that the variable
 * `NAME_FILE` names. `$${` becomes a literal `${`. Values are trimmed, and not searched for variables. Keys of objects stay
 * as they are. Never throws.
 */
export const resolveVariables = (written: unknown, env: Environment): Resolution => {
  const unset: { path: Path; names: readonly string[] }[] = [];
  const unreadable: Resolution['unreadable'][number][] = [];
  const malformed: Path[] = [];
  const resolve = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') {
      const result = resolveText(value, env);
      if (result.names.length > 0) unset.push({ path, names: result.names });
      unreadable.push(...result.unreadable.map((each) => ({ path, ...each })));
      if (result.malformed) malformed.push(path);
      return result.text;
    }
    if (Array.isArray(value)) return value.map((item, index) => resolve(item, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    // fromEntries keeps a key named `__proto__`; an assignment would not.
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, [...path, key])]));
  };
  return { value: resolve(written, []), unset, unreadable, malformed };
};

/** The names of the unset variables at `path` and inside it, each once. */
export const unsetNamesIn = ({ unset }: Resolution, path: Path): string[] => {
  const inside = unset.filter((one) => path.every((step, index) => one.path[index] === step));
  return [...new Set(inside.flatMap(({ names }) => names))];
};
