import type { PluginsReply, PluginView, PluginWritten, Saved } from '../../../../src/contract/admin-configuration.js';
import { hasWords, searchWords } from '../search-words.js';
import { ApiError, call } from '../server/client.js';
import { type Held, save } from '../server/saving.js';

/** A plugin as written, without its live state. */
interface PluginAsWritten {
  readonly enabled: boolean;
  readonly options: PluginView['options'];
}

/** An id that stays the same when the plugin is disabled: its own name is unknown then. */
export const idOf = ({ use, name }: PluginView): string => use ?? name;

const held = ({ revision, plugins }: PluginsReply, id: string): Held<PluginAsWritten> => {
  const plugin = plugins.find((each) => idOf(each) === id);
  const value = plugin === undefined ? undefined : { enabled: plugin.enabled, options: plugin.options };
  return { revision, value };
};

/** Sets the options of a plugin, or enables or disables it, starting from the version that was read. @throws ConflictError · ApiError */
export const savePlugin = (from: PluginsReply, id: string, written: PluginWritten): Promise<Saved> =>
  save('PUT /plugins/:name', { params: { name: id }, body: written }, held(from, id), async () =>
    held(await call('GET /plugins'), id),
  );

/** The admin can disable it: it is not passed by an option or by the embedding program. */
export const isSwitchable = ({ givenBy }: PluginView): boolean => givenBy === undefined;

/** The plugin has options, as far as known. */
export const takesOptions = ({ builtIn, givenBy, optionsSchema, options }: PluginView): boolean =>
  givenBy !== 'program' && (optionsSchema !== undefined || !builtIn || Object.keys(options).length > 0);

const AT_OPTION = /^`plugins\[\d+\]\.options\.([^`.[]+)[^`]*` (.*)$/s;

/** The problems of an error by option. Empty if the error has other problems too. */
export const problemsOfOptions = (error: unknown): Readonly<Record<string, string>> => {
  if (!(error instanceof ApiError) || error.code !== 'invalid_configuration') return {};
  const lines = error.message.split('\n').map((line) => AT_OPTION.exec(line));
  if (lines.some((line) => line === null)) return {};
  return Object.fromEntries(lines.map((line) => [line?.[1], `It ${line?.[2]}`]));
};

/** What the rest of 429chain loses without a plugin. */
export interface PluginLoss {
  /** The providers of its types. 429chain does not save a configuration that lacks their types. */
  readonly providers: readonly string[];
  /** Further consequences, each as a sentence. */
  readonly consequences: readonly string[];
}

const PROVIDER_TYPE = 'provider type ';
const PROTOCOL = /^protocol \S+ at (\S+)$/;
const ROUTE = /^route (.+)$/;

/** What follows from the loss of what a plugin adds, or of a plugin with this name. */
const CONSEQUENCES: Readonly<Record<string, string>> = {
  'request log': 'The pages Requests and Usage stay empty, and the playground has no figures of the log.',
  'hook onRateLimitHeaders': 'Limits in the headers of answers are read without it: providers may be called too often.',
  'hook onError': 'Failures of providers are read without it.',
  'hook beforeAttempt': 'It no longer decides which targets are skipped.',
  'manual-limits': 'Limits of the configuration no longer count: providers may be called too often.',
};

/** What needs a plugin. */
export const lossOf = (
  { name, builtIn, adds }: PluginView,
  providers: readonly { readonly id: string; readonly type: string }[],
): PluginLoss => {
  const types = new Set(
    adds.filter((each) => each.startsWith(PROVIDER_TYPE)).map((each) => each.slice(PROVIDER_TYPE.length)),
  );
  const paths = adds.flatMap((each) => PROTOCOL.exec(each)?.[1] ?? ROUTE.exec(each)?.[1] ?? []);
  return {
    providers: providers.filter(({ type }) => types.has(type)).map(({ id }) => id),
    consequences: [
      ...[...adds, ...(builtIn ? [name] : [])].flatMap((each) => CONSEQUENCES[each] ?? []),
      ...(paths.length === 0 ? [] : [`Programs no longer get an answer at ${paths.join(', ')}.`]),
    ],
  };
};

/** The plugins that have every word of `search` in their name, path, description or in what they add. */
export const matchingPlugins = (plugins: readonly PluginView[], search: string): readonly PluginView[] => {
  const words = searchWords(search);
  return plugins.filter(({ name, use = '', description = '', adds }) => {
    return hasWords([name, use, description, ...adds].join(' '), words);
  });
};
