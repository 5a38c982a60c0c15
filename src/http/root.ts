import type { Middleware } from 'koa';
import type { Routes } from '../host/parts/routes.js';

const TEXT = '429chain is running. The admin is at /admin, the API at /v1.\n';

/**
 * Answers at `/`, where browsers and clients look whether a server is there, unless a plugin does. Needs no key and contains no
 * names.
 */
export const answerRoot =
  (current: () => { readonly routes: Routes }): Middleware =>
  (ctx, next) => {
    if (ctx.path !== '/' || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next();
    if (current().routes.find('GET', '/') !== undefined) return next();
    ctx.type = 'text/plain';
    ctx.body = TEXT;
  };
