import { parseEnv } from 'node:util';
import type { Path } from './locate.js';
import { readSecretFile } from './secret-file.js';

/** Variables by name. An empty one, or one of blanks, counts as unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable whose value should be in `file`, and why it is not to be had. */
interface Unreadable {
  readonly name: string;
  readonly file: string;
  readonly why: string;
}

/** A configuration whose variables are read; those that could not be are left in the text as they are written. */
export interface Resolution {
  /** A copy. It holds secrets: show what is written, never this. */
  readonly value: unknown;
  readonly unset: readonly { readonly path: Path; readonly names: readonly string[] }[];
  /** Variables whose value is in a file that cannot be read. */
  readonly unreadable: readonly ({ readonly path: Path } & Unreadable)[];
  /** Texts with a `${` that is followed by no name and brace. */
  readonly malformed: readonly Path[];
}

/** What a variable may be called. */
export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const VARIABLE = /\$\$\{|\$\{([^}]*)(\}?)/g;

/** The variable that a text is, such as GROQ_API_KEY for `${GROQ_API_KEY}`; `undefined` where it holds anything else. */
export const variableIn = (text: string): string | undefined => /^\$\{(\w+)\}$/.exec(text)?.[1];

const isSet = (value: string | undefined): value is string => value !== undefined && value.trim() !== '';

/** The variable that names the file of another one's value, as is the custom with Docker's secrets. */
const fileVariableOf = (name: string): string => `${name}_FILE`;

const own = (env: Environment, name: string): string | undefined => (Object.hasOwn(env, name) ? env[name] : undefined);

/** Whether `env` has a value for a variable, or names the file of it. */
export const isGiven = (env: Environment, name: string): boolean =>
  isSet(own(env, name)) || isSet(own(env, fileVariableOf(name)));

/** The variables of `process.env` or the like, over those of a `.env` file's text. */
export const readEnvironment = (env: Environment, dotEnv: string): Environment => {
  const ofFile = Object.entries(parseEnv(dotEnv.replace(/^\uFEFF/, ''))).filter(([name]) => !isGiven(env, name));
  return Object.fromEntries([...ofFile, ...Object.entries(env)].filter(([, value]) => isSet(value)));
};

/** A value without the blanks around it: one in a file often ends in a line break, which no header may hold. */
const readVariable = (name: string, env: Environment): string | Unreadable | undefined => {
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
  readonly unreadable: readonly Unreadable[];
  readonly malformed: boolean;
}

const resolveText = (written: string, env: Environment): TextResolution => {
  const names = new Set<string>();
  const unreadable = new Map<string, Unreadable>();
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
 * Reads `${NAME}` in every text inside `written`: the variable, or the file that the variable `NAME_FILE` names. `$${`
 * stands for a plain `${`. Keys of objects are left alone, and what a variable contains is not read again. Blanks around
 * it are left out. Never throws.
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
    // fromEntries defines keys, so that one called `__proto__` stays a key.
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, [...path, key])]));
  };
  return { value: resolve(written, []), unset, unreadable, malformed };
};

/** The names of the variables that are unset at `path` or anywhere inside it, each once. */
export const unsetNamesIn = ({ unset }: Resolution, path: Path): string[] => {
  const inside = unset.filter((one) => path.every((step, index) => one.path[index] === step));
  return [...new Set(inside.flatMap(({ names }) => names))];
};
