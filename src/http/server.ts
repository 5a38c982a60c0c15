import type { IncomingMessage, RequestListener } from 'node:http';
import Koa, { type Context, type Middleware } from 'koa';
import { findCallerAddress } from '../access/caller-address.js';
import type { WrongKeys } from '../access/wrong-keys.js';
import type { Log } from '../log.js';
import { ChainError } from '../plugin/door/errors.js';
import { answerRoutes, type RouteContext, wrongMethod } from '../routes.js';
import { correctPaths, isAdmin } from './address.js';
import { requireKey } from './auth.js';
import { requireHostHeader } from './connections.js';
import { allowOrigins, markOrigin } from './cors.js';
import type { Current } from './current.js';
import { answerOrRefuse, handleErrors } from './errors.js';
import { Exchange } from './exchange.js';
import { getHealth } from './health.js';
import { getModel, getModels } from './models.js';
import { answerPluginRoutes, anybody } from './plugin-routes.js';
import type { PostParts } from './posts/post-parts.js';
import { answerWithoutKoa, Posts } from './posts/posts.js';
import { answerProtocolRoutes } from './posts/protocols.js';
import { answerRoot } from './root.js';
import { answerEarly } from './uploads/early-answer.js';

export interface ServerOptions {
  readonly current: () => Current;
  readonly version: string;
  readonly stopping: () => boolean;
  readonly log: Log;
  /** Slows callers whose API keys are wrong. */
  readonly wrongKeys: WrongKeys;
  /** The middleware below `/admin`, in order; the gate comes first. */
  readonly admin: readonly Middleware[];
  /** Checks the admin key at routes of plugins. */
  readonly adminKey: (ctx: Context) => void;
}

/** Returns the HTTP surface, without a socket. */
export const createServer = (options: ServerOptions): RequestListener => {
  const { current, stopping, log, wrongKeys } = options;
  const key = requireKey(
    () => current().apiKeys,
    'one of server.apiKeys',
    wrongKeys,
    () => current().isTrustedProxy,
  );
  const parts = { current, authorize: key, log };
  const posts = new Posts(parts, (asked) => {
    markOrigin(asked, current().allowedOrigins);
    requireHostHeader(asked.req);
    if (stopping()) throw shuttingDown();
  });
  const others = othersOf(options, parts, posts).callback();
  return (req, res) => {
    const path = pathOf(req);
    const answer = req.method === 'POST' ? posts.at(path) : undefined;
    if (answer === undefined) void others(req, res);
    else void answerOrRefuse(new Exchange(req, res, path), answer, log, current);
  };
};

/** The path as the client sent it: a path that has to be corrected or decoded first is not one that requests are posted to. */
const pathOf = ({ url = '' }: IncomingMessage): string => {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
};

/** What answers all requests but those to `posts`, and these where their path has to be corrected. */
const othersOf = (
  { current, version, stopping, log, admin, adminKey }: ServerOptions,
  parts: PostParts,
  posts: Posts,
): Koa => {
  const { authorize } = parts;
  const withKey = (answer: (ctx: RouteContext) => void) => (ctx: RouteContext) => {
    authorize(ctx);
    answer(ctx);
  };
  const routes = answerRoutes({
    'GET /health': getHealth(current, version, stopping),
    'GET /v1/models': withKey(getModels(current)),
    'GET /v1/models/*id': withKey(getModel(current)),
  });

  const app = new Koa();
  app.on('error', (error: NodeJS.ErrnoException) => {
    // A broken connection means that the caller left, which is handled where it matters.
    if (!GONE.has(error.code ?? '')) log.error(`Unexpected: ${error.stack ?? error.message}`);
  });
  app.use(findCallerAddress(() => current().isTrustedProxy));
  app.use(correctPaths(current));
  app.use(answerEarly());
  app.use(allowOrigins(() => current().allowedOrigins));
  app.use(handleErrors(log, current));
  app.use((ctx, next) => {
    requireHostHeader(ctx.req);
    return next();
  });
  app.use(answerRoot(current));
  app.use((ctx, next) => {
    if (stopping() && ctx.path !== '/health') throw shuttingDown();
    return next();
  });
  app.use((ctx, next) => {
    const answer = ctx.method === 'POST' ? posts.at(ctx.path) : undefined;
    return answer === undefined ? next() : answerWithoutKoa(ctx, answer, parts);
  });
  app.use(answerProtocolRoutes(parts));
  app.use((ctx, next) => {
    if (posts.at(ctx.path) !== undefined) throw wrongMethod(ctx, ['POST']);
    return next();
  });
  app.use(routes);
  const ofPlugins = answerPluginRoutes(current, { none: anybody, api: authorize, admin: adminKey });
  // Nothing below /admin is reachable except through its gate, whatever routes plugins add.
  app.use((ctx, next) => (isAdmin(ctx.path) ? next() : ofPlugins(ctx, async () => nothingThere(ctx))));
  for (const each of admin) app.use(each);
  app.use(nothingThere);
  return app;
};

const shuttingDown = (): ChainError =>
  new ChainError('shutting_down', '429chain is stopping and takes no new requests.', {
    headers: { 'retry-after': '1' },
  });

/** How Node names a connection that ends early, also in the middle of a request body. */
const GONE = new Set(['HPE_INVALID_EOF_STATE', 'ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);

const nothingThere = ({ path }: Pick<Context, 'path'>): never => {
  const advice = isAdmin(path)
    ? 'docs/admin-api.md lists the addresses of the admin API.'
    : 'Chat completions are at POST /v1/chat/completions; docs/protocols.md and docs/endpoints.md list the other addresses.';
  throw new ChainError('not_found', `There is nothing at ${path}. ${advice}`);
};
