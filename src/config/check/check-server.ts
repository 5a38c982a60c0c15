import { apiKeysOf } from '../api-keys.js';
import { isLoopback } from '../loopback.js';
import { type Finding, nameOf, writtenAt } from '../wording.js';
import { type Check, finding, keysOf, textAt } from './checked-configuration.js';

const HOST = ['server', 'host'];
const KEYS = ['server', 'apiKeys'];
const ADMIN_KEY = ['server', 'adminKey'];

/** A server that others can reach, but that asks nobody for a key. */
export const checkHost: Check = (subject) => {
  const host = textAt(subject.resolved, HOST);
  const hasKeys = keysOf(writtenAt(subject.resolved, KEYS)).length > 0;
  if (host === undefined || isLoopback(host) || hasKeys) return [];
  const rest =
    ", which others can reach. Expected `apiKeys` beside it, or a host such as '127.0.0.1' that only this machine reaches.";
  return [finding(subject, HOST, rest)];
};

/** An admin key that every caller has too. */
export const checkAdminKey: Check = (subject) => {
  const adminKey = textAt(subject.resolved, ADMIN_KEY);
  const keys = keysIn(subject.resolved).map(({ key }) => key);
  if (adminKey === undefined || !keys.includes(adminKey)) return [];
  const message = '`server.adminKey` is one of `server.apiKeys`. Expected a key of its own: it may change everything.';
  return [{ path: ADMIN_KEY, at: 'value', message }];
};

/** Two keys that logs could not tell apart. */
export const checkKeyLabels: Check = ({ resolved }) => {
  const labels = keysIn(resolved).map(({ label }) => label);
  return labels.flatMap((label, index): Finding[] => {
    const first = labels.indexOf(label);
    if (first === index || typeof label !== 'string') return [];
    const path = [...KEYS, index];
    const message = `${nameOf(path)} has the label of ${nameOf([...KEYS, first])}. Expected a label of its own.`;
    return [{ path, at: 'value', message }];
  });
};

/** The keys of whatever shape that are no nonsense. */
const keysIn = (resolved: unknown): ReturnType<typeof apiKeysOf> => {
  const written = writtenAt(resolved, KEYS);
  return Array.isArray(written)
    ? apiKeysOf(written.map((each) => (typeof each === 'object' && each !== null ? each : String(each))))
    : [];
};
