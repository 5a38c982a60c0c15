import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import JSON5 from 'json5';
import { displayPath } from '../../config/check/problems.js';
import { isVariableSet, readEnvironment, resolveVariables } from '../../config/env.js';
import { withVariables } from '../../config/source/dot-env.js';
import { DOT_ENV } from '../../config/source/sources.js';
import { listOf } from '../../config/wording.js';
import { packageFile } from '../../package.js';
import { type CommandLine, DEFAULT_FILE } from '../options.js';
import { CommandError } from '../terminal/command-error.js';
import type { Prompt } from '../terminal/prompt.js';
import { tableOf } from '../terminal/table.js';
import { askForKeys } from './ask-for-keys.js';

/** A variable that the configuration reads a key from. */
export interface KeyVariable {
  readonly name: string;
  /** Where to get the key; absent if the configuration names no page for it. */
  readonly page: string | undefined;
}

const SCHEMA = '429chain.schema.json';
const SHIPPED_SCHEMA = `./schemas/${SCHEMA}`;
const INSTALLED_SCHEMA = `./node_modules/429chain/schemas/${SCHEMA}`;

/**
 * Writes the example configuration, and a `.env` with the keys that the user enters at `prompt`.
 * @returns the key variables if none of them is set, otherwise an empty list. Rejects with a CommandError if the
 * configuration exists already or a file cannot be written
 */
export const setUp = async ({ options }: CommandLine, prompt?: Prompt): Promise<readonly KeyVariable[]> => {
  const file = resolve(options.config ?? DEFAULT_FILE);
  const dotEnv = join(dirname(file), DOT_ENV);
  refuseToOverwrite(file, dotEnv, options.force ?? false);
  const example = readFileSync(packageFile(DEFAULT_FILE), 'utf8');
  const variables = keyVariablesOf(example);
  const before = existsSync(dotEnv) ? readFileSync(dotEnv, 'utf8') : undefined;
  const env = readEnvironment(process.env, before ?? '');
  const unset = variables.filter(({ name }) => !isVariableSet(env, name));
  const keys = prompt === undefined ? {} : await askForKeys(example, unset, prompt);
  try {
    const written = [
      ...writeConfiguration(file, example),
      writeDotEnv(dotEnv, before, basename(file), { variables, keys }),
    ];
    console.log(`Written\n${tableOf(written)}`);
  } catch (cause) {
    const { code, path } = cause as NodeJS.ErrnoException;
    if (path === undefined) throw cause;
    throw new CommandError(`Cannot write ${path}: ${code === 'ENOENT' ? 'the folder does not exist' : code}.`);
  }
  return unset.length < variables.length || Object.keys(keys).length > 0 ? [] : variables;
};

const refuseToOverwrite = (file: string, dotEnv: string, force: boolean): void => {
  if (force || !existsSync(file)) return;
  const existing = [file, dotEnv].filter((each) => existsSync(each)).map(displayPath);
  throw new CommandError(
    `${listOf(existing)} already ${existing.length === 1 ? 'exists' : 'exist'}. Nothing was written.\n` +
      `Use --force to overwrite ${displayPath(file)}. Keys are safe: ${DOT_ENV} only gets the variables that it lacks.`,
  );
};

/** The variables of a configuration, each with the page that the comment at the top gives behind its name. */
const keyVariablesOf = (text: string): KeyVariable[] => {
  const pages = new Map([...text.matchAll(/^\/\/ +(\w+) +(https:\S+)$/gm)].map(([, name, page]) => [name, page]));
  const names = new Set(resolveVariables(JSON5.parse(text), {}).unset.flatMap((each) => each.names));
  return [...names].map((name) => ({ name, page: pages.get(name) }));
};

/**
 * Points `$schema` into `node_modules` if 429chain is installed beside the file, so that the schema follows upgrades.
 * Otherwise copies the schema beside it: the package may run from npx's cache, which can disappear.
 * @returns a table row for each written file
 */
const writeConfiguration = (file: string, example: string): string[][] => {
  const folder = dirname(file);
  const installed = existsSync(join(folder, INSTALLED_SCHEMA));
  const schema = installed ? INSTALLED_SCHEMA : `./${SCHEMA}`;
  writeFileSync(file, example.replace(`'${SHIPPED_SCHEMA}'`, `'${schema}'`), { mode: 0o600 });
  const rows = [[displayPath(file), 'the configuration, with comments']];
  if (installed) return rows;
  const copy = join(folder, SCHEMA);
  copyFileSync(packageFile(SHIPPED_SCHEMA), copy);
  return [...rows, [displayPath(copy), 'lets your editor complete and check it']];
};

/**
 * Creates the `.env`, or adds the variables that it lacks and sets those in `keys`. Everything else in it stays.
 * @returns a table row
 */
const writeDotEnv = (
  file: string,
  before: string | undefined,
  configuration: string,
  { variables, keys }: { readonly variables: readonly KeyVariable[]; readonly keys: Readonly<Record<string, string>> },
): string[] => {
  const known = parseEnv(before ?? '');
  const missing = variables.filter(({ name }) => !Object.hasOwn(known, name));
  const lines = missing.map(({ name, page }) => `\n${page === undefined ? '' : `# ${page}\n`}${name}=\n`).join('');
  if (before === undefined) {
    const head = `# The keys for ${configuration}. Keep this file private. 429chain skips a provider without its key.\n`;
    writeFileSync(file, withVariables(head + lines, keys), { mode: 0o600, flag: 'wx' });
    return [displayPath(file), `for your keys: ${listOf(variables.map(({ name }) => name))}`];
  }
  const newline = before === '' || before.endsWith('\n') || missing.length === 0 ? '' : '\n';
  const after = withVariables(before + newline + lines, keys);
  if (after !== before) writeFileSync(file, after);
  const added = missing.length === 0 ? 'has all variables' : `added ${listOf(missing.map(({ name }) => name))}`;
  const open = process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0;
  const warning = `; other users can read it: run chmod 600 ${displayPath(file)}`;
  return [displayPath(file), `${added}${open ? warning : ''}`];
};
