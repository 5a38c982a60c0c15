import type { ApiKeyView, KeysReply, MadeKey, Saved } from '../../../../src/contract/admin-configuration.js';
import { call } from '../server/client.js';
import { type Held, save } from '../server/saving.js';

/** The list of keys. A change of one key conflicts with any other change of the list. */
const held = ({ revision, keys }: KeysReply): Held<readonly ApiKeyView[]> => ({ revision, value: keys });

const reread = async (): Promise<Held<readonly ApiKeyView[]>> => held(await call('GET /keys'));

/** @throws ConflictError · ApiError */
export const makeKey = (from: KeysReply, label: string): Promise<MadeKey> =>
  save('POST /keys', { body: { label } }, held(from), reread);

/** @throws ConflictError · ApiError */
export const relabelKey = (from: KeysReply, label: string, to: string): Promise<Saved> =>
  save('PUT /keys/:label', { params: { label }, body: { label: to } }, held(from), reread);

/** @throws ConflictError · ApiError, with code `in_use` for the last one */
export const revokeKey = (from: KeysReply, label: string): Promise<Saved> =>
  save('DELETE /keys/:label', { params: { label } }, held(from), reread);

/** A key in full, for the clipboard only. @throws ApiError */
export const revealKey = async (label: string): Promise<string> =>
  (await call('POST /keys/:label/reveal', { params: { label }, body: {} })).key;

/** `label`, with a number if another key has it. */
export const freeLabel = (label: string, keys: readonly ApiKeyView[]): string => {
  const taken = new Set(keys.map((key) => key.label));
  let free = label;
  for (let count = 2; taken.has(free); count++) free = `${label} ${count}`;
  return free;
};
