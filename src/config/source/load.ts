import { dirname, join, resolve } from 'node:path';
import type { Configuration } from '../../contract/config.js';
import { problemsOf } from '../check/problems.js';
import { readJson5 } from '../check/syntax.js';
import { validate } from '../check/validate.js';
import { type Environment, readEnvironment, resolveVariables } from '../env.js';
import { createLocator } from '../locate.js';
import type { Problem, Settings } from '../settings.js';
import { buildSettings } from './build-settings.js';
import { strayLinesOf } from './dot-env.js';
import { DOT_ENV, readSources } from './sources.js';

export { formatProblems } from '../check/problems.js';

export type SettingsResult =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface ParseOptions {
  /** Where the text comes from; absent for one that was never a file, whose relative paths then start here. */
  readonly file?: string | undefined;
  readonly env: Environment;
  /** The text of the `.env` beside the file, whose variables `env` goes before. */
  readonly dotEnv?: string | undefined;
  /** In place of the configuration's `dataDir`. */
  readonly dataDir?: string | undefined;
}

/** A line of the `.env` beside `file` that says nothing. It is not repeated: it may be a key. */
const problemsOfDotEnv = (dotEnv: string, file: string): Problem[] =>
  strayLinesOf(dotEnv).map((line) => ({
    file: join(dirname(file), DOT_ENV),
    line,
    column: 1,
    message: 'This line sets no variable. Expected NAME=value, or # in front of a comment.',
  }));

/**
 * Reads a configuration from its text: all of it, or everything that is wrong with it. Of the disk it touches no more than the
 * files of secrets that variables name; never throws.
 */
export const parseSettings = (text: string, options: ParseOptions): SettingsResult => {
  const file = options.file === undefined ? undefined : resolve(options.file);
  const dataDir = options.dataDir === undefined ? undefined : resolve(options.dataDir);
  const syntax = readJson5(text);
  if (!syntax.ok) {
    const { place, message } = syntax;
    const locator = { valueAt: () => place, keyAt: () => place, duplicates: [] };
    return { ok: false, problems: problemsOf([{ path: [], at: 'value', message }], file, locator) };
  }
  const locator = createLocator(text);
  const { env, dotEnv = '' } = options;
  const resolution = resolveVariables(syntax.value, readEnvironment(env, dotEnv));
  const problems = problemsOf(validate(syntax.value, resolution, locator), file, locator);
  // A line that was meant to set a variable explains why it is unset.
  const stray = file === undefined ? [] : problemsOfDotEnv(dotEnv, file);
  if (problems.length + stray.length > 0) return { ok: false, problems: [...stray, ...problems] };
  return { ok: true, settings: buildSettings(syntax.value as Configuration, resolution, { file, dataDir, locator }) };
};

/** Reads a configuration and the `.env` beside it from disk; `env` goes before `.env`. Never throws. */
export const loadSettings = (file: string, env: Environment, dataDir?: string): SettingsResult => {
  const path = resolve(file);
  const read = readSources(path);
  if (!read.ok) return { ok: false, problems: [read.problem] };
  return parseSettings(read.text, { file: path, env, dotEnv: read.dotEnv, dataDir });
};
