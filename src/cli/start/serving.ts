import type { App } from '../../app.js';
import { isLoopback } from '../../config/loopback.js';
import type { Settings } from '../../config/settings.js';
import { openStore, type SettingsStore } from '../../config/source/store.js';
import type { Log } from '../../log.js';
import { type CommandLine, configurationFile, portOf } from '../options.js';
import { CommandError } from '../terminal/command-error.js';
import { lockFolder } from './folder-lock.js';
import { whyNotWritable } from './writable-folder.js';

export interface Running {
  /** Absent until the first configuration is in force. */
  app?: App;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Follows the configuration file of a command line. */
export const openFile = (line: CommandLine, log: Log): SettingsStore =>
  openStore(configurationFile(line), { env: process.env, log, dataDir: line.options['data-dir'] });

/**
 * Takes the data folder for this process and its workers.
 * @returns a function that gives it back. Rejects with a CommandError if it cannot be written or another proxy uses it
 */
export const takeFolder = ({ dataDir }: Settings): Promise<() => void> => {
  const why = whyNotWritable(dataDir);
  if (why !== undefined) throw new CommandError(`Cannot write to the data folder ${dataDir}.\n${why}`);
  return lockFolder(dataDir);
};

/**
 * Where to listen, by the command line or else by the configuration.
 * @throws CommandError for an address that other machines can reach if there are no client keys
 */
export const addressOf = ({ server }: Settings, line: CommandLine): Address => {
  const host = line.options.host ?? server.host;
  const port = portOf(line) ?? server.port;
  if (isLoopback(host) || server.apiKeys.length > 0) return { host, port };
  if (line.options.demo)
    throw new CommandError(
      `The demo has no client keys and must not be reachable from other machines, as --host ${host} would make it.`,
    );
  throw new CommandError(
    `With --host ${host}, other machines could use 429chain without a key. Add server.apiKeys to the configuration first:\n  server: { apiKeys: ['\${CHAIN_API_KEY}'] }\nThen set CHAIN_API_KEY in the environment or in .env. \`openssl rand -hex 24\` generates a key.`,
  );
};

/** The reasons why listening fails, by error code. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there. --port 0 uses any free port',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'permission denied. Ports from 1024 up need no privileges',
  ENOTFOUND: 'the host is unknown',
};

/** Listens. @returns the address, such as `http://127.0.0.1:3429`. Rejects with a CommandError that says why not */
export const listen = async (app: App, { host, port }: Address): Promise<string> => {
  try {
    return await app.listen({ host, port });
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    throw new CommandError(`429chain cannot listen on ${host}:${port}: ${REASONS[code] ?? message}.`);
  }
};

/** Closes the app. If that fails, the log says why, and the process will end with status 1. */
export const closeApp = async (app: App, log: Log): Promise<void> => {
  try {
    await app.close();
  } catch (cause) {
    log.error(`429chain could not stop cleanly: ${(cause as Error).stack}`);
    process.exitCode = 1;
  }
};
