import { randomBytes } from 'node:crypto';
import { variableIn } from '../../config/env.js';
import type { Change } from '../../config/source/change.js';
import type { ApiKeyView, KeysReply, MadeKey } from '../../contract/admin-configuration.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { RouteContext } from '../../routes.js';
import type { AdminParts } from '../parts.js';
import { saved, variableFor, writtenIn } from './changes.js';
import { maskKey } from './mask.js';

type Written = string | { readonly key: string; readonly label?: string };

/** A client key. */
interface ApiKey {
  readonly label: string;
  readonly key: string;
  /** As written in the configuration; absent for the key that was generated at the first start. */
  readonly written?: Written;
}

const referenceOf = (written: Written): string => (typeof written === 'string' ? written : written.key);

const apiKeys = ({ current, store }: AdminParts): readonly ApiKey[] => {
  const written: readonly Written[] = writtenIn(store).server?.apiKeys ?? [];
  return current().apiKeys.map(({ key, label }, index) => {
    const entry = written[index];
    return { key, label, ...(entry === undefined ? {} : { written: entry }) };
  });
};

const found = (parts: AdminParts, label: string): ApiKey => {
  const key = apiKeys(parts).find((each) => each.label === label);
  if (key !== undefined) return key;
  throw new ChainError('not_found', `There is no key "${label}". GET /admin/api/keys lists them.`);
};

/** The client keys, masked. */
export const keysOf = (parts: AdminParts): KeysReply => ({
  revision: parts.store.revision,
  keys: apiKeys(parts).map(({ label, key, written }): ApiKeyView => {
    const variable = written === undefined ? undefined : variableIn(referenceOf(written));
    return {
      label,
      masked: maskKey(key),
      own: written === undefined,
      ...(variable === undefined ? {} : { variable }),
    };
  }),
});

/** A client key in full. */
export const revealKey = (parts: AdminParts, label: string): { readonly key: string } => ({
  key: found(parts, label).key,
});

const LONGEST_LABEL = 60;

/** @throws ChainError `invalid_request` for an invalid label, `in_use` for the label of another key */
const checkLabel = (keys: readonly ApiKey[], label: unknown): string => {
  const text = typeof label === 'string' ? label.trim() : '';
  if (text === '' || text.length > LONGEST_LABEL || /\p{Cc}/u.test(text)) {
    const message = `"label" must be a name of at most ${LONGEST_LABEL} characters, such as the program that uses the key.`;
    throw new ChainError('invalid_request', message, { param: 'label' });
  }
  if (!keys.some((key) => key.label === text)) return text;
  throw new ChainError('in_use', `A key "${text}" already exists. Choose another label.`, { param: 'label' });
};

/** Generates a key and writes it to `.env`. A key from the first start is written there too, and stays valid. */
export const makeKey = async (parts: AdminParts, ctx: RouteContext, given: unknown): Promise<MadeKey> => {
  const key = `429-${randomBytes(24).toString('base64url')}`;
  let label = '';
  const change = (): Change => {
    const keys = apiKeys(parts);
    label = checkLabel(keys, given);
    const secrets: Record<string, string> = {};
    const entryFor = (value: string, named: string, variable: string): Written => {
      const name = variableFor(parts.store, variable, value, { taken: Object.keys(secrets) });
      secrets[name] = value;
      return { key: `\${${name}}`, label: named };
    };
    const before = keys.map((each) => each.written ?? entryFor(each.key, each.label, 'CHAIN_API_KEY'));
    const apiKeysAfter = [...before, entryFor(key, label, `CHAIN_API_KEY_${label}`)];
    return { edits: [{ op: 'set', path: ['server', 'apiKeys'], value: apiKeysAfter }], secrets };
  };
  return { ...(await saved(parts, ctx, change)), label, key };
};

/** @throws ChainError `not_found`, `in_use`, `invalid_request` */
export const relabelChange = (parts: AdminParts, label: string, to: unknown): Change => {
  const key = found(parts, label);
  if (key.written === undefined) throw notWritten(label);
  const others = apiKeys(parts).filter((each) => each !== key && each.label !== label);
  const renamed = { key: referenceOf(key.written), label: checkLabel(others, to) };
  return listChange(parts, (each) => (each.label === label ? [renamed] : [each.written as Written]));
};

/** @throws ChainError `not_found`, `in_use` for the last one */
export const keyRemoval = (parts: AdminParts, label: string): Change => {
  const key = found(parts, label);
  if (key.written === undefined) throw notWritten(label);
  if (apiKeys(parts).length === 1) {
    const message = `"${label}" is the only key. Create another one, give it to your programs, then revoke this one.`;
    throw new ChainError('in_use', message);
  }
  return listChange(parts, (each) => (each.label === label ? [] : [each.written as Written]));
};

const listChange = (parts: AdminParts, change: (key: ApiKey) => readonly Written[]): Change => ({
  edits: [{ op: 'set', path: ['server', 'apiKeys'], value: apiKeys(parts).flatMap(change) }],
});

const notWritten = (label: string): ChainError =>
  new ChainError(
    'in_use',
    `"${label}" was generated at the first start and is not in the configuration. Create another key first; then you can change this one.`,
  );
