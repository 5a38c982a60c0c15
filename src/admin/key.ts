import { timingSafeEqual } from 'node:crypto';
import { ChainError } from '../plugin/errors.js';
import { digestOf } from '../secrets.js';
import type { WrongKeys } from './wrong-keys.js';

/** Lets pass who gives the admin key. While an address has to wait, not even the right key is looked at. */
export type KeyCheck = (given: string, address: string) => void;

/**
 * `key` is asked for anew each time, since it may change. Digests are compared, so that the time it takes tells nothing.
 * The check throws ChainError `invalid_api_key` or `too_many_attempts`.
 */
export const createKeyCheck =
  (key: () => string, wrongKeys: WrongKeys): KeyCheck =>
  (given, address) => {
    const restMs = wrongKeys.restOf(address);
    if (restMs > 0) {
      const seconds = Math.ceil(restMs / 1000);
      throw new ChainError('too_many_attempts', `Too many wrong keys. The next one may be tried in ${seconds} s.`, {
        headers: { 'retry-after': String(seconds) },
      });
    }
    const presented = digestOf(given);
    if (timingSafeEqual(presented, digestOf(key()))) return;
    wrongKeys.add(address, presented.toString('base64url'));
    throw new ChainError('invalid_api_key', 'That key is not server.adminKey.', {
      headers: { 'www-authenticate': 'Bearer' },
    });
  };
