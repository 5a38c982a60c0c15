import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Environment, isVariableSet, readEnvironment } from '../../config/env.js';
import { withVariables } from '../../config/source/dot-env.js';
import { DOT_ENV } from '../../config/source/sources.js';
import { listOf } from '../../config/wording.js';
import type { Log } from '../../log.js';
import { newKey, type OwnKey } from '../../runtime/own-key.js';
import { KEY_VARIABLES } from '../key-variables.js';
import { type CommandLine, DEFAULT_FILE } from '../options.js';
import { whyNotWritable } from '../start/writable-folder.js';
import { CommandError } from '../terminal/command-error.js';

/** The variable with the name of a reverse proxy, under which the admin must be reachable too. */
const HOST = 'CHAIN_HOST';

/** It has keys from the start, so that 429chain may listen on a public address. */
const emptyConfiguration = (
  hosts: string,
): string => `// Created by 429chain. Add providers and chains here or at /admin: changes take effect at once.
// \${NAME} is read from the environment, or from the file .env beside this one.
{
  server: {${hosts}
    apiKeys: ['\${${KEY_VARIABLES['api-key']}}'],
    adminKey: '\${${KEY_VARIABLES['admin-key']}}',
  },
  providers: {},
  chains: {},
}
`;

/**
 * If there is no configuration, writes an empty one, with generated keys in the `.env` beside it. Keys that `env` or
 * `.env` already have are kept. CHAIN_HOST in `env` becomes `server.hosts`.
 * @returns whether an admin key was generated
 * @throws CommandError when the folder is not writable
 */
export const createConfiguration = ({ options }: CommandLine, env: Environment, log: Log): boolean => {
  const file = resolve(options.config ?? DEFAULT_FILE);
  if (existsSync(file)) return false;
  const folder = dirname(file);
  const why = whyNotWritable(folder);
  if (why !== undefined) throw new CommandError(`There is no ${file}, and 429chain cannot create it.\n${why}`);
  const generated = writeKeys(join(folder, DOT_ENV), env, log);
  const hosts = isVariableSet(env, HOST) ? `\n    hosts: ['\${${HOST}}'],` : '';
  writeFileSync(file, emptyConfiguration(hosts), { flag: 'wx' });
  log.info(`There was no configuration. 429chain created ${file}, without providers. Add them at /admin.`);
  if (generated.length > 0) log.info(`429chain generated ${listOf(generated)} in ${join(folder, DOT_ENV)}`);
  return generated.includes(KEY_VARIABLES['admin-key']);
};

/** @returns the names of the variables with generated keys */
const writeKeys = (dotEnvFile: string, env: Environment, log: Log): string[] => {
  const before = existsSync(dotEnvFile) ? readFileSync(dotEnvFile, 'utf8') : '';
  const known = readEnvironment(env, before);
  const unset = Object.entries(KEY_VARIABLES).filter(([, variable]) => !isVariableSet(known, variable));
  if (unset.length === 0) return [];
  const variables = Object.fromEntries(unset.map(([key, variable]) => [variable, newKey(key as OwnKey)]));
  if (existsSync(dotEnvFile)) makePrivate(dotEnvFile, log);
  writeFileSync(dotEnvFile, withVariables(before, variables), { mode: 0o600 });
  return Object.keys(variables);
};

/** The `mode` of `writeFileSync` applies to new files only. */
const makePrivate = (file: string, log: Log): void => {
  try {
    chmodSync(file, 0o600);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    log.warn(
      `429chain writes keys to ${file} but cannot set its mode to 0600 (${code}). Make sure that no other user can read it.`,
    );
  }
};
