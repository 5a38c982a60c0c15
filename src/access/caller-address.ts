import type { IncomingMessage } from 'node:http';
import { isIP, isIPv6 } from 'node:net';
import type { Middleware } from 'koa';
import { plainAddress } from '../config/networks.js';

/**
 * Returns the address of the caller. It is the other end of the connection, or what trusted proxies say in `x-forwarded-for`,
 * read from right to left: the first address that is not a trusted proxy.
 */
export const callerAddress = (
  { socket, headers }: IncomingMessage,
  isTrusted: (address: string) => boolean,
): string => {
  const peer = plainAddress(socket.remoteAddress ?? '');
  const { 'x-forwarded-for': header } = headers;
  const forwarded = Array.isArray(header) ? header.join() : header;
  return forwarded === undefined || forwarded === '' ? peer : callerBehind(peer, forwarded, isTrusted);
};

/** Sets `ctx.ip` to the address of the caller. */
export const findCallerAddress =
  (isTrusted: () => (address: string) => boolean): Middleware =>
  (ctx, next) => {
    ctx.request.ip = callerAddress(ctx.req, isTrusted());
    return next();
  };

/** Each proxy adds the address that it saw on the right. An entry that is no address ends the part that can be read. */
const callerBehind = (peer: string, forwarded: string, isTrusted: (address: string) => boolean): string => {
  let caller = peer;
  for (const entry of forwarded.split(',').reverse()) {
    if (!isTrusted(caller)) return caller;
    const address = addressIn(entry.trim());
    if (isIP(address) === 0) return caller;
    caller = address;
  }
  return caller;
};

/** Some proxies add a port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
const addressIn = (entry: string): string =>
  plainAddress(
    /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/
      .exec(entry)
      ?.slice(1)
      .find((part) => part !== undefined) ?? entry,
  );

/** What one caller can change at will counts as one address: an IPv6 caller usually has a whole /64 network. */
export const callerNetwork = (address: string): string => {
  if (!isIPv6(address)) return address;
  const [left = '', right] = address.toLowerCase().replace(/%.*/, '').split('::');
  const groups = left === '' ? [] : left.split(':');
  const behind = right === undefined || right === '' ? [] : right.split(':');
  const missing = right === undefined ? 0 : Math.max(0, 8 - groups.length - behind.length);
  const all = [...groups, ...Array.from({ length: missing }, () => '0'), ...behind];
  return `${all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
};
