import { ChainError } from '../../plugin/door/errors.js';
import type { RouteContext } from '../../routes.js';
import type { Feed } from './feed.js';

/** `GET /admin/api/events`: the live feed, until the client disconnects. */
export const getEvents =
  (feed: Feed) =>
  (ctx: RouteContext): void => {
    // The router treats HEAD as GET, but a feed never ends and has no length.
    if (ctx.method !== 'GET') {
      const headers = { allow: 'GET' };
      throw new ChainError('method_not_allowed', `${ctx.path} takes GET, not ${ctx.method}.`, { headers });
    }
    feed.connect(ctx.res, ctx.get('last-event-id'));
    ctx.respond = false;
  };
