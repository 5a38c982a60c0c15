import { isIPv6 } from 'node:net';

/** Who listens everywhere is asked here. */
const HEARD_AT: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Where a proxy that listens there is asked, such as `http://127.0.0.1:3429`. */
export const addressAt = (host: string, port: number): string => {
  const heard = HEARD_AT[host] ?? host;
  return `http://${isIPv6(heard) ? `[${heard}]` : heard}:${port}`;
};
