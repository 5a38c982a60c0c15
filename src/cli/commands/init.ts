import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import JSON5 from 'json5';
import { isGiven, readEnvironment, resolveVariables } from '../../config/env.js';
import { withVariables } from '../../config/source/dot-env.js';
import { DOT_ENV } from '../../config/source/sources.js';
import { listOf } from '../../config/wording.js';
import { packageFile } from '../../package.js';
import { OWN_NAME } from '../command-name.js';
import { type CommandLine, DEFAULT_FILE } from '../options.js';
import type { Keys } from '../setup/try-keys.js';
import { CommandError } from '../terminal/command-error.js';
import { isAtTerminal, Prompt } from '../terminal/prompt.js';
import { tableOf } from '../terminal/table.js';

/** A variable that a configuration names, and where its value is to be had. */
interface Variable {
  readonly name: string;
  readonly page: string | undefined;
}

const SCHEMA = '429chain.schema.json';
const SHIPPED_SCHEMA = `./schemas/${SCHEMA}`;
const INSTALLED_SCHEMA = `./node_modules/429chain/schemas/${SCHEMA}`;

/** Writes the shipped configuration, and a `.env` for the keys that it names, which it asks for on a terminal. */
export const init = async (line: CommandLine): Promise<void> => {
  const prompt = isAtTerminal() ? new Prompt(process.stdin, process.stdout) : undefined;
  try {
    const lacking = await setUp(line, prompt);
    console.log(nextSteps(lacking, line.options.config));
  } finally {
    prompt?.close();
  }
};

/**
 * Writes both files, with the keys that `prompt` is told.
 * @returns the variables of all providers, or none if one of them has its key. Rejects with a CommandError where nothing
 * can be written, or where something is that must stay
 */
export const setUp = async ({ options }: CommandLine, prompt?: Prompt): Promise<readonly Variable[]> => {
  const file = resolve(options.config ?? DEFAULT_FILE);
  const dotEnv = join(dirname(file), DOT_ENV);
  refuseToOverwrite(file, dotEnv, options.force ?? false);
  const shipped = readFileSync(packageFile(DEFAULT_FILE), 'utf8');
  const variables = variablesOf(shipped);
  const before = existsSync(dotEnv) ? readFileSync(dotEnv, 'utf8') : undefined;
  const there = readEnvironment(process.env, before ?? '');
  const wanted = variables.filter(({ name }) => !isGiven(there, name));
  const keys = prompt === undefined ? {} : await askForGoodKeys(shipped, wanted, prompt);
  try {
    const written = [
      ...writeConfiguration(file, shipped),
      writeDotEnv(dotEnv, before, basename(file), { variables, keys }),
    ];
    console.log(`Written\n${tableOf(written)}`);
  } catch (cause) {
    const { code, path } = cause as NodeJS.ErrnoException;
    if (path === undefined) throw cause;
    throw new CommandError(
      `${path} cannot be written${code === 'ENOENT' ? ': there is no such folder' : ` (${code})`}.`,
    );
  }
  return wanted.length < variables.length || Object.keys(keys).length > 0 ? [] : variables;
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

/** @returns those that were given, by name. One that its provider refuses may be typed again */
const askForGoodKeys = async (text: string, variables: readonly Variable[], prompt: Prompt): Promise<Keys> => {
  const keys = await askForKeys(variables, prompt);
  if (Object.keys(keys).length === 0) return keys;
  const { tryKeys } = await import('../setup/try-keys.js');
  return tryKeys(text, keys, prompt, (name) => askForKey(`  Another ${name}, or Enter to keep this one: `, prompt));
};

/** @returns those that were given, by name */
const askForKeys = async (variables: readonly Variable[], prompt: Prompt): Promise<Record<string, string>> => {
  const keys: Record<string, string> = {};
  if (variables.length > 0)
    prompt.say('Paste your keys: they are not shown. Enter goes without one, which can be added later.');
  for (const { name, page } of variables) {
    const key = await askForKey(`  ${name}${page === undefined ? '' : `, from ${page}`}: `, prompt);
    if (key !== '') keys[name] = key;
    prompt.say(key === '' ? '  Without it, then.' : `  Taken, ${key.length} characters.`);
  }
  return keys;
};

/** @returns a key, or nothing. One that is no key is asked for again */
const askForKey = async (question: string, prompt: Prompt): Promise<string> => {
  for (;;) {
    const key = await prompt.askHidden(question);
    if (/^[\x21-\x7e]*$/.test(key)) return key;
    prompt.say('  That is no key: it has blanks or letters that no key has.');
  }
};

/**
 * An installed package is pointed at, so that the schema follows its upgrades. One that runs from elsewhere, from npx's
 * cache for instance, may be gone tomorrow: its schema is copied.
 */
const writeConfiguration = (file: string, shipped: string): string[][] => {
  const folder = dirname(file);
  const installed = existsSync(join(folder, INSTALLED_SCHEMA));
  const schema = installed ? INSTALLED_SCHEMA : `./${SCHEMA}`;
  writeFileSync(file, shipped.replace(`'${SHIPPED_SCHEMA}'`, `'${schema}'`), { mode: 0o600 });
  const rows = [[shown(file), 'the configuration, with comments']];
  if (installed) return rows;
  const copy = join(folder, SCHEMA);
  copyFileSync(packageFile(SHIPPED_SCHEMA), copy);
  return [...rows, [shown(copy), 'lets editors complete and check it']];
};

/** What is in the file stays in it, but for a variable that has a key now. */
const writeDotEnv = (
  file: string,
  before: string | undefined,
  configuration: string,
  { variables, keys }: { readonly variables: readonly Variable[]; readonly keys: Readonly<Record<string, string>> },
): string[] => {
  const known = parseEnv(before ?? '');
  const lacking = variables.filter(({ name }) => !Object.hasOwn(known, name));
  const lines = lacking.map(({ name, page }) => `\n${page === undefined ? '' : `# ${page}\n`}${name}=\n`).join('');
  if (before === undefined) {
    const head = `# The keys of ${configuration}, for nobody else's eyes. A provider without its key is skipped.\n`;
    writeFileSync(file, withVariables(head + lines, keys), { mode: 0o600, flag: 'wx' });
    return [shown(file), `for your keys: ${listOf(variables.map(({ name }) => name))}`];
  }
  const newline = before === '' || before.endsWith('\n') || lacking.length === 0 ? '' : '\n';
  const after = withVariables(before + newline + lines, keys);
  if (after !== before) writeFileSync(file, after);
  const added = lacking.length === 0 ? 'lacked nothing' : `got ${listOf(lacking.map(({ name }) => name))} added`;
  const open = process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0;
  return [shown(file), `${added}${open ? `; other users can read it, chmod 600 ${shown(file)} ends that` : ''}`];
};

const nextSteps = (lacking: readonly Variable[], config: string | undefined): string => {
  const option = config === undefined ? '' : ` --config ${config}`;
  const pages = lacking.map(({ name, page = '' }) => [name, page]);
  const commands = [
    [`${OWN_NAME} check${option}`, 'asks every provider for its models'],
    [`${OWN_NAME}${option}`, 'runs the proxy'],
  ];
  if (lacking.length === 0) return `Next\n${tableOf(commands)}`;
  return `Next\n  Get a key at one of these pages or more, and put it into ${DOT_ENV}:\n${tableOf(pages, '    ')}\n  Then:\n${tableOf(commands, '    ')}`;
};

const shown = (file: string): string => {
  const short = relative(process.cwd(), file);
  return short.startsWith('..') ? file : short;
};
