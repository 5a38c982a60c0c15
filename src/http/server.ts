import Koa, { type Context, type Middleware } from 'koa';
import { findCallerAddress } from '../access/caller-address.js';
import type { WrongKeys } from '../access/wrong-keys.js';
import type { Log } from '../log.js';
import { ChainError } from '../plugin/door/errors.js';
import { SURFACES } from '../protocols/surfaces.js';
import { answerRoutes, type RouteContext } from '../routes.js';
import { correctPaths, isAdmin } from './address.js';
import { requireKey } from './auth.js';
import { requireHostHeader } from './connections.js';
import { allowOrigins } from './cors.js';
import type { Current } from './current.js';
import { answerEarly } from './early-answer.js';
import { handleErrors } from './errors.js';
import { getHealth } from './health.js';
import { getModel, getModels } from './models.js';
import { answerPluginRoutes, anybody } from './plugin-routes.js';
import { answerSurfaces } from './post-surface.js';
import { answerProtocols } from './protocols.js';
import { answerRoot } from './root.js';

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
  readonly adminKey: Middleware;
}

/** Returns the HTTP surface, without a socket. */
export const createServer = ({ current, version, stopping, log, wrongKeys, admin, adminKey }: ServerOptions): Koa => {
  const key = requireKey(() => current().apiKeys, 'one of server.apiKeys', wrongKeys);
  const withKey = (answer: (ctx: RouteContext) => void) => (ctx: RouteContext) => key(ctx, async () => answer(ctx));
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
    requireHostHeader(ctx.req.httpVersion, ctx.req.headers.host);
    return next();
  });
  app.use(answerRoot(current));
  app.use((ctx, next) => {
    if (!stopping() || ctx.path === '/health') return next();
    throw new ChainError('shutting_down', '429chain is stopping and takes no new requests.', {
      headers: { 'retry-after': '1' },
    });
  });
  app.use(answerProtocols({ current, authorize: key, log }));
  app.use(answerSurfaces(SURFACES, { current, authorize: key, log }));
  app.use(routes);
  const ofPlugins = answerPluginRoutes(current, { none: anybody, api: key, admin: adminKey });
  // Nothing below /admin is reachable except through its gate, whatever routes plugins add.
  app.use((ctx, next) => (isAdmin(ctx.path) ? next() : ofPlugins(ctx, async () => nothingThere(ctx))));
  for (const each of admin) app.use(each);
  app.use(nothingThere);
  return app;
};

/** How Node names a connection that ends early, also in the middle of a request body. */
const GONE = new Set(['HPE_INVALID_EOF_STATE', 'ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);

const nothingThere = ({ path }: Pick<Context, 'path'>): never => {
  const message = `There is nothing at ${path}. Send chat completions to POST /v1/chat/completions; docs/protocols.md and docs/endpoints.md name all other addresses.`;
  throw new ChainError('not_found', message);
};
