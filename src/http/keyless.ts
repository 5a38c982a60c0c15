import type { Context, Middleware } from 'koa';
import { isLoopback } from '../config/loopback.js';

/** In place of the label of a key. */
const LABEL = 'this machine';

/** What proxies add to requests that they pass on. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/**
 * Returns a middleware that lets requests of programs on this machine through without a key. All others need one, as
 * `authorize` checks it. A valid key names its caller here too.
 */
export const withoutKey =
  (authorize: Middleware): Middleware =>
  async (ctx, next) => {
    if (!isLocal(ctx)) return authorize(ctx, next);
    try {
      await authorize(ctx, async () => {});
    } catch {
      ctx.state.keyLabel = LABEL;
    }
    return next();
  };

/** Not a page of the web in a browser, not another machine behind a proxy, and not a foreign name for this machine. */
const isLocal = (ctx: Context): boolean =>
  isLoopback(ctx.req.socket.remoteAddress?.replace(/^::ffff:/i, '') ?? '') &&
  isLoopback(hostnameOf(`http://${ctx.get('host')}`)) &&
  (ctx.get('origin') === '' || isLoopback(hostnameOf(ctx.get('origin')))) &&
  ctx.get('sec-fetch-site') !== 'cross-site' &&
  FORWARDED.every((name) => ctx.get(name) === '');

const hostnameOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : '');
