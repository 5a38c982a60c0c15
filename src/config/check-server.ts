import { isLoopback } from './loopback.js';
import { type Check, finding, keysOf, textAt } from './subject.js';
import { writtenAt } from './wording.js';

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
  const keys = writtenAt(subject.resolved, KEYS);
  if (adminKey === undefined || !Array.isArray(keys) || !keys.includes(adminKey)) return [];
  const message = '`server.adminKey` is one of `server.apiKeys`. Expected a key of its own: it may change everything.';
  return [{ path: ADMIN_KEY, at: 'value', message }];
};
