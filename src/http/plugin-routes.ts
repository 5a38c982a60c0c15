import type { Context, Middleware } from 'koa';
import type { Routes } from '../host/parts/routes.js';
import type { RouteKey, RouteMethod, RouteRequest } from '../plugin/index.js';
import { omit } from '../plugin/readers/headers/headers.js';
import { wrongMethod } from '../routes.js';
import { SECRET_HEADERS } from './auth.js';

/** What checks the key, by the key that a route asks for. Throws ChainError. */
export type Keys = Readonly<Record<RouteKey, (ctx: Context) => unknown>>;

/** Answers the routes that plugins add. Runs last, so no plugin can shadow a route of 429chain. */
export const answerPluginRoutes =
  (current: () => { readonly routes: Routes }, keys: Keys): Middleware =>
  async (ctx, next) => {
    // Taken once: a reload in the meantime does not take the route away.
    const { routes } = current();
    const route = routes.find(ctx.method, ctx.path);
    if (route !== undefined) {
      keys[route.key](ctx);
      const { status = 200, headers = {}, body } = await route.answer(requestOf(ctx));
      ctx.body = body ?? null;
      ctx.status = status;
      if (body !== undefined) ctx.type = 'text/plain';
      ctx.set({ ...headers });
      return;
    }
    const methods = routes.methodsAt(ctx.path);
    if (methods.length > 0) throw wrongMethod(ctx, methods);
    return next();
  };

const requestOf = ({ method, path, querystring, req }: Context): RouteRequest => {
  // A plugin does not get to see the caller's key.
  const headers = omit(req.headers, ...SECRET_HEADERS);
  const asked = method === 'HEAD' ? 'GET' : method;
  return { method: asked as RouteMethod, path, query: new URLSearchParams(querystring), headers };
};

/** Lets every request pass. */
export const anybody = (): void => {};
