import { parseEnv } from 'node:util';
import type { Path } from './locate.js';

/** Variables by name. An empty one, or one of blanks, counts as unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A configuration whose variables are read; those that could not be are left in the text as they are written. */
export interface Resolution {
  /** A copy. It holds secrets: show what is written, never this. */
  readonly value: unknown;
  readonly unset: readonly { readonly path: Path; readonly names: readonly string[] }[];
  /** Texts with a `${` that is followed by no name and brace. */
  readonly malformed: readonly Path[];
}

/** What a variable may be called. */
export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const VARIABLE = /\$\$\{|\$\{([^}]*)(\}?)/g;

/** The variables of `process.env` or the like, over those of a `.env` file's text. */
export const readEnvironment = (env: Environment, dotEnv: string): Environment => {
  const isSet = ([, value]: [string, string | undefined]): boolean => value !== undefined && value.trim() !== '';
  const own = Object.entries(parseEnv(dotEnv.replace(/^\uFEFF/, '')));
  return Object.fromEntries([...own, ...Object.entries(env)].filter(isSet));
};

interface TextResolution {
  readonly text: string;
  readonly names: readonly string[];
  readonly malformed: boolean;
}

const resolveText = (written: string, env: Environment): TextResolution => {
  const names = new Set<string>();
  let malformed = false;
  const text = written.replace(VARIABLE, (whole: string, name: string | undefined, brace: string | undefined) => {
    if (name === undefined) return '${';
    if (brace !== '}' || !VARIABLE_NAME.test(name)) {
      malformed = true;
      return whole;
    }
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    // A value read from a mounted secret often ends in a line break, which no header may hold.
    const trimmed = value?.trim();
    if (trimmed !== undefined && trimmed !== '') return trimmed;
    names.add(name);
    return whole;
  });
  return { text, names: [...names], malformed };
};

/**
 * Reads `${NAME}` in every text inside `written`; `$${` stands for a plain `${`. Keys of objects are left alone, and
 * what a variable contains is not read again. Blanks around it are left out.
 */
export const resolveVariables = (written: unknown, env: Environment): Resolution => {
  const unset: { path: Path; names: readonly string[] }[] = [];
  const malformed: Path[] = [];
  const resolve = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') {
      const result = resolveText(value, env);
      if (result.names.length > 0) unset.push({ path, names: result.names });
      if (result.malformed) malformed.push(path);
      return result.text;
    }
    if (Array.isArray(value)) return value.map((item, index) => resolve(item, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    // fromEntries defines keys, so that one called `__proto__` stays a key.
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, [...path, key])]));
  };
  return { value: resolve(written, []), unset, malformed };
};

/** The names of the variables that are unset at `path` or anywhere inside it, each once. */
export const unsetNamesIn = ({ unset }: Resolution, path: Path): string[] => {
  const inside = unset.filter((one) => path.every((step, index) => one.path[index] === step));
  return [...new Set(inside.flatMap(({ names }) => names))];
};
