import { appendFileSync, copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import JSON5 from 'json5';
import { resolveVariables } from '../config/env.js';
import { DOT_ENV } from '../config/sources.js';
import { listOf } from '../config/wording.js';
import { packageFile } from '../package.js';
import { CommandError } from './command-error.js';
import { type CommandLine, DEFAULT_FILE } from './options.js';
import { tableOf } from './table.js';

/** A variable that a configuration names, and where its value is to be had. */
interface Variable {
  readonly name: string;
  readonly page: string | undefined;
}

const SCHEMA = '429chain.schema.json';
const SHIPPED_SCHEMA = `./schemas/${SCHEMA}`;
const INSTALLED_SCHEMA = `./node_modules/429chain/schemas/${SCHEMA}`;

/** Writes the shipped configuration, and a `.env` for the keys that it names. */
export const init = async ({ options }: CommandLine): Promise<void> => {
  const file = resolve(options.config ?? DEFAULT_FILE);
  const dotEnv = join(dirname(file), DOT_ENV);
  refuseToOverwrite(file, dotEnv, options.force ?? false);
  const shipped = readFileSync(packageFile(DEFAULT_FILE), 'utf8');
  const variables = variablesOf(shipped);
  try {
    const written = [...writeConfiguration(file, shipped), writeDotEnv(dotEnv, basename(file), variables)];
    console.log(`Written\n${tableOf(written)}\n${nextSteps(variables, options.config)}`);
  } catch (cause) {
    const { code, path } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new CommandError(`${path ?? dirname(file)} cannot be written (${code}).`);
  }
};

const refuseToOverwrite = (file: string, dotEnv: string, force: boolean): void => {
  if (force || !existsSync(file)) return;
  const there = [file, dotEnv].filter((each) => existsSync(each)).map(shown);
  throw new CommandError(
    `${listOf(there)} ${there.length === 1 ? 'exists' : 'exist'} already. Nothing was written.\n` +
      `--force overwrites ${shown(file)}. It takes no key away: ${DOT_ENV} only gets the names that it lacks.`,
  );
};

/** The variables of a configuration; the page of each stands behind its name in the comment at the top. */
const variablesOf = (text: string): Variable[] => {
  const pages = new Map([...text.matchAll(/^\/\/ +(\w+) +(https:\S+)$/gm)].map(([, name, page]) => [name, page]));
  const names = new Set(resolveVariables(JSON5.parse(text), {}).unset.flatMap((each) => each.names));
  return [...names].map((name) => ({ name, page: pages.get(name) }));
};

/**
 * An installed package is pointed at, so that the schema follows its upgrades. One that runs from elsewhere, from npx's
 * cache for instance, may be gone tomorrow: its schema is copied.
 */
const writeConfiguration = (file: string, shipped: string): string[][] => {
  const folder = dirname(file);
  const installed = existsSync(join(folder, INSTALLED_SCHEMA));
  const schema = installed ? INSTALLED_SCHEMA : `./${SCHEMA}`;
  writeFileSync(file, shipped.replace(`'${SHIPPED_SCHEMA}'`, `'${schema}'`));
  const rows = [[shown(file), 'the configuration, with comments']];
  if (installed) return rows;
  const copy = join(folder, SCHEMA);
  copyFileSync(packageFile(SHIPPED_SCHEMA), copy);
  return [...rows, [shown(copy), 'lets editors complete and check it']];
};

/** What is in the file stays in it. */
const writeDotEnv = (file: string, configuration: string, variables: readonly Variable[]): string[] => {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  const known = parseEnv(before ?? '');
  const lacking = variables.filter(({ name }) => !Object.hasOwn(known, name));
  const lines = lacking.map(({ name, page }) => `\n${page === undefined ? '' : `# ${page}\n`}${name}=\n`).join('');
  if (before === undefined) {
    const head = `# The keys of ${configuration}, for nobody else's eyes. A provider without its key is skipped.\n`;
    writeFileSync(file, head + lines, { mode: 0o600, flag: 'wx' });
    return [shown(file), `for your keys: ${listOf(variables.map(({ name }) => name))}`];
  }
  if (lacking.length > 0) appendFileSync(file, (before === '' || before.endsWith('\n') ? '' : '\n') + lines);
  const added = lacking.length === 0 ? 'lacked nothing' : `got ${listOf(lacking.map(({ name }) => name))} added`;
  const open = process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0;
  return [shown(file), `${added}${open ? `; other users can read it, chmod 600 ${shown(file)} ends that` : ''}`];
};

const nextSteps = (variables: readonly Variable[], config: string | undefined): string => {
  const option = config === undefined ? '' : ` --config ${config}`;
  const pages = variables.map(({ name, page = '' }) => [name, page]);
  const commands = [
    [`429chain check${option}`, 'asks every provider for its models'],
    [`429chain${option}`, 'runs the proxy'],
  ];
  return `Next\n  Get a key at one of these pages or more, and put it into ${DOT_ENV}:\n${tableOf(pages, '    ')}\n  Then:\n${tableOf(commands, '    ')}`;
};

const shown = (file: string): string => {
  const short = relative(process.cwd(), file);
  return short.startsWith('..') ? file : short;
};
