import { timingSafeEqual } from 'node:crypto';
import type { Middleware } from 'koa';
import type { ApiKey } from '../config/settings.js';
import { ChainError } from '../plugin/door/errors.js';
import { digestOf } from '../secrets.js';

/**
 * Returns a middleware that lets requests through which carry one of `keys` as a bearer token, and leaves the label of that
 * key in `ctx.state.keyLabel`. It compares digests, and always all of them, so its timing says nothing about a key.
 * @param where the keys' place in the configuration, for error messages
 * @throws ChainError `invalid_api_key`
 */
export const requireKey = (keys: () => readonly ApiKey[], where: string): Middleware => {
  let known: readonly ApiKey[] = [];
  let digests: readonly Buffer[] = [];
  return (ctx, next) => {
    const current = keys();
    if (current !== known) {
      known = current;
      digests = current.map(({ key }) => digestOf(key));
    }
    const given = /^Bearer +(.+)$/i.exec(ctx.get('authorization'))?.[1]?.trim();
    const presented = digestOf(given ?? '');
    let found: ApiKey | undefined;
    for (const [index, each] of digests.entries()) if (timingSafeEqual(each, presented)) found = current[index];
    if (found !== undefined) {
      ctx.state.keyLabel = found.label;
      return next();
    }
    const message =
      given === undefined
        ? `No API key. Send ${where} as "Authorization: Bearer <key>".`
        : `That API key is not ${where}.`;
    throw new ChainError('invalid_api_key', message, { headers: { 'www-authenticate': 'Bearer' } });
  };
};
