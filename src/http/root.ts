import type { Middleware } from 'koa';

const TEXT = '429chain is running. The admin is at /admin, the API at /v1.\n';

/** Answers at `/`, where browsers and clients look whether a server is there. Needs no key and contains no names. */
export const answerRoot = (): Middleware => (ctx, next) => {
  if (ctx.path !== '/' || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next();
  ctx.type = 'text/plain';
  ctx.body = TEXT;
};
