import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { nearestWord } from '../config/nearest-word.js';
import { COMMAND_NAME } from './command-name.js';
import { CommandError } from './terminal/command-error.js';
import { tableOf } from './terminal/table.js';

/** Every option of every command. `value` names what follows it; `help` is its sentence unless a command has another one. */
export const OPTIONS = {
  config: { type: 'string', short: 'c', value: 'FILE', help: 'the configuration file (default: 429chain.json5)' },
  plugins: { type: 'string', multiple: true, value: 'PATHS', help: 'plugin files or folders, separated by commas' },
  port: { type: 'string', short: 'p', value: 'PORT', help: 'the port of the proxy (default: from the configuration)' },
  host: { type: 'string', value: 'HOST', help: 'the address of the proxy (default: from the configuration)' },
  'data-dir': { type: 'string', value: 'FOLDER', help: 'the folder for keys and state (default: .429chain)' },
  demo: { type: 'boolean', help: 'use simulated providers' },
  create: { type: 'boolean', help: 'create an empty configuration if there is none' },
  url: { type: 'string', value: 'ADDRESS', help: 'the address of the proxy; needs no configuration' },
  chain: { type: 'string', value: 'NAME', help: 'the chain or provider/model to use (default: the default chain)' },
  workers: {
    type: 'string',
    value: 'N',
    help: 'the number of processes that answer requests; auto takes one per processor core (default: 1)',
  },
  watch: { type: 'boolean', help: 'keep running' },
  kind: { type: 'string', value: 'KIND', help: 'the kind' },
  'no-key': { type: 'boolean', help: 'only providers that need no key' },
  'no-card': { type: 'boolean', help: 'only providers that need no card' },
  'no-training': { type: 'boolean', help: 'only providers that do not train on requests' },
  json: { type: 'boolean', help: 'print JSON' },
  offline: { type: 'boolean', help: 'do not ask the providers' },
  undo: { type: 'boolean', help: 'restore the settings of the client' },
  keyless: {
    type: 'string',
    value: 'WHICH',
    help: 'the providers to use without a key: all, private (they do not train on requests) or none',
  },
  force: { type: 'boolean', help: 'overwrite an existing configuration' },
  help: { type: 'boolean', short: 'h', help: 'show this help' },
  version: { type: 'boolean', short: 'v', help: 'show the version' },
} as const;

export type OptionName = keyof typeof OPTIONS;

export interface CommandLine {
  readonly command: string;
  /** The arguments after the command. */
  readonly words: readonly string[];
  readonly options: ReturnType<typeof parse>['values'];
}

const parse = (args: readonly string[]) =>
  parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });

/** What is wrong with an option, from the message of `parseArgs`. */
const optionFault = (message: string): string => {
  const unknown = /^Unknown option '(-*([^']*))'/.exec(message);
  if (unknown !== null) {
    const near = nearestWord(unknown[2] ?? '', Object.keys(OPTIONS));
    return `Unknown option '${unknown[1]}'.${near === undefined ? '' : ` Did you mean --${near}?`}`;
  }
  const name = /--([\w-]+)/.exec(message)?.[1] as OptionName;
  const option: { readonly help: string; readonly value?: string } = OPTIONS[name];
  if (option.value === undefined) return `--${name} takes no value.`;
  return `--${name} needs a value: --${name} ${option.value}.`;
};

/** @throws CommandError for an unknown option or one without its value */
export const readCommandLine = (args: readonly string[]): CommandLine => {
  try {
    const { values, positionals } = parse(args);
    const [command = values.help ? 'help' : 'start', ...words] = positionals;
    return { command, words, options: values };
  } catch (error) {
    const command = args[0]?.startsWith('-') === false ? args[0] : 'start';
    throw new CommandError(`${optionFault((error as Error).message)} 429chain ${command} --help lists the options.`, 2);
  }
};

export const DEFAULT_FILE = '429chain.json5';

/** What to do without a configuration: name the running proxy, or create a configuration. */
const FIND_PROXY = [
  ['--config FILE', 'the configuration of the proxy'],
  ['--url ADDRESS', 'the address of the proxy'],
  ['--demo', 'a proxy that runs with --demo'],
];
const createOne = (config: string): string[][] => [
  [`${COMMAND_NAME} init${config}`, 'writes a configuration with comments'],
  [`${COMMAND_NAME} --create${config}`, 'starts with an empty one, which you fill in the browser'],
  [`${COMMAND_NAME} --demo`, 'runs with simulated providers, without a configuration'],
];

/** Commands that talk to a running proxy. */
const CLIENT_COMMANDS: ReadonlySet<string> = new Set(['ask', 'status', 'explain', 'health', 'connect', 'doctor']);

/** The absolute path of the configuration. @throws CommandError when the file does not exist, with what to do */
export const configurationFile = ({ command, options }: CommandLine): string => {
  const file = resolve(options.config ?? DEFAULT_FILE);
  if (existsSync(file)) return file;
  const problem =
    options.config === undefined ? `There is no ${DEFAULT_FILE} in this folder.` : `The file ${file} does not exist.`;
  const config = options.config === undefined ? '' : ` --config ${options.config}`;
  throw new CommandError(
    CLIENT_COMMANDS.has(command)
      ? `${problem} To name the proxy, add one of these options:\n${tableOf(FIND_PROXY)}`
      : `${problem} To begin, run one of these commands:\n${tableOf(createOne(config))}`,
  );
};

/** `--plugins A,B` and `--plugins A --plugins B` as absolute paths. */
export const pluginPaths = ({ options }: CommandLine): string[] =>
  (options.plugins ?? [])
    .flatMap((list) => list.split(','))
    .map((path) => path.trim())
    .filter((path) => path !== '')
    .map((path) => resolve(path));

/** The port of `--port`. @throws CommandError when it is not a port */
export const portOf = ({ options }: CommandLine): number | undefined => {
  if (options.port === undefined) return undefined;
  const port = Number(options.port);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new CommandError(`--port is '${options.port}'. Expected a number from 0 to 65535; 0 uses any free port.`, 2);
};

const MOST_WORKERS = 256;

/** The number of `--workers`; 1 without it. @throws CommandError when it is neither a number nor `auto` */
export const workersOf = ({ options: { workers = '1' } }: CommandLine): number => {
  if (workers === 'auto') return Math.min(availableParallelism(), MOST_WORKERS);
  const count = Number(workers);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_WORKERS) return count;
  throw new CommandError(`--workers is '${workers}'. Expected auto or a number from 1 to ${MOST_WORKERS}.`, 2);
};

/** The command that runs the proxy which a command line looks for. */
export const commandToStart = ({ options }: CommandLine): string =>
  `${COMMAND_NAME} start${options.demo ? ' --demo' : ''}`;

/** The options with which another command finds the proxy of this command line, such as ` --demo --port 4000`. */
export const optionsToFind = ({ options }: CommandLine): string => {
  const kept = (['config', 'url', 'data-dir', 'host', 'port'] as const).flatMap((name) =>
    options[name] === undefined || options[name] === '0' ? [] : [` --${name} ${options[name]}`],
  );
  return [...(options.demo ? [' --demo'] : []), ...kept].join('');
};

/** The origin of `--url`. @throws CommandError when it is not an HTTP address */
export const addressIn = ({ options: { url } }: CommandLine): string | undefined => {
  if (url === undefined) return undefined;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return new URL(url).origin;
  throw new CommandError(`--url is '${url}'. Expected an address such as http://127.0.0.1:3429.`, 2);
};
