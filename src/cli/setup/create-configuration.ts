import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Environment, isGiven, readEnvironment } from '../../config/env.js';
import { withVariables } from '../../config/source/dot-env.js';
import { DOT_ENV } from '../../config/source/sources.js';
import { listOf } from '../../config/wording.js';
import type { Log } from '../../log.js';
import { newKey } from '../../runtime/own-key.js';
import { type CommandLine, DEFAULT_FILE } from '../options.js';
import { whyNotWritable } from '../start/writable-folder.js';
import { CommandError } from '../terminal/command-error.js';

const KEYS = { CHAIN_API_KEY: 'api-key', CHAIN_ADMIN_KEY: 'admin-key' } as const;

/** The name of a reverse proxy, under which the admin is to be reached too. */
const HOST = 'CHAIN_HOST';

/** With keys from the start, so that it may listen where others can reach it. */
const empty = (
  hosts: string,
): string => `// Made at the first start of 429chain. Add providers and chains here or at /admin: both take effect at once.
// \${NAME} is read from the environment, or from the file .env beside this one.
{
  server: {${hosts}
    apiKeys: ['\${CHAIN_API_KEY}'],
    adminKey: '\${CHAIN_ADMIN_KEY}',
  },
  providers: {},
  chains: {},
}
`;

/**
 * Where there is no configuration, writes an empty one, and keys of its own into the `.env` beside it unless `env` gives
 * them, and `server.hosts` if it gives CHAIN_HOST. Says so in the log.
 * @returns whether it made the key of the admin
 * @throws CommandError when the folder cannot be written
 */
export const createConfiguration = ({ options }: CommandLine, env: Environment, log: Log): boolean => {
  const file = resolve(options.config ?? DEFAULT_FILE);
  if (existsSync(file)) return false;
  const folder = dirname(file);
  const why = whyNotWritable(folder);
  if (why !== undefined) throw new CommandError(`There is no ${file}, and none can be made.\n${why}`);
  const made = writeKeys(join(folder, DOT_ENV), env, log);
  const hosts = isGiven(env, HOST) ? `\n    hosts: ['\${${HOST}}'],` : '';
  writeFileSync(file, empty(hosts), { flag: 'wx' });
  log.info(`There was no configuration: ${file} is a new one, without providers. Add them at /admin.`);
  if (made.length > 0) log.info(`Keys were made for you: ${listOf(made)} in ${join(folder, DOT_ENV)}`);
  return made.includes('CHAIN_ADMIN_KEY');
};

/** @returns the names of those that were made */
const writeKeys = (dotEnvFile: string, env: Environment, log: Log): string[] => {
  const before = existsSync(dotEnvFile) ? readFileSync(dotEnvFile, 'utf8') : '';
  const given = readEnvironment(env, before);
  const made = Object.entries(KEYS).filter(([name]) => !isGiven(given, name));
  if (made.length === 0) return [];
  const variables = Object.fromEntries(made.map(([name, key]) => [name, newKey(key)]));
  if (existsSync(dotEnvFile)) makePrivate(dotEnvFile, log);
  writeFileSync(dotEnvFile, withVariables(before, variables), { mode: 0o600 });
  return Object.keys(variables);
};

/** The mode that a file is written with holds for a new one only. */
const makePrivate = (file: string, log: Log): void => {
  try {
    chmodSync(file, 0o600);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    log.warn(
      `${file} will hold keys, and its mode cannot be changed to 0600 (${code}). See to it that nobody else reads it.`,
    );
  }
};
