import type { PluginsReply, PluginView, PluginWritten, Saved } from '../../../../src/contract/admin-configuration.js';
import { ApiError, call } from '../server/client.js';
import { type Held, save } from '../server/saving.js';

/** What is written down of a plugin, without how it fares. */
interface PluginAsWritten {
  readonly enabled: boolean;
  readonly options: PluginView['options'];
}

/** What stays the same when it is switched off: then nobody knows what it calls itself. */
export const idOf = ({ use, name }: PluginView): string => use ?? name;

const held = ({ revision, plugins }: PluginsReply, id: string): Held<PluginAsWritten> => {
  const plugin = plugins.find((each) => idOf(each) === id);
  const value = plugin === undefined ? undefined : { enabled: plugin.enabled, options: plugin.options };
  return { revision, value };
};

/** Gives a plugin options, or switches it, starting from how it was read. @throws ConflictError · ApiError */
export const savePlugin = (from: PluginsReply, id: string, written: PluginWritten): Promise<Saved> =>
  save('PUT /plugins/:name', { params: { name: id }, body: written }, held(from, id), async () =>
    held(await call('GET /plugins'), id),
  );

/** It can be switched here: who gave it otherwise takes it away. */
export const isSwitchable = ({ givenBy }: PluginView): boolean => givenBy === undefined;

/** It takes options, as far as is known. */
export const takesOptions = ({ builtIn, givenBy, optionsSchema, options }: PluginView): boolean =>
  givenBy !== 'program' && (optionsSchema !== undefined || !builtIn || Object.keys(options).length > 0);

const AT_OPTION = /^`plugins\[\d+\]\.options\.([^`.[]+)[^`]*` (.*)$/s;

/** What a refusal says of single options, by option. Empty where it says something else, or something more. */
export const problemsOfOptions = (error: unknown): Readonly<Record<string, string>> => {
  if (!(error instanceof ApiError) || error.code !== 'invalid_configuration') return {};
  const lines = error.message.split('\n').map((line) => AT_OPTION.exec(line));
  if (lines.some((line) => line === null)) return {};
  return Object.fromEntries(lines.map((line) => [line?.[1], `It ${line?.[2]}`]));
};
