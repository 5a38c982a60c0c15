import type { Context, Middleware } from 'koa';
import { ChainError } from './plugin/door/errors.js';

/** A request at one of our routes. `params` are the named parts of its path, decoded. */
export type RouteContext = Context & { readonly params: Readonly<Record<string, string>> };

/** Routes and what answers them, such as `GET /providers/:id`. `:id` is one part of a path, `*id` all of its rest. */
type RouteTable = Readonly<Record<string, (ctx: RouteContext) => unknown>>;

/**
 * Answers the requests at these routes; all others go on. HEAD is answered as GET.
 * @param prefix what all paths begin with
 * @throws ChainError `method_not_allowed` for a path that has routes with other methods only
 */
export const answerRoutes = (routes: RouteTable, prefix = ''): Middleware => {
  const compiled = Object.entries(routes).map(([route, answer]) => {
    const [method = '', path = ''] = route.split(' ');
    return { method, pattern: patternOf(prefix + path), answer };
  });
  return async (ctx, next) => {
    const at = compiled.filter(({ pattern }) => pattern.test(ctx.path));
    if (at.length === 0) return next();
    const asked = ctx.method === 'HEAD' ? 'GET' : ctx.method;
    const found = at.find(({ method }) => method === asked);
    if (found === undefined)
      throw wrongMethod(
        ctx,
        at.map(({ method }) => method),
      );
    const groups = Object.entries(found.pattern.exec(ctx.path)?.groups ?? {});
    const params = Object.fromEntries(groups.map(([name, text]) => [name, decoded(text)]));
    await found.answer(Object.assign(ctx, { params }));
  };
};

/** The path exists, but not for this method. */
export const wrongMethod = (ctx: Pick<Context, 'path' | 'method'>, methods: readonly string[]): ChainError => {
  const allow = methods.join(', ');
  return new ChainError('method_not_allowed', `${ctx.path} takes ${allow}, not ${ctx.method}.`, { headers: { allow } });
};

const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)').replace(/\*(\w+)/g, '(?<$1>.+)')}/?$`);

/** Clients send slashes in names raw or encoded. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
