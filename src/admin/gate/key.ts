import { timingSafeEqual } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import { ChainError } from '../../plugin/door/errors.js';
import { digestOf } from '../../secrets.js';
import type { WrongKeys } from './wrong-keys.js';

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
    const restMs = this.#wrongKeys.restOf(address);
    if (restMs > 0) {
      const seconds = Math.ceil(restMs / 1000);
      throw new ChainError('too_many_attempts', `Too many wrong keys. Try again in ${seconds} s.`, {
        headers: { 'retry-after': String(seconds) },
      });
    }
    if (this.matches(given)) return;
    this.#wrongKeys.add(address, digestOf(given).toString('base64url'));
    throw new ChainError('invalid_api_key', 'That key is not server.adminKey.', { headers: CHALLENGE });
  }
}

/** The bearer token of a request; `undefined` without one. */
export const bearerOf = (ctx: Context): string | undefined =>
  /^Bearer +(.+)$/i.exec(ctx.get('authorization'))?.[1]?.trim();

/** Requires the admin key as a bearer token. @throws ChainError `invalid_api_key`, `too_many_attempts` */
export const requireAdminKey =
  (key: AdminKey): Middleware =>
  (ctx, next) => {
    const given = bearerOf(ctx);
    if (given === undefined)
      throw new ChainError('invalid_api_key', `The admin key is missing. ${HOW_TO_SEND}`, { headers: CHALLENGE });
    key.check(given, ctx.ip);
    return next();
  };
