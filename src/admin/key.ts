import { timingSafeEqual } from 'node:crypto';
import { ChainError } from '../plugin/errors.js';
import { digestOf } from '../secrets.js';
import type { WrongKeys } from './wrong-keys.js';

/** The key to the admin, whatever the configuration says that it is at the moment. */
export class AdminKey {
  readonly #current: () => string;
  readonly #wrongKeys: WrongKeys;

  constructor(current: () => string, wrongKeys: WrongKeys) {
    this.#current = current;
    this.#wrongKeys = wrongKeys;
  }

  /** Whether `given` is the key. Digests are compared, so that the time it takes tells nothing. */
  matches(given: string): boolean {
    return timingSafeEqual(digestOf(given), digestOf(this.#current()));
  }

  /**
   * Lets pass who gives the key. While an address has to wait, not even the right key is looked at.
   * @throws ChainError `invalid_api_key`, `too_many_attempts`
   */
  check(given: string, address: string): void {
    const restMs = this.#wrongKeys.restOf(address);
    if (restMs > 0) {
      const seconds = Math.ceil(restMs / 1000);
      throw new ChainError('too_many_attempts', `Too many wrong keys. The next one may be tried in ${seconds} s.`, {
        headers: { 'retry-after': String(seconds) },
      });
    }
    if (this.matches(given)) return;
    this.#wrongKeys.add(address, digestOf(given).toString('base64url'));
    throw new ChainError('invalid_api_key', 'That key is not server.adminKey.', {
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
}
