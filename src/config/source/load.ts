import { dirname, join, resolve } from 'node:path';
import type { Configuration } from '../../contract/config.js';
import { toProblems } from '../check/problems.js';
import { readJson5 } from '../check/syntax.js';
import { validate } from '../check/validate.js';
import { type Environment, readEnvironment, resolveVariables } from '../env.js';
import { createLocator } from '../locate.js';
import type { Problem, Settings } from '../settings.js';
import { buildSettings } from './build-settings.js';
import { invalidLinesOf } from './dot-env.js';
import { DOT_ENV, readSources } from './sources.js';

export { formatProblems } from '../check/problems.js';

export type SettingsResult =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface ParseOptions {
  /** The file of the text. Without it, relative paths start at the current folder. */
  readonly file?: string | undefined;
  readonly env: Environment;
  /** The text of the `.env` beside the file. `env` overrides it. */
  readonly dotEnv?: string | undefined;
  /** Overrides the configuration's `dataDir`. */
  readonly dataDir?: string | undefined;
}

/** Finds invalid lines in the `.env` beside `file`. The messages do not repeat them: they may contain keys. */
const problemsOfDotEnv = (dotEnv: string, file: string): Problem[] =>
  invalidLinesOf(dotEnv).map((line) => ({
    file: join(dirname(file), DOT_ENV),
    line,
    column: 1,
    message: 'This line does not set a variable. Expected NAME=value, or a comment that begins with #.',
  }));

/**
 * Reads a configuration from its text. Returns the settings, or all problems. Never throws. Reads no files except the
 * secret files that `NAME_FILE` variables name.
 */
export const parseSettings = (text: string, options: ParseOptions): SettingsResult => {
  const file = options.file === undefined ? undefined : resolve(options.file);
  const dataDir = options.dataDir === undefined ? undefined : resolve(options.dataDir);
  const syntax = readJson5(text);
  if (!syntax.ok) {
    const { place, message } = syntax;
    const locator = { valueAt: () => place, keyAt: () => place, duplicates: [] };
    return { ok: false, problems: toProblems([{ path: [], at: 'value', message }], file, locator) };
  }
  const locator = createLocator(text);
  const { env, dotEnv = '' } = options;
  const environment = readEnvironment(env, dotEnv);
  const resolution = resolveVariables(syntax.value, environment);
  const problems = toProblems(validate(syntax.value, resolution, locator), file, locator);
  // First, because a mistyped line is often the reason for an unset variable.
  const invalidLines = file === undefined ? [] : problemsOfDotEnv(dotEnv, file);
  if (problems.length + invalidLines.length > 0) return { ok: false, problems: [...invalidLines, ...problems] };
  const origin = { file, dataDir, locator, env: environment };
  return { ok: true, settings: buildSettings(syntax.value as Configuration, resolution, origin) };
};

/** Reads a configuration and the `.env` beside it from disk. `env` overrides `.env`. Never throws. */
export const loadSettings = (file: string, env: Environment, dataDir?: string): SettingsResult => {
  const path = resolve(file);
  const read = readSources(path);
  if (!read.ok) return { ok: false, problems: [read.problem] };
  return parseSettings(read.text, { file: path, env, dotEnv: read.dotEnv, dataDir });
};
