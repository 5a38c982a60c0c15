import type { RouterContext } from '@koa/router';
import { ChainError } from '../../plugin/door/errors.js';
import type { Feed } from './feed.js';

/** `GET /admin/api/events`: the live feed, until the client leaves. */
export const getEvents =
  (feed: Feed) =>
  (ctx: RouterContext): void => {
    // The router takes HEAD for a GET, and a feed has no end that would tell its length.
    if (ctx.method !== 'GET') {
      const headers = { allow: 'GET' };
      throw new ChainError('method_not_allowed', `${ctx.path} takes GET, not ${ctx.method}.`, { headers });
    }
    feed.connect(ctx.res, ctx.get('last-event-id'));
    ctx.respond = false;
  };
