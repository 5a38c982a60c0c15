import type { Middleware } from 'koa';
import type { Routes } from '../host/routes.js';

/** What clients ask for whose base URL lacks its `/v1`. */
const WITHOUT_VERSION = /^\/(?:chat\/completions|models(?:\/.+)?)$/;

/**
 * Corrects paths that can mean one thing only: doubled and trailing slashes, `/v1` twice, and `/chat/completions` and
 * `/models` without it unless a plugin answers there. Paths that could mean the admin stay as they are.
 */
export const correctPaths =
  (routes: () => Routes): Middleware =>
  (ctx, next) => {
    const path = correctedPath(ctx.path, routes);
    if (path !== ctx.path) ctx.path = path;
    return next();
  };

/** Whether `path` is 429chain's own API for clients. */
export const isClientApi = (path: string): boolean => /^\/v1(?:\/|$)/i.test(path);

/** Whether `path` is the admin or something below it. */
export const isAdmin = (path: string): boolean => /^\/admin(?:\/|$)/i.test(path);

const correctedPath = (path: string, routes: () => Routes): string => {
  const plain = path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
  if (isAdmin(plain)) return path;
  const once = plain.replace(/^(?:\/v1)+(?=\/v1(?:\/|$))/i, '');
  if (WITHOUT_VERSION.test(once) && routes().methodsAt(once).length === 0) return `/v1${once}`;
  return once;
};
