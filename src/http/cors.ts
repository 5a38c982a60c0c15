import type { IncomingMessage } from 'node:http';
import type { Context, Middleware } from 'koa';
import { isClientApi } from './address.js';
import type { Asked } from './asked.js';

/** The origins whose pages may use the API: all of them, or those in the list. */
export type AllowedOrigins = '*' | readonly string[];

/** The response headers that a page may read, beside those that every page may. */
const EXPOSED = [
  'x-request-id',
  'request-id',
  'x-429chain-chain',
  'x-429chain-target',
  'x-429chain-attempts',
  'retry-after',
  'retry-after-ms',
].join(', ');
const METHODS = 'GET, POST';
/** The request headers that a page may send if it does not ask. */
const HEADERS = 'authorization, content-type, x-api-key';
/** A list of header names, as browsers ask for it. */
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/;
/** In seconds. */
const MAX_AGE = '7200';

/**
 * Lets pages of the allowed origins use everything below `/v1`: answers their preflight requests, which carry no key, and
 * marks every answer, errors and streams included. Without an allowed origin, it changes nothing.
 */
export const allowOrigins =
  (allowed: () => AllowedOrigins): Middleware =>
  (ctx, next) => {
    const isAllowed = markOrigin(ctx, allowed());
    return isAllowed && isPreflight(ctx.req) ? answerPreflight(ctx) : next();
  };

/** Marks the answer to a request below `/v1`. Returns whether it comes from a page of an allowed origin. */
export const markOrigin = (asked: Asked, origins: AllowedOrigins): boolean => {
  if (origins.length === 0 || !isClientApi(asked.path)) return false;
  const { origin = '' } = asked.req.headers;
  if (origins !== '*') asked.set('vary', 'Origin');
  if (origin === '' || !isAllowed(origin, origins)) return false;
  asked.set('access-control-allow-origin', origins === '*' ? '*' : origin);
  if (!isPreflight(asked.req)) asked.set('access-control-expose-headers', EXPOSED);
  return true;
};

const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && Boolean(headers['access-control-request-method']);

const isAllowed = (origin: string, origins: AllowedOrigins): boolean =>
  origins === '*' || origins.includes(origin.toLowerCase());

const answerPreflight = (ctx: Context): void => {
  const asked = ctx.get('access-control-request-headers').trim();
  ctx.set({
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': HEADER_NAMES.test(asked) ? asked : HEADERS,
    'access-control-max-age': MAX_AGE,
  });
  ctx.vary('Access-Control-Request-Headers');
  ctx.status = 204;
};
