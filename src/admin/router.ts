import type { Middleware } from 'koa';
import type { AdminApi } from '../contract/admin-api.js';
import { ChainError, type ErrorCode } from '../plugin/door/errors.js';
import type { Fields } from '../plugin/fields.js';
import { answerRoutes, type RouteContext } from '../routes.js';
import { checkBody } from './body-fields.js';

type Route = keyof AdminApi;
type Body<R extends Route> = AdminApi[R] extends { body: infer B } ? B : undefined;

/** Answers one route. `ctx` has its parameters, query and headers. Throws ChainError if it fails. */
type Handler<R extends Route> = (
  body: Body<R>,
  ctx: RouteContext,
) => AdminApi[R]['reply'] | Promise<AdminApi[R]['reply']>;

export type Handlers = { readonly [R in Route]: Handler<R> };

/** Reads the JSON object in a request's body, as callers' bodies are read. Throws ChainError if there is none. */
export type ReadBody = (ctx: RouteContext, maxBytes: number) => Promise<Fields>;

/** In bytes. The admin sends settings and prompts, no files. */
const LONGEST_BODY = 1024 * 1024;

/** Other words for errors of the reader: it names a setting for callers, and quotes the body, which may contain a key. */
const MESSAGES: { readonly [C in ErrorCode]?: string } = {
  body_too_large: `The request body is larger than ${LONGEST_BODY} bytes.`,
  malformed_json: 'The request body must be a JSON object.',
};

/** Without a body, the handler says which field is missing. */
const bodyOf = async (ctx: RouteContext, read: ReadBody): Promise<Fields> => {
  const { method, headers } = ctx.req;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (method === 'GET' || method === 'HEAD' || !hasBody) return {};
  try {
    return await read(ctx, LONGEST_BODY);
  } catch (error) {
    const message = error instanceof ChainError ? MESSAGES[error.code] : undefined;
    throw message === undefined ? error : new ChainError((error as ChainError).code, message);
  }
};

/**
 * The routes below `/admin/api`. `others` answer in forms of their own. The gate stands before all of them.
 * @param catchUp brings the latest configuration into force, which another replica may have saved a moment ago
 */
export const adminRouter = (
  handlers: Handlers,
  read: ReadBody,
  catchUp: () => Promise<void>,
  others: Readonly<Record<string, (ctx: RouteContext) => unknown>>,
): Middleware => {
  const answering = (Object.entries(handlers) as [Route, Handler<Route>][]).map(([route, handler]) => [
    route,
    async (ctx: RouteContext): Promise<void> => {
      const body = await bodyOf(ctx, read);
      checkBody(route, body);
      await catchUp();
      ctx.body = await handler(body as never, ctx);
    },
  ]);
  return answerRoutes({ ...Object.fromEntries(answering), ...others }, '/admin/api');
};
