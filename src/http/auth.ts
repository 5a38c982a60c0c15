import { timingSafeEqual } from 'node:crypto';
import type { Middleware } from 'koa';
import type { ApiKey } from '../config/settings.js';
import { ChainError } from '../plugin/door/errors.js';
import { digestOf } from '../secrets.js';

/**
 * Lets requests through that carry one of `keys` as a bearer token. `where` names their place in the configuration. Compares digests, and all of them, so that the time
 * it takes tells nothing about a key. Leaves in `ctx.state.keyLabel` the label of the one that it was.
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
