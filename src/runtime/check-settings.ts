import { problemAt, problemsOfOptions } from '../config/check/problems.js';
import { configuredId } from '../config/keyed-name.js';
import type { Problem, ProviderSettings, Settings } from '../config/settings.js';
import { InvalidConfiguration } from '../config/source/store.js';
import { suggest } from '../config/wording.js';
import type { PluginChoice } from '../host/host.js';
import type { Registry } from '../host/parts/registry.js';
import { ChainError } from '../plugin/door/errors.js';
import type { ProviderType } from '../plugin/index.js';
import { addressOf } from '../plugin/readers/address.js';

/**
 * The type of each provider, once all plugins are applied.
 * @param known everything that a provider may speak
 * @throws InvalidConfiguration with every unknown type or protocol, missing base URL and invalid option of a provider
 */
export const typesOf = (
  settings: Settings,
  types: Registry,
  known: readonly string[],
): ReadonlyMap<ProviderSettings, ProviderType> => {
  const found = new Map<ProviderSettings, ProviderType>();
  const problems: Problem[] = [];
  for (const provider of settings.providers) {
    const type = types.find(provider.type);
    if (type === undefined) problems.push(unknownType(settings, provider, types.names));
    else {
      problems.push(...unknownProtocols(settings, provider, known), ...problemsOfProvider(settings, provider, type));
      found.set(provider, type);
    }
  }
  if (problems.length > 0) throw new InvalidConfiguration(withoutRepeats(problems));
  return found;
};

/** A provider with several keys has the same problem with each. */
const withoutRepeats = (problems: readonly Problem[]): Problem[] => [
  ...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values(),
];

const unknownType = (settings: Settings, provider: ProviderSettings, known: readonly string[]): Problem => {
  const { type } = provider;
  const id = configuredId(provider);
  const message = `\`providers.${id}.type\` is '${type}', which no plugin adds.${suggest(type, known) || ` Expected one of ${known.join(', ')}.`}`;
  return problemAt(settings, ['providers', id, 'type'], message);
};

const unknownProtocols = (settings: Settings, provider: ProviderSettings, known: readonly string[]): Problem[] =>
  (provider.speaks ?? []).flatMap((name, index) => {
    const id = configuredId(provider);
    if (known.includes(name)) return [];
    const message = `\`providers.${id}.speaks\` names '${name}', which 429chain does not know. Expected some of ${known.join(', ')}.${suggest(name, known)}`;
    return [problemAt(settings, ['providers', id, 'speaks', index], message)];
  });

const problemsOfProvider = (settings: Settings, provider: ProviderSettings, type: ProviderType): Problem[] => {
  const { type: named, baseUrl, missing, options } = provider;
  const id = configuredId(provider);
  const problems: Problem[] = [];
  const found = addressOf(type, options);
  const path = ['providers', id, 'options'];
  if (baseUrl === undefined && found === undefined && missing.length === 0) {
    const message = `\`providers.${id}\` has no \`baseUrl\`, and its type has no default. Expected one such as 'http://127.0.0.1:11434/v1'.`;
    problems.push(problemAt(settings, ['providers', id], message));
  }
  if (type.optionsSchema === undefined || missing.length > 0) return problems;
  const ofOptions = problemsBy(`provider type "${named}"`, settings, path, type.optionsSchema, options);
  if (ofOptions.length > 0) return [...problems, ...ofOptions];
  const faults = baseUrl === undefined ? (found?.faults ?? []) : [];
  return [
    ...problems,
    ...faults.map(({ option, fault }) => {
      const written =
        option in options ? [...path, option] : Object.keys(options).length > 0 ? path : path.slice(0, -1);
      return problemAt(settings, written, `\`${[...path, option].join('.')}\` ${fault}.`);
    }),
  ];
};

/** @throws ChainError `plugin_failed` if the schema of `owner` is not a JSON Schema */
const problemsBy = (
  owner: string,
  ...[settings, path, schema, options]: Parameters<typeof problemsOfOptions>
): Problem[] => {
  try {
    return problemsOfOptions(settings, path, schema, options);
  } catch (cause) {
    const message = `The optionsSchema of ${owner} is not a valid JSON Schema: ${(cause as Error).message}.`;
    throw new ChainError('plugin_failed', message, { cause });
  }
};

/**
 * Refuses a plugin that cannot be loaded.
 * @throws InvalidConfiguration with its place in the configuration; `error` itself for a plugin of `--plugins`
 */
export const refusePlugin = (settings: Settings, error: Error, { path, use }: PluginChoice): never => {
  if (path === undefined) throw error;
  const bare = !use.includes('/') && !use.includes('\\') ? ' A path begins with ./ or ../.' : '';
  const at = path.at(-1) === 'options' ? path.slice(0, -1) : path;
  throw new InvalidConfiguration([problemAt(settings, at, `${error.message}${bare}`)]);
};

/**
 * Checks the options of a plugin against its own schema.
 * @throws InvalidConfiguration for a plugin of the configuration, ChainError `plugin_failed` for one of `--plugins`
 */
export const checkPluginOptions = (settings: Settings, plugin: string, schema: object, choice: PluginChoice): void => {
  const problems = problemsBy(`plugin "${plugin}"`, settings, choice.path ?? [], schema, choice.options);
  if (problems.length === 0) return;
  if (choice.path !== undefined) throw new InvalidConfiguration(problems);
  const what = problems.map(({ message }) => message).join(' ');
  throw new ChainError(
    'plugin_failed',
    `Plugin "${plugin}" needs options, which --plugins cannot pass. Add it to "plugins" in the configuration. ${what}`,
  );
};
