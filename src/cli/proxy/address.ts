import { isIPv6 } from 'node:net';

/** A server that listens on every interface is reached on the loopback address. */
const LOOPBACK_OF: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** The URL of a server that listens on `host` and `port`, such as `http://127.0.0.1:3429`. */
export const addressAt = (host: string, port: number): string => {
  const reachable = LOOPBACK_OF[host] ?? host;
  return `http://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`;
};
