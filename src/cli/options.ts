import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { suggest } from '../config/wording.js';
import { OWN_NAME } from './command-name.js';
import { CommandError } from './terminal/command-error.js';
import { tableOf } from './terminal/table.js';

/** Every option of every command, with its sentence for `--help`. */
export const OPTIONS = {
  config: { type: 'string', short: 'c', help: 'the configuration file (429chain.json5)' },
  plugins: { type: 'string', multiple: true, help: 'plugin files or folders, separated by commas' },
  port: { type: 'string', short: 'p', help: 'the port to listen on' },
  host: { type: 'string', help: 'the address to listen on' },
  'data-dir': { type: 'string', help: 'where keys and state are kept (.429chain)' },
  demo: { type: 'boolean', help: 'simulated providers; needs no configuration and no key' },
  create: { type: 'boolean', help: 'start: where there is no configuration, begin with an empty one' },
  url: { type: 'string', help: 'ask, status, explain, health: where a proxy runs; needs no configuration' },
  chain: { type: 'string', help: 'ask, explain: the chain or provider/model to ask' },
  watch: { type: 'boolean', help: 'start: read plugins anew when their code changes; status: anew every second' },
  kind: { type: 'string', help: 'plugin new: provider, parser or policy (provider)' },
  offline: { type: 'boolean', help: 'check: do not ask the providers' },
  force: { type: 'boolean', help: 'init: overwrite a configuration that is there' },
  help: { type: 'boolean', short: 'h', help: 'this text' },
  version: { type: 'boolean', short: 'v', help: 'the version' },
} as const;

export interface CommandLine {
  readonly command: string;
  /** What follows the command. */
  readonly words: readonly string[];
  readonly options: ReturnType<typeof parse>['values'];
}

const parse = (args: readonly string[]) =>
  parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });

/** @throws CommandError for an option that does not exist or lacks its value */
export const readCommandLine = (args: readonly string[]): CommandLine => {
  try {
    const { values, positionals } = parse(args);
    const [command = 'start', ...words] = positionals;
    return { command, words, options: values };
  } catch (error) {
    // Node's second sentence is about words that begin with a dash, which nobody meant.
    const [what = ''] = (error as Error).message.split(/\. |\n/);
    const near = suggest(/^Unknown option '-*([^']*)'/.exec(what)?.[1] ?? '', Object.keys(OPTIONS));
    throw new CommandError(`${what.replace(/\.$/, '')}.${near} 429chain --help lists the options.`, 2);
  }
};

export const DEFAULT_FILE = '429chain.json5';

/** What to do where there is no configuration: to find a proxy that runs, or to begin. */
const FINDING = [
  ['--config FILE', 'another configuration, which says where the proxy is'],
  ['--url ADDRESS', 'a proxy that needs none, or runs elsewhere'],
  ['--demo', 'the one that runs with --demo'],
];
const beginning = (config: string): string[][] => [
  [`${OWN_NAME} init${config}`, 'writes one, with comments'],
  [`${OWN_NAME} --create${config}`, 'begins with an empty one, to be filled in the browser'],
  [`${OWN_NAME} --demo`, 'runs with simulated providers, without any configuration'],
];

/** Commands that talk to a proxy which runs. */
const ASKING: ReadonlySet<string> = new Set(['ask', 'status', 'explain', 'health']);

/** @throws CommandError when there is no configuration, with what to do about it */
export const configurationFile = ({ command, options }: CommandLine): string => {
  const file = resolve(options.config ?? DEFAULT_FILE);
  if (existsSync(file)) return file;
  const where =
    options.config === undefined ? `There is no ${DEFAULT_FILE} in this folder.` : `There is no file ${file}.`;
  const config = options.config === undefined ? '' : ` --config ${options.config}`;
  throw new CommandError(`${where}\n${tableOf(ASKING.has(command) ? FINDING : beginning(config))}`);
};

/** `--plugins A,B` and `--plugins A --plugins B` as absolute paths. */
export const pluginPaths = ({ options }: CommandLine): string[] =>
  (options.plugins ?? [])
    .flatMap((list) => list.split(','))
    .map((path) => path.trim())
    .filter((path) => path !== '')
    .map((path) => resolve(path));

/** @throws CommandError when `--port` is no port */
export const portOf = ({ options }: CommandLine): number | undefined => {
  if (options.port === undefined) return undefined;
  const port = Number(options.port);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new CommandError(`--port is '${options.port}'. Expected a number from 0 to 65535; 0 takes any free port.`, 2);
};

/** Where `--url` says that a proxy is, without a path. @throws CommandError when it is no address */
export const addressIn = ({ options: { url } }: CommandLine): string | undefined => {
  if (url === undefined) return undefined;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return new URL(url).origin;
  throw new CommandError(`--url is '${url}'. Expected an address such as http://127.0.0.1:3429.`, 2);
};
