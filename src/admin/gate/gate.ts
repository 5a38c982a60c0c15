import { isIP } from 'node:net';
import type { Context, Middleware } from 'koa';
import { isLoopback } from '../../config/loopback.js';
import { ChainError } from '../../plugin/door/errors.js';
import { type AdminKey, bearerOf } from './key.js';
import { tokenOf } from './session.js';
import type { Sessions } from './sessions.js';

export interface GateOptions {
  /** Names under which a browser may reach the admin, lower case, beside addresses and those of this machine. */
  readonly hosts: () => readonly string[];
  readonly sessions: Sessions;
  readonly key: AdminKey;
  /** How often an answer that goes on is asked whether it still may. */
  readonly recheckMs?: number;
}

/** What every answer below `/admin` carries. The page loads nothing from elsewhere, and nobody frames it. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Whether `path` belongs to the API rather than to the page. Wider than the routes, which tell capitals apart. */
export const isApi = (path: string): boolean => /^\/admin\/api(?:\/|$)/i.test(path);

/**
 * Stands before everything below `/admin`. To the API it lets a session or the admin key itself, known routes and
 * unknown ones alike. The page holds no secret, and is for everybody who asks for it under a right name.
 * Who is no longer let in loses the answers that still go on, such as a feed.
 * @throws ChainError `forbidden`, `invalid_api_key`, `too_many_attempts`, `unsupported_media_type`
 */
export const createGate =
  ({ hosts, sessions, key, recheckMs = 5_000 }: GateOptions): Middleware =>
  (ctx, next) => {
    ctx.set(HEADERS);
    requireHost(ctx, hosts());
    requireSameOrigin(ctx);
    if (!isApi(ctx.path)) return next();
    ctx.set('cache-control', 'no-store');
    requireOwnPage(ctx);
    if (!isSignIn(ctx)) endWith(admit(ctx, sessions, key), ctx, recheckMs);
    requireJson(ctx);
    return next();
  };

const isSignIn = ({ method, path }: Context): boolean => method === 'POST' && path === '/admin/api/session';

const HOST = /^(?<name>\[[0-9a-f:.]+\]|[^\s:/?#@[\]\\]+?)\.?(?::\d{1,5})?$/i;

/** A name that a stranger's DNS points at this machine is no name of ours (DNS rebinding). An address needs no DNS. */
const requireHost = (ctx: Context, hosts: readonly string[]): void => {
  const given = ctx.get('host');
  const name = HOST.exec(given)?.groups?.name?.toLowerCase() ?? '';
  if (isIP(name.replace(/^\[(.*)\]$/, '$1')) > 0 || isLoopback(name) || hosts.includes(name)) return;
  const message = `"${given}" is no name of this admin. If it is one, write it into server.hosts. A proxy in front must hand on the header Host as it came.`;
  throw new ChainError('forbidden', message);
};

/** A page of another origin has no business here. Compared without the scheme: before a proxy it may be another. */
const requireSameOrigin = (ctx: Context): void => {
  const origin = ctx.get('origin');
  if (origin === '' || isOrigin(origin, ctx.get('host'))) return;
  const message = `The admin is not for pages of ${origin}. A proxy in front must hand on the header Host as it came.`;
  throw new ChainError('forbidden', message);
};

/** The standard port of the origin's scheme may be left out on either side. */
const isOrigin = (origin: string, host: string): boolean => {
  if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false;
  const { protocol, host: expected } = new URL(origin);
  const ours = `${protocol}//${host}`;
  return URL.canParse(ours) && new URL(ours).host === expected;
};

/** Browsers say whose page asks, also where they send no Origin. `none` is a person who typed the address. */
const requireOwnPage = (ctx: Context): void => {
  const site = ctx.get('sec-fetch-site');
  if (site === '' || site === 'same-origin' || site === 'none') return;
  throw new ChainError('forbidden', `The admin is for its own pages, and this request is ${site}.`);
};

/** @returns whether the caller would be let in again */
const admit = (ctx: Context, sessions: Sessions, key: AdminKey): (() => boolean) => {
  const given = bearerOf(ctx);
  if (given !== undefined) {
    key.check(given, ctx.ip);
    return () => key.matches(given);
  }
  const token = tokenOf(ctx);
  if (token !== undefined && sessions.use(token)) return () => sessions.use(token);
  const what = token === undefined ? 'You are not signed in.' : 'Your session is over.';
  const message = `${what} Sign in at /admin, or send server.adminKey as "Authorization: Bearer <key>".`;
  throw new ChainError('invalid_api_key', message, { headers: { 'www-authenticate': 'Bearer' } });
};

const endWith = (isAdmitted: () => boolean, { res }: Context, recheckMs: number): void => {
  const timer = setInterval(() => isAdmitted() || res.destroy(), recheckMs);
  timer.unref();
  res.once('close', () => clearInterval(timer));
};

/** What a form of another page can send is no JSON, whatever it says of its origin. */
const requireJson = (ctx: Context): void => {
  if (ctx.method === 'GET' || ctx.method === 'HEAD') return;
  const hasBody = ctx.get('transfer-encoding') !== '' || Number(ctx.get('content-length')) > 0;
  if (ctx.request.type === 'application/json' || (!hasBody && tokenOf(ctx) === undefined)) return;
  throw new ChainError('unsupported_media_type', 'Send it with "content-type: application/json".');
};
