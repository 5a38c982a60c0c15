import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { definePlugin, durationOf, type RequestLog, toRequestRecord } from '429chain/plugin';
import type { PgPackage } from './database.js';
import type { PostgresStore } from './store.js';

interface Options {
  /** Required, as the schema says. */
  readonly url?: string;
  readonly schema?: string;
  readonly keep?: string;
  readonly maxRequests?: number;
  readonly maxBytes?: number;
  readonly content?: boolean;
}

const NAME = 'postgres-logger';
/** 256 MiB. */
const MAX_BYTES = 256 * 2 ** 20;
/** A statement that takes longer fails: PostgreSQL may be gone without closing its connections. */
const QUERY_MS = 10_000;

/** Keeps the requests and totals of all replicas in PostgreSQL. */
export default definePlugin<Options>({
  name: NAME,
  description: 'Keeps the request log and its totals in PostgreSQL, for all replicas: each admin shows all requests.',
  optionsSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['url'],
    properties: {
      url: {
        type: 'string',
        pattern: '^postgres(ql)?://',
        description: 'The database, such as postgres://user:password@host/database. Use a variable: ${DATABASE_URL}.',
      },
      schema: {
        type: 'string',
        pattern: '^[a-z_][a-z0-9_]{0,62}$',
        description: "The schema of the tables. It is created if it is missing. Default: 'chain429'.",
      },
      keep: {
        type: 'string',
        pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$',
        description: "How long requests are kept, at least until the end of their day. Default: '30d'.",
      },
      maxRequests: {
        type: 'integer',
        minimum: 100,
        description: 'How many requests are kept: the oldest days are deleted first, and today stays. Default: 200000.',
      },
      maxBytes: {
        type: 'integer',
        minimum: 1_048_576,
        description: 'How many bytes they take: the oldest days are deleted first, and today stays. Default: 256 MiB.',
      },
      content: { type: 'boolean', description: 'Keeps prompts and answers too. Default: false.' },
    },
  },
  apply(
    api,
    { url = '', schema = 'chain429', keep = '30d', maxRequests = 200_000, maxBytes = MAX_BYTES, content = false },
  ) {
    if (!URL.canParse(url))
      throw new Error('`url` cannot be read. Expected one such as postgres://user:password@host/database.');
    const keepMs = durationOf(keep) ?? Number.POSITIVE_INFINITY;
    const settings = { keepMs, maxRequests, maxBytes, now: api.now, log: api.log };
    const replica = `${hostname()}-${process.pid}`;
    let loaded: Loaded | undefined;
    // A hash: the key may be logged, and the URL has a password.
    const key = createHash('sha256').update(`${schema} ${url}`).digest('hex').slice(0, 16);
    const store = api.shared(
      key,
      () => {
        const { pg, makeStore, openDatabase } = loaded as Loaded;
        const open = () => openDatabase(pg, url, replica, QUERY_MS);
        return makeStore({ open, schema, replica }, settings);
      },
      (shared) => shared.close(),
    );
    let withdraw = (): void => {};
    api.onReady(async () => {
      loaded = await load();
      withdraw = store().configure(settings);
      // The log says at the start if PostgreSQL cannot be used.
      void store().flush();
    });
    api.onClose(() => withdraw());
    if (content) api.captureContent();
    api.hooks.afterResponse.tap(NAME, (outcome) =>
      store().add(toRequestRecord(outcome), content ? outcome.content?.() : undefined),
    );
    api.provideRequestLog({
      get health() {
        return store().health;
      },
      requests: (query) => store().requests(query),
      request: (id) => store().request(id),
      usage: (span) => store().usage(span),
    } satisfies RequestLog);
  },
});

interface Loaded {
  readonly pg: PgPackage;
  readonly openDatabase: typeof import('./database.js').openDatabase;
  readonly makeStore: (...parts: ConstructorParameters<typeof PostgresStore>) => PostgresStore;
}

/** Loads what only a proxy with this plugin needs. @throws Error if the package `pg` is not installed */
const load = async (): Promise<Loaded> => {
  const [{ openDatabase }, { PostgresStore }, { default: pg }] = await Promise.all([
    import('./database.js'),
    import('./store.js'),
    import('pg').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ERR_MODULE_NOT_FOUND') throw cause;
      throw new Error('The package `pg` is missing: install it with `npm install pg`.', { cause });
    }),
  ]);
  return { pg, openDatabase, makeStore: (...parts) => new PostgresStore(...parts) };
};
