import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ConnectionOptions } from 'node:tls';
import { ChainError } from '429chain/plugin';
import type { Cluster, Redis, RedisOptions } from 'ioredis';
import type { Settings } from './settings.js';

type Ioredis = typeof import('ioredis');
type ServerOptions = Omit<RedisOptions, 'replyMapping'>;

const require = createRequire(import.meta.url);

const CONNECT_MS = 5_000;
/** A connection on which nothing comes back for so long is given up: the host may be gone without a word. */
const SILENCE_MS = 10_000;
const SLOWEST_RETRY_MS = 2_000;

/** @throws ChainError if the package is not installed */
export const loadIoredis = (): Ioredis => {
  try {
    return require('ioredis') as Ioredis;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw cause;
    throw new ChainError(
      'plugin_failed',
      'The plugin needs the package ioredis: install it with `npm install ioredis`.',
    );
  }
};

/** Two connections: one for calls, and one that listens. */
export interface Clients {
  readonly commands: Redis | Cluster;
  /** The same as `commands` for a cluster, which has a connection for this by itself. */
  readonly subscriber: Redis | Cluster;
}

/** Not all processes return at once. */
const retryDelay = (attempt: number): number =>
  Math.min(SLOWEST_RETRY_MS, 25 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2);

/**
 * Makes clients that connect at once, and again and again.
 * @throws if a file for TLS cannot be read
 */
export const createClients = ({ Redis, Cluster }: Ioredis, settings: Settings): Clients => {
  const { form, server, path, db, sentinels } = settings;
  const { username, password } = server;
  const common = {
    username,
    password,
    ...tlsOf(settings),
    connectTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    // Calls that got no answer are repeated here, in their order, or not at all.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    // A master that became a replica: the new one may have the same address.
    reconnectOnError: ({ message }: Error) => message.startsWith('READONLY'),
    retryStrategy: retryDelay,
    autoResubscribe: false,
  };
  if (form === 'cluster') {
    const { retryStrategy: _, enableOfflineQueue: __, ...redisOptions } = common;
    const cluster = new Cluster([{ host: server.host, port: server.port }], {
      redisOptions,
      enableOfflineQueue: false,
      clusterRetryStrategy: retryDelay,
      // Within the time that an attempt waits, there is no second try.
      maxRedirections: 3,
    });
    return { commands: cluster, subscriber: cluster };
  }
  const options: ServerOptions = { ...common, db, ...(path === undefined ? placeOf(settings) : { path }) };
  if (form === 'sentinel') {
    options.sentinelUsername = sentinels[0]?.username;
    options.sentinelPassword = sentinels[0]?.password;
  }
  return { commands: new Redis(options), subscriber: new Redis(options) };
};

const tlsOf = ({ secure, tls }: Settings): { tls?: ConnectionOptions } => {
  if (!secure) return {};
  const files = Object.entries(tls) as [string, string][];
  return { tls: Object.fromEntries(files.map(([name, file]) => [name, readFileSync(file)])) };
};

const placeOf = ({ form, server, sentinels, secure }: Settings): ServerOptions =>
  form === 'sentinel'
    ? {
        name: server.host,
        sentinels: sentinels.map(({ host, port }) => ({ host, port })),
        sentinelRetryStrategy: retryDelay,
        enableTLSForSentinelMode: secure,
      }
    : { host: server.host, port: server.port };
