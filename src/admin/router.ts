import Router, { type RouterContext } from '@koa/router';
import type { Middleware } from 'koa';
import type { AdminApi } from '../contract/admin-api.js';
import { ChainError } from '../plugin/door/errors.js';
import { checkBody } from './body-fields.js';

type Route = keyof AdminApi;
type Body<R extends Route> = AdminApi[R] extends { body: infer B } ? B : undefined;

/** Answers one route. `ctx` has its parameters, query and headers. Throws ChainError if it fails. */
type Handler<R extends Route> = (
  body: Body<R>,
  ctx: RouterContext,
) => AdminApi[R]['reply'] | Promise<AdminApi[R]['reply']>;

export type Handlers = { readonly [R in Route]: Handler<R> };

/** In bytes. The admin sends settings and prompts, no files. */
const LONGEST_BODY = 1024 * 1024;

/** Reads the body. The parser is loaded with the first request: it is as large as the rest of the server. */
const readJson: Middleware = async (ctx, next) => {
  reader ??= import('koa-body').then(readerOf);
  await (await reader)(ctx, next);
};

let reader: Promise<Middleware> | undefined;

const readerOf = ({ koaBody }: typeof import('koa-body')): Middleware =>
  koaBody({
    json: true,
    urlencoded: false,
    text: false,
    multipart: false,
    jsonStrict: true,
    jsonLimit: LONGEST_BODY,
    onError: (error) => {
      const { status } = error as { status?: number };
      if (status === 413) {
        throw new ChainError('body_too_large', `The request body is larger than ${LONGEST_BODY} bytes.`);
      }
      // The parser's message quotes the body, which may contain a key.
      throw new ChainError('malformed_json', 'The request body must be a JSON object.');
    },
  });

/** The routes below `/admin/api`. `events` answers the live feed. The gate stands before all of them. */
export const adminRouter = (handlers: Handlers, events: (ctx: RouterContext) => void): Router => {
  const router = new Router({ prefix: '/admin/api', sensitive: true });
  for (const [route, handler] of Object.entries(handlers) as [Route, Handler<Route>][]) {
    const [method = '', path = ''] = route.split(' ');
    router.register(
      path,
      [method],
      [
        readJson,
        async (ctx: RouterContext): Promise<void> => {
          // Without a body, the handler says which field is missing.
          const { body = {} } = ctx.request as { body?: unknown };
          checkBody(route, body);
          ctx.body = await handler(body as Body<Route>, ctx);
        },
      ],
    );
  }
  router.get('/events', events);
  return router;
};
