import { DEFAULT_BODY_BYTES } from '../body-bytes.js';
import { isLoopback } from '../loopback.js';
import { isNetwork } from '../networks.js';
import { valueAtPath } from '../path.js';
import { keysAt } from './check-key-lists.js';
import { type Check, finding, keysOf, pathsOf, textAt } from './checked-configuration.js';
import type { Finding } from './finding.js';

const HOST = ['server', 'host'];
const KEYS = ['server', 'apiKeys'];
const ADMIN_KEY = ['server', 'adminKey'];

/** Finds a server that other machines can reach without a key. */
export const checkHost: Check = (configuration) => {
  const host = textAt(configuration.resolved, HOST);
  const hasKeys = keysOf(valueAtPath(configuration.resolved, KEYS)).length > 0;
  if (host === undefined || isLoopback(host) || hasKeys) return [];
  const rest =
    ", which other machines can reach. Expected `apiKeys` beside it, or a host that only this machine can reach, such as '127.0.0.1'.";
  return [finding(configuration, HOST, rest)];
};

/** Finds trusted proxies that are neither an address nor a network. */
export const checkTrustedProxies: Check = (configuration) =>
  pathsOf(configuration.resolved, 'server.trustedProxies.*').flatMap((path): Finding[] => {
    const text = textAt(configuration.resolved, path);
    if (text === undefined || text === '' || isNetwork(text)) return [];
    return [
      finding(configuration, path, ". Expected an IP address or a network, such as '127.0.0.1' or '10.0.0.0/8'."),
    ];
  });

/** Finds a bound for all bodies that a single one may exceed. */
export const checkBodies: Check = (configuration) => {
  const { maxBodyBytes = DEFAULT_BODY_BYTES, maxBodiesInFlight } = (valueAtPath(configuration.resolved, ['server']) ??
    {}) as Record<string, unknown>;
  if (typeof maxBodyBytes !== 'number' || typeof maxBodiesInFlight !== 'number') return [];
  if (maxBodiesInFlight >= maxBodyBytes) return [];
  const rest = `, less than one request body may have. Expected at least ${maxBodyBytes}, the value of \`maxBodyBytes\`.`;
  return [finding(configuration, ['server', 'maxBodiesInFlight'], rest)];
};

/** Finds an admin key that is also a client key. */
export const checkAdminKey: Check = (configuration) => {
  const adminKey = textAt(configuration.resolved, ADMIN_KEY);
  const keys = keysAt(configuration.resolved, KEYS).map(({ key }) => key);
  if (adminKey === undefined || !keys.includes(adminKey)) return [];
  const message =
    '`server.adminKey` is one of `server.apiKeys`. Expected a different key: clients must not have access to the admin.';
  return [{ path: ADMIN_KEY, at: 'value', message }];
};
