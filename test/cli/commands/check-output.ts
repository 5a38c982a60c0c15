import { type Answerer, reply } from '../../scripted-upstream.js';
import { type Run, SECRETS } from '../run.js';

export const list = (...ids: string[]) => ids.map((id) => ({ id, object: 'model' }));

/** Sends the list only to requests with the key, as most providers do. */
export const forKey =
  (...ids: string[]): Answerer =>
  (res, request) =>
    request.headers.authorization === `Bearer ${SECRETS.provider}`
      ? reply(200, { object: 'list', data: list(...ids) })(res, request)
      : reply(401, { error: { message: 'no key' } })(res, request);

/** The cells of the row of `run` that begins with `first`. */
export const row = ({ stdout }: Run, first: string): string[] =>
  stdout
    .split('\n')
    .map((line) => line.trim().split(/ {3,}/))
    .find(([cell]) => cell === first) ?? [];

/** The variables that the configurations of these tests read. */
export const ENV = { A_KEY: SECRETS.provider, A_HEADER_KEY: SECRETS.header };
/** The key of a provider in these configurations. */
export const KEY = { apiKey: '${A_KEY}' };
