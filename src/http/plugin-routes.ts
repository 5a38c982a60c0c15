import type { Context, Middleware, Next } from 'koa';
import type { Routes } from '../host/routes.js';
import { ChainError } from '../plugin/door/errors.js';
import type { RouteKey, RouteMethod, RouteRequest } from '../plugin/index.js';

/** Who may pass, by what a route asks for. */
export type Keys = Readonly<Record<RouteKey, Middleware>>;

/** The routes that plugins add. They are asked last, so that none can stand in the way of ours. */
export const answerPluginRoutes =
  (current: () => { readonly routes: Routes }, keys: Keys): Middleware =>
  async (ctx, next) => {
    // The one of the runtime in force: a reload in the meantime does not take it away.
    const { routes } = current();
    const route = routes.find(ctx.method, ctx.path);
    if (route !== undefined) {
      return keys[route.key](ctx, async () => {
        const { status = 200, headers = {}, body } = await route.answer(requestOf(ctx));
        ctx.body = body ?? null;
        ctx.status = status;
        if (body !== undefined) ctx.type = 'text/plain';
        ctx.set({ ...headers });
      });
    }
    const methods = routes.methodsAt(ctx.path);
    if (methods.length > 0) throw wrongMethod(ctx, methods);
    return next();
  };

const requestOf = ({ method, path, querystring, req }: Context): RouteRequest => {
  // Whoever asks with a key does not give it away to a plugin.
  const { authorization: _, cookie: __, ...headers } = req.headers;
  const asked = method === 'HEAD' ? 'GET' : method;
  return { method: asked as RouteMethod, path, query: new URLSearchParams(querystring), headers };
};

/** Lets everybody pass. */
export const anybody = (_: Context, next: Next): Promise<void> => next();

/** There is something, but not for this method. */
export const wrongMethod = (ctx: Pick<Context, 'path' | 'method'>, methods: readonly string[]): ChainError => {
  const allow = methods.join(', ');
  return new ChainError('method_not_allowed', `${ctx.path} takes ${allow}, not ${ctx.method}.`, { headers: { allow } });
};
