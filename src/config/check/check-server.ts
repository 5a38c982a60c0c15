import { apiKeysOf } from '../api-keys.js';
import { DEFAULT_BODY_BYTES } from '../body-bytes.js';
import { isLoopback } from '../loopback.js';
import { isNetwork } from '../networks.js';
import { valueAtPath } from '../path.js';
import { nameOf } from '../wording.js';
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
  const keys = keysIn(configuration.resolved).map(({ key }) => key);
  if (adminKey === undefined || !keys.includes(adminKey)) return [];
  const message =
    '`server.adminKey` is one of `server.apiKeys`. Expected a different key: clients must not have access to the admin.';
  return [{ path: ADMIN_KEY, at: 'value', message }];
};

/** Finds keys with the same label, which logs could not tell apart. */
export const checkKeyLabels: Check = ({ resolved }) => {
  const labels = keysIn(resolved).map(({ label }) => label);
  return labels.flatMap((label, index): Finding[] => {
    const first = labels.indexOf(label);
    if (first === index || typeof label !== 'string') return [];
    const path = [...KEYS, index];
    const message = `${nameOf(path)} has the same label as ${nameOf([...KEYS, first])}. Expected a different label.`;
    return [{ path, at: 'value', message }];
  });
};

/** The client keys. Entries of any shape are accepted here: the schema reports invalid ones. */
const keysIn = (resolved: unknown): ReturnType<typeof apiKeysOf> => {
  const written = valueAtPath(resolved, KEYS);
  return Array.isArray(written)
    ? apiKeysOf(written.map((each) => (typeof each === 'object' && each !== null ? each : String(each))))
    : [];
};
