import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { callerAddress } from '../access/caller-address.js';
import type { WrongKeys } from '../access/wrong-keys.js';
import type { ApiKey } from '../config/settings.js';
import { ChainError } from '../plugin/door/errors.js';
import { digestOf } from '../secrets.js';
import type { Authorize } from './asked.js';

/** Headers that contain a key alone: those of Anthropic's and of Azure's SDK. */
const KEY_HEADERS = ['x-api-key', 'api-key'] as const;

/** Headers that are remembered: a key may be sent with more or fewer spaces. */
const MOST_ACCEPTED = 1_000;

/** Request headers that can contain a key. */
export const SECRET_HEADERS = ['authorization', 'cookie', ...KEY_HEADERS] as const;

/**
 * Returns a check that lets requests through which carry one of `keys`. A key comes as a bearer token or in one of
 * `KEY_HEADERS`; one valid key is enough. It compares digests, and always all of them, so its timing says nothing about a key.
 * A valid key is never slowed: callers behind one address do not lock each other out.
 * @param where the keys' place in the configuration, for error messages
 * @param isTrusted whether an address is a trusted proxy
 * @returns the check, which throws ChainError `invalid_api_key`; `too_many_attempts` for a wrong key while its address has to
 * wait
 */
export const requireKey = (
  keys: () => readonly ApiKey[],
  where: string,
  wrongKeys: WrongKeys,
  isTrusted: () => (address: string) => boolean,
): Authorize => {
  let known: readonly ApiKey[] = [];
  let digests: readonly Buffer[] = [];
  /** Keys by the header that they came in. A hit is an exact earlier success, so it reveals nothing. */
  let accepted = new Map<string, ApiKey>();
  return ({ req }) => {
    const current = keys();
    if (current !== known) {
      known = current;
      digests = current.map(({ key }) => digestOf(key));
      accepted = new Map();
    }
    const { authorization } = req.headers;
    const earlier = authorization && accepted.get(authorization);
    if (earlier) return earlier.label;
    let found: ApiKey | undefined;
    const given = keysIn(req);
    for (const key of given) {
      const presented = digestOf(key);
      for (const [index, each] of digests.entries()) if (timingSafeEqual(each, presented)) found = current[index];
    }
    if (found !== undefined) {
      if (authorization && bearerIn(req) === found.key && accepted.size < MOST_ACCEPTED)
        accepted.set(authorization, found);
      return found.label;
    }
    if (given.length > 0) {
      const address = callerAddress(req, isTrusted());
      wrongKeys.refuseResting(address);
      for (const key of given) wrongKeys.add(address, key);
    }
    const message =
      given.length === 0
        ? `No API key. Send ${where} as "Authorization: Bearer <key>" or "x-api-key: <key>".`
        : `This API key is not ${where}.`;
    throw new ChainError('invalid_api_key', message, { headers: { 'www-authenticate': 'Bearer' } });
  };
};

const keysIn = (req: IncomingMessage): string[] =>
  [bearerIn(req), ...KEY_HEADERS.map((name) => String(req.headers[name] ?? '').trim())].filter((key) => key !== '');

const bearerIn = ({ headers }: IncomingMessage): string =>
  /^Bearer[ \t]+(.+)$/i.exec(headers.authorization ?? '')?.[1]?.trim() ?? '';
