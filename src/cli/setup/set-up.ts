import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import JSON5 from 'json5';
import { displayPath } from '../../config/check/problems.js';
import { type Environment, isVariableSet, readEnvironment, resolveVariables } from '../../config/env.js';
import { withVariables } from '../../config/source/dot-env.js';
import { parseSettings } from '../../config/source/load.js';
import { DOT_ENV } from '../../config/source/sources.js';
import { listOf } from '../../config/wording.js';
import type { Configuration } from '../../contract/config.js';
import { firstModels } from '../../engine/models/first-models.js';
import { packageFile } from '../../package.js';
import { type CommandLine, DEFAULT_FILE } from '../options.js';
import { CommandError } from '../terminal/command-error.js';
import type { Prompt } from '../terminal/prompt.js';
import { tableOf } from '../terminal/table.js';
import { askForKeys, readKey } from './ask-for-keys.js';
import { chooseKeyless } from './choose-keyless.js';
import { type FirstChoice, firstConfiguration } from './first-configuration.js';
import { builtInTypes, knownModels } from './known-models.js';
import { findLocalServer } from './local-server.js';
import { type KeyOffer, keylessOffers, keyOffers } from './offers.js';
import { type Keys, tryKeys } from './try-keys.js';

/** A variable that the configuration reads a key from. */
export interface KeyVariable {
  readonly name: string;
  /** Where to get the key; absent if the configuration names no page for it. */
  readonly page: string | undefined;
}

const SCHEMA = '429chain.schema.json';
const SHIPPED_SCHEMA = `./schemas/${SCHEMA}`;
const INSTALLED_SCHEMA = `./node_modules/429chain/schemas/${SCHEMA}`;

/** What a set-up leaves to do. */
export interface SetUpResult {
  /** The variables of the configuration without a key. */
  readonly unset: readonly KeyVariable[];
  /** The configuration can answer requests. */
  readonly isReady: boolean;
}

/**
 * Writes a first configuration, and a `.env` with the keys that the user enters at `prompt`. Without `prompt`, it takes the
 * keys that are in the environment or in `.env`.
 * @returns what is left to do. Rejects with a CommandError if the configuration exists already or a file cannot be written
 */
export const setUp = async ({ options }: CommandLine, prompt?: Prompt): Promise<SetUpResult> => {
  const file = resolve(options.config ?? DEFAULT_FILE);
  const dotEnv = join(dirname(file), DOT_ENV);
  refuseToOverwrite(file, dotEnv, options.force ?? false);
  const before = existsSync(dotEnv) ? readFileSync(dotEnv, 'utf8') : undefined;
  const env = readEnvironment(process.env, before ?? '');
  const { text, keys, offers } = await chooseFirst(options, env, prompt);
  const variables = keyVariablesOf(text, offers);
  try {
    const written = [
      ...writeConfiguration(file, text),
      writeDotEnv(dotEnv, before, basename(file), { variables, keys }),
    ];
    console.log(`${chainText(text, { ...env, ...keys })}\n\nWritten\n${tableOf(written)}`);
  } catch (cause) {
    const { code, path } = cause as NodeJS.ErrnoException;
    if (path === undefined) throw cause;
    throw new CommandError(`Cannot write ${path}: ${code === 'ENOENT' ? 'the folder does not exist' : code}.`);
  }
  const unset = variables.filter(({ name }) => !isVariableSet(env, name) && keys[name] === undefined);
  return { unset, isReady: usableTargets(text, { ...env, ...keys }).length > 0 };
};

interface First {
  /** The configuration. */
  readonly text: string;
  /** The keys that the user entered, by variable. */
  readonly keys: Keys;
  readonly offers: readonly KeyOffer[];
}

/** Asks what to use, tries the keys, and chooses the models. With `--offline`, no provider is asked. */
const chooseFirst = async (
  { keyless, offline = false }: CommandLine['options'],
  env: Environment,
  prompt: Prompt | undefined,
): Promise<First> => {
  const example = readFileSync(packageFile(DEFAULT_FILE), 'utf8');
  const types = await builtInTypes();
  const [withoutKey, offers] = [keylessOffers(types), keyOffers(types)];
  const chosen = await chooseKeyless(withoutKey, keyless, prompt);
  const isSet = ({ variable }: KeyOffer): boolean => isVariableSet(env, variable);
  const unset = offers.filter((offer) => !isSet(offer));
  const entered = prompt === undefined ? {} : await askForKeys(unset, prompt);
  const wait = <T>(work: Promise<T>): Promise<T> => (prompt === undefined ? work : prompt.during(work));
  const inExample = new Set(Object.keys(JSON5.parse<Configuration>(example).providers));
  if (!offline) console.log('Asking the providers for their models …');
  const choice: FirstChoice = {
    without: withoutKey.flatMap(({ type }) => (chosen.some((each) => each.type === type) ? [] : [type])),
    added: offers.filter((each) => !inExample.has(each.type) && (isSet(each) || entered[each.variable] !== undefined)),
    local: offline ? undefined : await wait(findLocalServer(env.OLLAMA_HOST)),
    models: new Map(
      types.map(({ name, type }) => [
        name,
        { listed: undefined, first: firstModels(type, undefined, !withoutKey.some((each) => each.type === name)) },
      ]),
    ),
  };
  const text = firstConfiguration(example, choice);
  if (offline) return { text, keys: entered, offers };
  const retype = (name: string): Promise<string> =>
    readKey(`  Another ${name}, or Enter to keep this one: `, prompt as Prompt);
  const isAsked = prompt !== undefined && Object.keys(entered).length > 0;
  const keys = isAsked ? await tryKeys(text, entered, prompt, retype) : entered;
  const models = await wait(knownModels(text, { ...env, ...keys }));
  return { text: firstConfiguration(example, { ...choice, models }), keys, offers };
};

const refuseToOverwrite = (file: string, dotEnv: string, force: boolean): void => {
  if (force || !existsSync(file)) return;
  const existing = [file, dotEnv].filter((each) => existsSync(each)).map(displayPath);
  throw new CommandError(
    `${listOf(existing)} already ${existing.length === 1 ? 'exists' : 'exist'}. Nothing was written.\n` +
      `Use --force to overwrite ${displayPath(file)}. Keys are safe: ${DOT_ENV} only gets the variables that it lacks.`,
  );
};

/** The variables of a configuration, each with the page that gives its key. */
const keyVariablesOf = (text: string, offers: readonly KeyOffer[]): KeyVariable[] => {
  const pages = new Map(offers.map(({ variable, page }) => [variable, page]));
  const names = new Set(resolveVariables(JSON5.parse(text), {}).unset.flatMap((each) => each.names));
  return [...names].map((name) => ({ name, page: pages.get(name) }));
};

/** The targets of the default chain whose providers have what they need. */
const usableTargets = (text: string, env: Environment): readonly string[] => {
  const parsed = parseSettings(text, { env });
  if (!parsed.ok) return [];
  const { providers, chains, defaultChain } = parsed.settings;
  const usable = new Set(providers.filter(({ missing }) => missing.length === 0).map(({ id }) => id));
  const chain = chains.find(({ name }) => name === defaultChain);
  return (chain?.targets ?? []).filter(({ provider }) => usable.has(provider)).map(({ id }) => id);
};

const chainText = (text: string, env: Environment): string => {
  const targets = usableTargets(text, env);
  return targets.length === 0
    ? 'The default chain has no usable target yet.'
    : `The default chain asks these targets, in this order:\n${targets.map((target) => `  ${target}`).join('\n')}`;
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
