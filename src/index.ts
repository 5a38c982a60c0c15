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
  /** Plugins beside those of the configuration: the plugin itself, or its path. */
  readonly plugins?: readonly (Plugin | string)[];
  /** The folder for keys and state. Overrides the configuration's `dataDir`, whose default is `.429chain`. */
  readonly dataDir?: string;
  /** Receives the log; `console` works too. Default: warnings and errors go to standard error. */
  readonly log?: Log;
  /** The variables that `${NAME}` reads. They override the `.env` beside the file. Default: `process.env`. */
  readonly env?: Environment;
}

/** A configuration as in `429chain.json5`, or the path of such a file. The file is watched, and the admin may change it. */
export type ProxyOptions = CommonOptions &
  (
    | { readonly configuration: Configuration; readonly file?: never }
    | { readonly file: string; readonly configuration?: never }
  );

/** A proxy inside your own program. */
export interface ProxyServer {
  /** Its address, such as `http://127.0.0.1:3429`; `undefined` before `listen`. The base URL for an SDK adds `/v1`. */
  readonly address: string | undefined;
  /** A key for callers: the first of `server.apiKeys`, or the one that 429chain made. */
  readonly apiKey: string;
  /** The key for the admin: `server.adminKey`, or the one that 429chain made. */
  readonly adminKey: string;
  /**
   * Starts to listen. Default: `server.host` and `server.port`. Port 0 takes any free port.
   * @returns the address. Rejects with Node's error if it cannot listen, and with a ChainError `invalid_configuration` for
   * a host that others can reach without `server.apiKeys`
   */
  listen(where?: { readonly host?: string; readonly port?: number }): Promise<string>;
  /** The current state of every target. */
  status(): LiveStatus;
  /** Takes no new requests, gives those in flight up to `drainMs` to end (default: `server.drain`), then ends everything. */
  close(drainMs?: number): Promise<void>;
}

/**
 * Creates a proxy. It does not listen yet.
 * @throws InvalidConfiguration with every problem of the configuration; ChainError `plugin_failed`; TypeError for unknown
 * options, or for options without a configuration
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
        const message = `Others can reach the host '${host}'. Set server.apiKeys in the configuration.`;
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

/** Checks the options of programs without a compiler. @throws TypeError */
const checkOptions = (options: Partial<ProxyOptions> = {}): void => {
  for (const name of Object.keys(options)) {
    if ((OPTIONS as readonly string[]).includes(name)) continue;
    throw new TypeError(
      `createProxy has no option '${name}'. Its options: ${OPTIONS.join(', ')}.${suggest(name, OPTIONS)}`,
    );
  }
  if ((options.configuration === undefined) === (options.file === undefined)) {
    throw new TypeError('createProxy needs either a `configuration` or the `file` that contains it.');
  }
};

const storeOf = ({ configuration, file, dataDir, env = process.env }: ProxyOptions, log: Log): SettingsStore =>
  file === undefined
    ? memoryStore(printConfiguration(configuration), { env, log, dataDir })
    : openStore(file, { env, log, dataDir });

/** The default log: a program that embeds 429chain hears of problems only. */
const COMPLAINTS: Log = {
  ...silentLog,
  writes: (level) => level === 'warn' || level === 'error',
  warn: (message) => console.warn(message),
  error: (message) => console.error(message),
};
