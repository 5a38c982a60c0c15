import type { Middleware } from 'koa';
import type { Routes } from '../host/parts/routes.js';
import type { Protocol } from '../plugin/door/protocol.js';
import { SURFACES } from '../protocols/surfaces.js';

/** What answers at paths of its own. */
interface Paths {
  readonly routes: Routes;
  readonly protocols: readonly Protocol[];
}

const MODELS = /^\/models(?:\/.+)?$/;

/**
 * Corrects paths that can mean one thing only: doubled and trailing slashes, `/v1` twice, and `/models` and the paths of
 * protocols without it unless a plugin answers there. Paths that could mean the admin stay as they are.
 */
export const correctPaths =
  (current: () => Paths): Middleware =>
  (ctx, next) => {
    const path = correctedPath(ctx.path, current);
    if (path !== ctx.path) ctx.path = path;
    return next();
  };

/** Whether `path` is 429chain's own API for clients. */
export const isClientApi = (path: string): boolean => /^\/v1(?:\/|$)/i.test(path);

/** Whether `path` is the admin or something below it. */
export const isAdmin = (path: string): boolean => /^\/admin(?:\/|$)/i.test(path);

const correctedPath = (path: string, current: () => Paths): string => {
  if (current().protocols.some((protocol) => protocol.path === path)) return path;
  const plain = path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
  if (isAdmin(plain)) return path;
  const once = plain.replace(/^(?:\/v1)+(?=\/v1(?:\/|$))/i, '');
  return lacksVersion(once, current()) ? `/v1${once}` : once;
};

/** A client's base URL lacks its `/v1`. */
const lacksVersion = (path: string, { routes, protocols }: Paths): boolean => {
  if (isClientApi(path)) return false;
  const versioned = `/v1${path}`;
  return (
    (MODELS.test(path) ||
      SURFACES.some((surface) => surface.path === path) ||
      protocols.some((protocol) => protocol.path === versioned)) &&
    routes.methodsAt(path).length === 0 &&
    !protocols.some((protocol) => protocol.path === path)
  );
};
