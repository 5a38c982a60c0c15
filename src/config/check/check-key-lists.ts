import { apiKeysOf } from '../api-keys.js';
import type { Path } from '../path.js';
import { valueAtPath } from '../path.js';
import { nameOf } from '../wording.js';
import { type Check, pathsOf } from './checked-configuration.js';
import type { Finding } from './finding.js';

const PROVIDER_LISTS = 'providers.*.apiKeys';

/** Finds keys with the same label, which logs could not tell apart. */
export const checkKeyLabels: Check = ({ resolved }) =>
  ['server.apiKeys', PROVIDER_LISTS]
    .flatMap((pattern) => pathsOf(resolved, pattern))
    .flatMap((list) =>
      repeatsIn(keysAt(resolved, list).map(({ label }) => label)).map(({ index, first }): Finding => {
        const path = [...list, index];
        const message = `${nameOf(path)} has the same label as ${nameOf([...list, first])}. Expected a different label.`;
        return { path, at: 'value', message };
      }),
    );

/** Finds keys that occur twice in the list of a provider. The message never contains the key. */
export const checkRepeatedKeys: Check = ({ resolved, locator }) =>
  pathsOf(resolved, PROVIDER_LISTS).flatMap((list) =>
    repeatsIn(keysAt(resolved, list).map(({ key }) => key)).map(({ index, first }): Finding => {
      const path = pathOfKey(resolved, [...list, index]);
      const { line } = locator.valueAt([...list, first]);
      const message = `${nameOf(path)} is the same key as ${nameOf([...list, first])} in line ${line}. Expected the key of another account.`;
      return { path, at: 'value', message };
    }),
  );

/** Finds providers with both `apiKey` and `apiKeys`. */
export const checkKeyLists: Check = ({ resolved }) =>
  pathsOf(resolved, PROVIDER_LISTS).flatMap((path): Finding[] => {
    const provider = path.slice(0, -1);
    if (valueAtPath(resolved, [...provider, 'apiKey']) === undefined) return [];
    const message = `${nameOf(provider)} has both \`apiKey\` and \`apiKeys\`. Expected one of them: move the key into the list.`;
    return [{ path, at: 'key', message }];
  });

/** The keys of a list. Entries of any shape are accepted here: the schema reports invalid ones. */
export const keysAt = (resolved: unknown, list: Path): ReturnType<typeof apiKeysOf> => {
  const written = valueAtPath(resolved, list);
  return Array.isArray(written)
    ? apiKeysOf(written.map((each) => (typeof each === 'object' && each !== null ? each : String(each))))
    : [];
};

/** The path of the text of a key, plain or with a label. */
const pathOfKey = (resolved: unknown, entry: Path): Path =>
  typeof valueAtPath(resolved, entry) === 'string' ? entry : [...entry, 'key'];

/** The texts that occur before in the list, each with the index of the first one. */
const repeatsIn = (texts: readonly string[]): { readonly index: number; readonly first: number }[] =>
  texts
    .map((text, index) => ({ text, index, first: texts.indexOf(text) }))
    .filter(({ text, index, first }) => first < index && typeof text === 'string');
