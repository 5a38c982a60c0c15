import { resolve } from 'node:path';
import { App } from './app.js';
import { printConfiguration } from './config/edit/print.js';
import type { Environment } from './config/env.js';
import { isLoopback } from './config/loopback.js';
import { memoryStore, openStore, type SettingsStore } from './config/source/store.js';
import { suggest } from './config/wording.js';
import type { LiveStatus } from './contract/admin-api.js';
import type { Configuration } from './contract/config.js';
import { type Log, silentLog } from './log.js';
import { maskedLog } from './logging/masked-log.js';
import { ChainError } from './plugin/door/errors.js';
import type { Plugin } from './plugin/index.js';
import { Secrets } from './secrets.js';

export { InvalidConfiguration } from './config/check/invalid-configuration.js';
export type { Problem } from './config/settings.js';
export type { LiveStatus, TargetView } from './contract/admin-api.js';
export type { Configuration } from './contract/config.js';
export type { Log, LogFields } from './log.js';
export { ChainError } from './plugin/door/errors.js';
export type { Plugin } from './plugin/index.js';

interface CommonOptions {
  /** Beside those of the configuration: plugins themselves, or paths of them. */
  readonly plugins?: readonly (Plugin | string)[];
  /** Where keys and state are kept. In place of the configuration's own, which is `.429chain` unless told. */
  readonly dataDir?: string;
  /** Who is told what happens; `console` will do. Without it warnings and errors go to standard error. */
  readonly log?: Log;
  /** The variables that `${NAME}` reads, before those of a `.env` beside the file. `process.env` unless told. */
  readonly env?: Environment;
}

/** A configuration as it is written in `429chain.json5`, or such a file, which is watched and may be changed by the admin. */
export type ProxyOptions = CommonOptions &
  (
    | { readonly configuration: Configuration; readonly file?: never }
    | { readonly file: string; readonly configuration?: never }
  );

/** 429chain inside another program. */
export interface ProxyServer {
  /** Where it listens, such as `http://127.0.0.1:3429`; `undefined` before. The base URL for an SDK is that and `/v1`. */
  readonly address: string | undefined;
  /** A key that callers may use: the first of `server.apiKeys`, or the one that was made. */
  readonly apiKey: string;
  /** The key of the admin: `server.adminKey`, or the one that was made. */
  readonly adminKey: string;
  /**
   * Listens where the configuration says, unless told; port 0 takes any free one.
   * @returns the address. Rejects with Node's error where nothing can listen, and with a ChainError
   * `invalid_configuration` for a host that others can reach, without `server.apiKeys`
   */
  listen(where?: { readonly host?: string; readonly port?: number }): Promise<string>;
  /** How every target stands. */
  status(): LiveStatus;
  /** Takes no new requests, lets those in flight end for at most `drainMs` (`server.drain` unless told), ends everything. */
  close(drainMs?: number): Promise<void>;
}

/**
 * Builds a proxy, which listens to nothing yet.
 * @throws InvalidConfiguration with every problem of the configuration; ChainError `plugin_failed`; TypeError for options
 * that name no configuration, or what is no option
 */
export const createProxy = async (options: ProxyOptions): Promise<ProxyServer> => {
  checkOptions(options);
  const secrets = new Secrets();
  const log = maskedLog(options.log ?? COMPLAINTS, (text) => secrets.mask(text));
  const plugins = (options.plugins ?? []).map((each) => (typeof each === 'string' ? resolve(each) : each));
  const app = await App.create({ store: storeOf(options, log), plugins, log, secrets });
  let address: string | undefined;
  return {
    get address() {
      return address;
    },
    get apiKey() {
      return app.runtime.apiKeys[0]?.key ?? '';
    },
    get adminKey() {
      return app.runtime.adminKey;
    },
    listen: async (where = {}) => {
      const { server } = app.runtime.settings;
      const { host = server.host, port = server.port } = where;
      if (!isLoopback(host) && server.apiKeys.length === 0) {
        const message = `The host '${host}' can be reached by others. Expected server.apiKeys in the configuration.`;
        throw new ChainError('invalid_configuration', message);
      }
      address = await app.listen({ host, port });
      return address;
    },
    status: () => app.runtime.status(),
    close: (drainMs) => app.close(drainMs),
  };
};

const OPTIONS: readonly (keyof ProxyOptions)[] = ['configuration', 'file', 'plugins', 'dataDir', 'log', 'env'];

/** For programs that no compiler checks. @throws TypeError */
const checkOptions = (options: Partial<ProxyOptions> = {}): void => {
  for (const name of Object.keys(options)) {
    if ((OPTIONS as readonly string[]).includes(name)) continue;
    throw new TypeError(
      `createProxy has no option '${name}'. Its options: ${OPTIONS.join(', ')}.${suggest(name, OPTIONS)}`,
    );
  }
  if ((options.configuration === undefined) === (options.file === undefined)) {
    throw new TypeError('createProxy needs either a `configuration` or the `file` that it is in.');
  }
};

const storeOf = ({ configuration, file, dataDir, env = process.env }: ProxyOptions, log: Log): SettingsStore =>
  file === undefined
    ? memoryStore(printConfiguration(configuration), { env, log, dataDir })
    : openStore(file, { env, log, dataDir });

/** A program that uses us has a log of its own, and need not hear what goes well. */
const COMPLAINTS: Log = {
  ...silentLog,
  warn: (message) => console.warn(message),
  error: (message) => console.error(message),
};
