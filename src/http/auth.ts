import { timingSafeEqual } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import type { WrongKeys } from '../access/wrong-keys.js';
import type { ApiKey } from '../config/settings.js';
import { ChainError } from '../plugin/door/errors.js';
import { digestOf } from '../secrets.js';

/** Headers that contain a key alone: those of Anthropic's and of Azure's SDK. */
const KEY_HEADERS = ['x-api-key', 'api-key'] as const;

/** Request headers that can contain a key. */
export const SECRET_HEADERS = ['authorization', 'cookie', ...KEY_HEADERS] as const;

/**
 * Returns a middleware that lets requests through which carry one of `keys`, and leaves the label of that key in
 * `ctx.state.keyLabel`. A key comes as a bearer token or in one of `KEY_HEADERS`; one valid key is enough. It compares
 * digests, and always all of them, so its timing says nothing about a key. A valid key is never slowed: callers behind one
 * address do not lock each other out.
 * @param where the keys' place in the configuration, for error messages
 * @throws ChainError `invalid_api_key`; `too_many_attempts` for a wrong key while its address has to wait
 */
export const requireKey = (keys: () => readonly ApiKey[], where: string, wrongKeys: WrongKeys): Middleware => {
  let known: readonly ApiKey[] = [];
  let digests: readonly Buffer[] = [];
  return (ctx, next) => {
    const current = keys();
    if (current !== known) {
      known = current;
      digests = current.map(({ key }) => digestOf(key));
    }
    let found: ApiKey | undefined;
    const given = keysIn(ctx);
    for (const key of given) {
      const presented = digestOf(key);
      for (const [index, each] of digests.entries()) if (timingSafeEqual(each, presented)) found = current[index];
    }
    if (found !== undefined) {
      ctx.state.keyLabel = found.label;
      return next();
    }
    if (given.length > 0) wrongKeys.refuseResting(ctx.ip);
    for (const key of given) wrongKeys.add(ctx.ip, key);
    const message =
      given.length === 0
        ? `No API key. Send ${where} as "Authorization: Bearer <key>" or "x-api-key: <key>".`
        : `That API key is not ${where}.`;
    throw new ChainError('invalid_api_key', message, { headers: { 'www-authenticate': 'Bearer' } });
  };
};

const keysIn = (ctx: Context): string[] =>
  [/^Bearer[ \t]+(.+)$/i.exec(ctx.get('authorization'))?.[1], ...KEY_HEADERS.map((name) => ctx.get(name))]
    .map((key) => key?.trim() ?? '')
    .filter((key) => key !== '');
