import { isIP } from 'node:net';
import type { Context, Middleware } from 'koa';
import { isLoopback } from '../../config/loopback.js';
import { ChainError } from '../../plugin/door/errors.js';
import { type AdminKey, bearerOf } from './key.js';
import { hasSession, tokenOf } from './session.js';
import type { Sessions } from './sessions.js';

export interface GateOptions {
  /** Host names of the admin in lower case. IP addresses and loopback names are always allowed. */
  readonly hosts: () => readonly string[];
  readonly sessions: Sessions;
  readonly key: AdminKey;
  /** How often an open response is checked for a valid session or key. */
  readonly recheckMs?: number;
}

/** Headers of every response below `/admin`. The page loads only its own files, and no other page may frame it. */
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

/** Whether `path` belongs to the API, not to the page. Unlike the routes, it ignores case. */
export const isApi = (path: string): boolean => /^\/admin\/api(?:\/|$)/i.test(path);

/**
 * Guards everything below `/admin`. The API needs a session or the admin key, for unknown routes too. Exceptions are to
 * sign in, and to ask for the own session. The page contains no secret: it needs an allowed Host only. When a session or
 * key becomes invalid, its open responses, such as the live feed, end.
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
    if (!isOpen(ctx)) endWith(admit(ctx, sessions, key), ctx, recheckMs);
    requireJson(ctx);
    return next();
  };

/** Whether a request needs no session: it signs in, or asks whether the caller has one. */
const isOpen = ({ method, path }: Context): boolean =>
  (method === 'POST' || method === 'GET') && path === '/admin/api/session';

const HOST = /^(?<name>\[[0-9a-f:.]+\]|[^\s:/?#@[\]\\]+?)\.?(?::\d{1,5})?$/i;

/** Prevents DNS rebinding: a foreign host name may resolve to this machine. An IP address needs no DNS. */
const requireHost = (ctx: Context, hosts: readonly string[]): void => {
  const given = ctx.get('host');
  const name = HOST.exec(given)?.groups?.name?.toLowerCase() ?? '';
  if (isIP(name.replace(/^\[(.*)\]$/, '$1')) > 0 || isLoopback(name) || hosts.includes(name)) return;
  const message = `The admin does not accept the Host "${given}". To allow it, add it to server.hosts. A reverse proxy must forward the Host header unchanged.`;
  throw new ChainError('forbidden', message);
};

/** Refuses pages of other origins. It ignores the scheme, which differs behind a reverse proxy. */
const requireSameOrigin = (ctx: Context): void => {
  const origin = ctx.get('origin');
  if (origin === '' || isOrigin(origin, ctx.get('host'))) return;
  const message = `The admin does not accept requests from ${origin}. A reverse proxy must forward the Host header unchanged.`;
  throw new ChainError('forbidden', message);
};

/** Either side may omit the default port of the origin's scheme. */
const isOrigin = (origin: string, host: string): boolean => {
  if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false;
  const { protocol, host: expected } = new URL(origin);
  const ours = `${protocol}//${host}`;
  return URL.canParse(ours) && new URL(ours).host === expected;
};

/** Browsers send `Sec-Fetch-Site` even without an Origin. `none` means that the user typed the address. */
const requireOwnPage = (ctx: Context): void => {
  const site = ctx.get('sec-fetch-site');
  if (site === '' || site === 'same-origin' || site === 'none') return;
  throw new ChainError('forbidden', `The admin accepts requests from its own pages only. This request is ${site}.`);
};

/** @returns a function that tells whether the caller still has access */
const admit = (ctx: Context, sessions: Sessions, key: AdminKey): (() => boolean) => {
  const given = bearerOf(ctx);
  if (given !== undefined) {
    key.check(given, ctx.ip);
    return () => key.matches(given);
  }
  const token = tokenOf(ctx);
  if (token !== undefined && hasSession(ctx, sessions)) return () => sessions.use(token) !== undefined;
  const what = token === undefined ? 'You are not signed in.' : 'Your session has expired.';
  const message = `${what} Sign in at /admin, or send server.adminKey as "Authorization: Bearer <key>".`;
  throw new ChainError('invalid_api_key', message, { headers: { 'www-authenticate': 'Bearer' } });
};

const endWith = (isAdmitted: () => boolean, { res }: Context, recheckMs: number): void => {
  const timer = setInterval(() => isAdmitted() || res.destroy(), recheckMs);
  timer.unref();
  res.once('close', () => clearInterval(timer));
};

/** Below it, requests have the form that the API for clients has. */
const CLIENT_API = '/admin/api/v1/';

/** A form of another site can send neither JSON nor a header of its own, whatever its Origin. */
const requireJson = (ctx: Context): void => {
  if (ctx.method === 'GET' || ctx.method === 'HEAD') return;
  const hasBody = ctx.get('transfer-encoding') !== '' || Number(ctx.get('content-length')) > 0;
  const { type } = ctx.request;
  if (type === 'application/json' || (!hasBody && tokenOf(ctx) === undefined)) return;
  const isUpload = type === 'multipart/form-data' && ctx.path.startsWith(CLIENT_API);
  if (isUpload && ctx.get('x-requested-with') !== '') return;
  if (isUpload) {
    throw new ChainError('unsupported_media_type', 'Send the header "x-requested-with: 429chain" with an upload.');
  }
  throw new ChainError('unsupported_media_type', 'Send the header "content-type: application/json".');
};
