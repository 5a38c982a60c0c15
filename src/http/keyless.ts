import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../config/loopback.js';
import type { Authorize } from './asked.js';

/** In place of the label of a key. */
const LABEL = 'this machine';

/** What proxies add to requests that they pass on. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/**
 * Returns a check that lets requests of programs on this machine through without a key. All others need one, as
 * `authorize` checks it. A valid key names its caller here too.
 */
export const withoutKey =
  (authorize: Authorize): Authorize =>
  (asked) => {
    if (!isLocal(asked.req)) return authorize(asked);
    try {
      return authorize(asked);
    } catch {
      return LABEL;
    }
  };

/** Not a page of the web in a browser, not another machine behind a proxy, and not a foreign name for this machine. */
const isLocal = ({ socket, headers }: IncomingMessage): boolean =>
  isLoopback(socket.remoteAddress?.replace(/^::ffff:/i, '') ?? '') &&
  isLoopback(hostnameOf(`http://${headers.host ?? ''}`)) &&
  (!headers.origin || isLoopback(hostnameOf(headers.origin))) &&
  headers['sec-fetch-site'] !== 'cross-site' &&
  FORWARDED.every((name) => !headers[name]);

const hostnameOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : '');
