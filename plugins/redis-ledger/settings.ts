import { ChainError, durationOf } from '429chain/plugin';

/** The options of the plugin, as the configuration has them. */
export type Options = {
  readonly url: string;
  readonly cluster?: boolean;
  readonly sentinels?: readonly string[];
  readonly tls?: TlsFiles;
  readonly prefix?: string;
  readonly timeout?: string;
};

/** Paths of PEM files. */
interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export const optionsSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['url'],
  properties: {
    url: {
      type: 'string',
      description:
        'Where Redis is: `redis://user:${REDIS_PASSWORD}@10.0.0.5:6379`, `rediss://` with TLS, or the path of a socket. With `sentinels`, the host is the name of the master.',
      pattern: '^(rediss?://.+|/.+)$',
    },
    cluster: { type: 'boolean', description: '`url` is one node of a cluster. Default: false.' },
    sentinels: {
      type: 'array',
      description: 'Addresses of Sentinels, such as `redis://10.0.0.6:26379`, which know where the master is.',
      minItems: 1,
      items: { type: 'string', pattern: '^redis://.+$' },
    },
    tls: {
      type: 'object',
      description:
        'PEM files for TLS: the authority that signed the server’s certificate, and your own certificate and its key.',
      additionalProperties: false,
      properties: {
        ca: { type: 'string', minLength: 1 },
        cert: { type: 'string', minLength: 1 },
        key: { type: 'string', minLength: 1 },
      },
    },
    prefix: {
      type: 'string',
      description:
        'Stands in front of every key and channel. Processes with the same prefix share their limits. Default: `429chain`.',
      pattern: '^[\\w.:-]+$',
    },
    timeout: {
      type: 'string',
      description: 'How long an attempt waits for Redis before this process decides alone. Default: `50ms`.',
      pattern: '^(\\d+(\\.\\d+)?(ms|s))+$',
    },
  },
};

/** A server or a Sentinel. */
interface Address {
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** Where Redis is, and how it is asked. */
export interface Settings {
  readonly form: 'server' | 'cluster' | 'sentinel';
  readonly server: Address;
  /** Instead of host and port. */
  readonly path: string | undefined;
  readonly db: number;
  /** The connection is encrypted. */
  readonly secure: boolean;
  readonly sentinels: readonly Address[];
  readonly tls: TlsFiles;
  readonly prefix: string;
  readonly timeoutMs: number;
  /** Where it is, without user and password. */
  readonly name: string;
}

const NAMES = { server: '', cluster: ' (cluster)', sentinel: ' (Sentinel)' } as const;

/** @throws ChainError for options that contradict each other; it never has a password in its message */
export const settingsOf = ({ url, cluster = false, sentinels = [], tls = {}, prefix, timeout }: Options): Settings => {
  if (cluster && sentinels.length > 0) refuse('Use either "cluster" or "sentinels": a cluster has no Sentinels.');
  const form = cluster ? 'cluster' : sentinels.length > 0 ? 'sentinel' : 'server';
  const path = url.startsWith('/') ? url : undefined;
  if (path !== undefined && form !== 'server')
    refuse(`"url" is a socket. With "${form}s", it must be an address.`.replace('clusters', 'cluster'));
  const { server, db, secure } =
    path === undefined ? locationOf(url, 6379, 'url') : { server: SOCKET, db: 0, secure: false };
  if (cluster && db !== 0) refuse('"url" names a database, but a cluster has only the database 0.');
  if (!secure && Object.keys(tls).length > 0)
    refuse('"tls" has no effect: the address in "url" must begin with rediss://.');
  if ((tls.cert === undefined) !== (tls.key === undefined)) refuse('"tls" needs both "cert" and "key", or neither.');
  const host = server.host.includes(':') ? `[${server.host}]` : server.host;
  const address = form === 'sentinel' ? host : `${host}:${server.port}`;
  return {
    form,
    server,
    path,
    db,
    secure,
    sentinels: sentinels.map((each) => locationOf(each, 26379, 'sentinels').server),
    tls,
    prefix: prefix ?? '429chain',
    timeoutMs: durationOf(timeout ?? '50ms') ?? 50,
    name: path ?? `redis${secure ? 's' : ''}://${address}${NAMES[form]}`,
  };
};

const SOCKET: Address = { host: '', port: 0, username: undefined, password: undefined };

const refuse = (message: string): never => {
  throw new ChainError('plugin_failed', message);
};

/** The text of an address may have a password, also where it is invalid: no message repeats it. */
const locationOf = (
  text: string,
  defaultPort: number,
  option: string,
): { server: Address; db: number; secure: boolean } => {
  if (!URL.canParse(text))
    refuse(`"${option}" has an invalid address. It must look like redis://user:password@host:${defaultPort}.`);
  const { protocol, hostname, port, username, password, pathname } = new URL(text);
  const db = pathname.slice(1);
  if (hostname === '') refuse(`"${option}" has an address without a host.`);
  if (!/^\d*$/.test(db)) refuse(`"${option}" has a path that is not the number of a database, such as /0.`);
  return {
    server: {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? defaultPort : Number(port),
      username: decoded(username, option),
      password: decoded(password, option),
    },
    db: Number(db),
    secure: protocol === 'rediss:',
  };
};

const decoded = (text: string, option: string): string | undefined => {
  try {
    return text === '' ? undefined : decodeURIComponent(text);
  } catch {
    return refuse(`"${option}" has a user or password with a "%" that is not a code. Write "%25" instead.`);
  }
};
