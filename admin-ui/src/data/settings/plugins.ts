import type { PluginsReply, PluginView, PluginWritten, Saved } from '../../../../src/contract/admin-configuration.js';
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
