import type { Path } from '../config/path.js';
import { isSecretPath } from '../config/secret-paths.js';
import type { ProviderSettings, Settings } from '../config/settings.js';
import { formsOf, secretsInUrl } from '../secrets.js';

/** A header may contain a key too, alone or after a word such as `Bearer`. */
export const secretsOf = ({ apiKey, baseUrl = '', headers, options }: ProviderSettings, proxy = ''): string[] =>
  formsOf([
    ...(apiKey === undefined ? [] : [apiKey]),
    ...wordsOf(headers),
    ...privateTexts(options),
    ...secretsInUrl(baseUrl),
    ...secretsInUrl(proxy),
  ]);

/** Returns the values of options whose names mark them as keys. */
const privateTexts = (value: unknown, path: Path = []): string[] => {
  if (typeof value === 'string') return isSecretPath(path) && value.length >= SHORTEST_LIKELY_KEY ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => privateTexts(inner, [...path, name]));
};

const wordsOf = (headers: Readonly<Record<string, string>>): string[] =>
  Object.values(headers).flatMap((value) => [value, ...value.split(' ')]);

/** A shorter value in a header is a word, not a key. */
const SHORTEST_LIKELY_KEY = 12;

/** Returns every key in a configuration. A key that equals a provider's name, as for a local server, is not a secret. */
export const keysIn = ({ server, providers, plugins, proxies }: Settings): string[] => {
  const names = new Set(providers.flatMap(({ id, type }) => [id, type]));
  const ofProviders = providers.flatMap(({ apiKey = '', baseUrl = '', proxy, headers, options }) => [
    apiKey,
    ...secretsInUrl(baseUrl),
    ...secretsInUrl(proxy || ''),
    ...wordsOf(headers).filter(({ length }) => length >= SHORTEST_LIKELY_KEY),
    ...privateTexts(options),
  ]);
  const ofPlugins = plugins.flatMap(({ options }) => [
    ...privateTexts(options),
    ...Object.values(options).flatMap((value) => (typeof value === 'string' ? secretsInUrl(value) : [])),
  ]);
  const ofEnvironment = [proxies.http, proxies.https].flatMap((proxy = '') => secretsInUrl(proxy));
  const all = [
    ...ofEnvironment,
    ...server.apiKeys.map(({ key }) => key),
    server.adminKey ?? '',
    ...ofProviders,
    ...ofPlugins,
  ];
  return all.filter((key) => !names.has(key));
};
