import type { Context } from 'koa';
import type { SessionView } from '../../contract/admin-api.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { Handlers } from '../router.js';
import type { AdminKey } from './key.js';
import type { Sessions } from './sessions.js';

const COOKIE = '429chain-session';
/** Seconds. As long as browsers keep one at most: when a session is over, the server decides. */
const COOKIE_AGE = 400 * 86_400;

/** What the browser sent as its session; `undefined` when it sent none. */
export const tokenOf = (ctx: Context): string | undefined => ctx.cookies.get(COOKIE);

/**
 * No script sees it, no other site's page sends it, and only the admin gets it. Marked `Secure` where the page came over
 * https. Browsers tell that themselves in the Origin of a sign-in, so that no proxy has to be believed.
 */
const setCookie = (ctx: Context, token: string, age: number): void => {
  const secure = ctx.get('origin').startsWith('https://') ? '; Secure' : '';
  ctx.set('set-cookie', `${COOKIE}=${token}; Path=/admin; Max-Age=${age}; HttpOnly; SameSite=Strict${secure}`);
};

export interface SessionOptions {
  readonly sessions: Sessions;
  readonly key: AdminKey;
  readonly version: string;
}

export type SessionRoute = 'GET /session' | 'POST /session' | 'DELETE /session';

/** Signing in and out. Who comes to GET and DELETE has passed the gate. */
export const sessionHandlers = ({ sessions, key, version }: SessionOptions): Pick<Handlers, SessionRoute> => {
  const view = (signedIn: boolean): SessionView => ({ signedIn, version });
  const end = (ctx: Context): void => {
    const token = tokenOf(ctx);
    if (token !== undefined) sessions.close(token);
  };
  return {
    'GET /session': () => view(true),
    'POST /session': ({ adminKey }: { adminKey?: unknown }, ctx) => {
      if (typeof adminKey !== 'string' || adminKey === '') {
        throw new ChainError('invalid_request', '"adminKey" must be a text that is not empty.', { param: 'adminKey' });
      }
      key.check(adminKey.trim(), ctx.ip);
      end(ctx);
      setCookie(ctx, sessions.open(), COOKIE_AGE);
      return view(true);
    },
    'DELETE /session': (_, ctx) => {
      end(ctx);
      setCookie(ctx, '', 0);
      return view(false);
    },
  };
};
