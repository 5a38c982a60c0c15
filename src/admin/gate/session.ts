import type { Context } from 'koa';
import type { AdminKeyPlace, SessionView } from '../../contract/admin-api.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { Handlers } from '../router.js';
import { type AdminKey, bearerOf } from './key.js';
import type { Sessions } from './sessions.js';

const COOKIE = '429chain-session';
/** Seconds. The longest time that browsers keep a cookie: the server decides when a session expires. */
const COOKIE_AGE = 400 * 86_400;

/** The session token that the browser sent; `undefined` without one. */
export const tokenOf = (ctx: Context): string | undefined => ctx.cookies.get(COOKIE);

/**
 * Scripts cannot read the cookie, other sites cannot send it, and browsers send it to the admin only. It is `Secure` if
 * the page was loaded over https: the Origin of the sign-in says so, and no proxy header has to be trusted.
 */
const setCookie = (ctx: Context, token: string, age: number, isSecure = isOverHttps(ctx)): void => {
  const secure = isSecure ? '; Secure' : '';
  ctx.set('set-cookie', `${COOKIE}=${token}; Path=/admin; Max-Age=${age}; HttpOnly; SameSite=Strict${secure}`);
};

const isOverHttps = (ctx: Context): boolean => ctx.get('origin').startsWith('https://');

/** Whether the browser has a session. If it does, this counts as its use, and the browser may get a newer token. */
export const hasSession = (ctx: Context, sessions: Sessions): boolean => {
  const token = tokenOf(ctx);
  const session = token === undefined ? undefined : sessions.use(token);
  if (session?.renewed !== undefined) setCookie(ctx, session.renewed, COOKIE_AGE, session.secure);
  return session !== undefined;
};

export interface SessionOptions {
  readonly sessions: Sessions;
  readonly key: AdminKey;
  readonly version: string;
  /** Called for each request, since the configuration may have changed. */
  readonly keyPlace: () => AdminKeyPlace;
}

export type SessionRoute = 'GET /session' | 'POST /session' | 'DELETE /session';

/** Signs in and out, and tells whether a caller is signed in. The gate has checked DELETE already, and lets the others pass. */
export const sessionHandlers = ({ sessions, key, version, keyPlace }: SessionOptions): Pick<Handlers, SessionRoute> => {
  const view = (signedIn: boolean): SessionView =>
    signedIn ? { signedIn, version } : { signedIn, adminKey: keyPlace() };
  const isSignedIn = (ctx: Context): boolean => {
    const given = bearerOf(ctx);
    if (given !== undefined) key.check(given, ctx.ip);
    return given !== undefined || hasSession(ctx, sessions);
  };
  const end = (ctx: Context): void => {
    const token = tokenOf(ctx);
    if (token !== undefined) sessions.close(token);
  };
  return {
    'GET /session': (_, ctx) => view(isSignedIn(ctx)),
    'POST /session': ({ adminKey }: { adminKey?: unknown }, ctx) => {
      if (typeof adminKey !== 'string' || adminKey === '') {
        throw new ChainError('invalid_request', '"adminKey" must be a text that is not empty.', { param: 'adminKey' });
      }
      key.check(adminKey.trim(), ctx.ip);
      end(ctx);
      setCookie(ctx, sessions.open(isOverHttps(ctx)), COOKIE_AGE);
      return view(true);
    },
    'DELETE /session': (_, ctx) => {
      end(ctx);
      setCookie(ctx, '', 0);
      return view(false);
    },
  };
};
