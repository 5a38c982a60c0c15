import { timingSafeEqual } from 'node:crypto';
import type { Context } from 'koa';
import type { WrongKeys } from '../../access/wrong-keys.js';
import { ChainError } from '../../plugin/door/errors.js';
import { digestOf } from '../../secrets.js';

const CHALLENGE = { 'www-authenticate': 'Bearer' };
const HOW_TO_SEND = 'Send server.adminKey as "Authorization: Bearer <key>".';

/** The admin key of the current configuration. */
export class AdminKey {
  readonly #current: () => string;
  readonly #wrongKeys: WrongKeys;

  constructor(current: () => string, wrongKeys: WrongKeys) {
    this.#current = current;
    this.#wrongKeys = wrongKeys;
  }

  /** Whether `given` is the key. It compares digests in constant time. */
  matches(given: string): boolean {
    return timingSafeEqual(digestOf(given), digestOf(this.#current()));
  }

  /**
   * Checks `given`. While an address has to wait after wrong keys, even the right key is refused.
   * @throws ChainError `invalid_api_key`, `too_many_attempts`
   */
  check(given: string, address: string): void {
    this.#wrongKeys.refuseResting(address);
    if (this.matches(given)) return;
    this.#wrongKeys.add(address, given);
    throw new ChainError('invalid_api_key', 'This is not the admin key.', { headers: CHALLENGE });
  }
}

/** The bearer token of a request; `undefined` without one. */
export const bearerOf = (ctx: Context): string | undefined =>
  /^Bearer +(.+)$/i.exec(ctx.get('authorization'))?.[1]?.trim();

/** Returns a check that requires the admin key as a bearer token. It throws ChainError `invalid_api_key`, `too_many_attempts`. */
export const requireAdminKey =
  (key: AdminKey) =>
  (ctx: Context): void => {
    const given = bearerOf(ctx);
    if (given === undefined)
      throw new ChainError('invalid_api_key', `The admin key is missing. ${HOW_TO_SEND}`, { headers: CHALLENGE });
    key.check(given, ctx.ip);
  };
