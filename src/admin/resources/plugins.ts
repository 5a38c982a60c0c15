import { dirname, isAbsolute, relative } from 'node:path';
import type { Change } from '../../config/source/change.js';
import type { PluginsReply, PluginView, PluginWritten } from '../../contract/admin-configuration.js';
import type { FullPlugin, Plugin } from '../../contract/config.js';
import type { HostedPlugin } from '../../host/host.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { AdminParts, Running } from '../parts.js';
import { writtenIn } from './changes.js';
import { publicView, unmaskedOptions } from './mask.js';

/** Every plugin, disabled ones too, with what it adds and the errors of its hooks. */
export const pluginsOf = ({ current, store }: AdminParts): PluginsReply => {
  const running = current();
  const { plugins = [] } = writtenIn(store);
  return { revision: store.revision, plugins: running.host.plugins.map((plugin) => viewOf(running, plugin, plugins)) };
};

const viewOf = ({ host }: Running, hosted: HostedPlugin, written: readonly Plugin[]): PluginView => {
  const entry = entryOf(hosted, written);
  const faults = host.faults.filter(({ plugin }) => plugin === hosted.name);
  const last = faults.toSorted((one, other) => other.at - one.at)[0];
  return {
    // A disabled plugin is not loaded, and its own name is unknown.
    name: entry !== undefined && hosted.name === hosted.choice?.use ? fullOf(entry).use : hosted.name,
    // A plugin in plain JavaScript may say anything.
    ...(typeof hosted.description === 'string' ? { description: hosted.description } : {}),
    builtIn: hosted.builtIn,
    enabled: hosted.enabled,
    ...(entry === undefined ? {} : { use: fullOf(entry).use }),
    ...(entry !== undefined || hosted.builtIn ? {} : { givenBy: giverOf(hosted) }),
    options: publicView(entry === undefined ? {} : (fullOf(entry).options ?? {}), ['options']) as Record<
      string,
      unknown
    >,
    ...(hosted.optionsSchema === undefined ? {} : { optionsSchema: hosted.optionsSchema }),
    adds: host.addedBy(hosted.name),
    errors: faults.reduce((sum, { count }) => sum + count, 0),
    ...(last === undefined ? {} : { lastError: { where: last.hook, message: last.last, at: last.at } }),
  };
};

const giverOf = ({ choice }: HostedPlugin) => (choice?.plugin === undefined ? 'option' : 'program');

const fullOf = (entry: Plugin): FullPlugin => (typeof entry === 'string' ? { use: entry } : entry);

/** Its index in the configuration; -1 for a built-in that is not listed there, and for one of `--plugins`. */
const indexOf = ({ choice }: HostedPlugin): number => (choice?.path === undefined ? -1 : Number(choice.path[1]));

const entryOf = (hosted: HostedPlugin, written: readonly Plugin[]): Plugin | undefined => written[indexOf(hosted)];

/**
 * The change that sets a plugin's options or enables or disables it. `name` is its own name or its entry in the
 * configuration.
 * @throws ChainError `not_found`, `invalid_request` for settings that the admin cannot change
 */
export const pluginChange = ({ current, store }: AdminParts, name: string, given: PluginWritten): Change => {
  const { plugins = [] } = writtenIn(store);
  const hosted = current().host.plugins.find((plugin) => {
    const entry = entryOf(plugin, plugins);
    return plugin.name === name || (entry !== undefined && fullOf(entry).use === name);
  });
  if (hosted === undefined) {
    throw new ChainError('not_found', `There is no plugin "${name}". GET /admin/api/plugins lists them.`);
  }
  const before = entryOf(hosted, plugins);
  const entry = entryWritten(before ?? useOf(current(), hosted, given), given);
  const items = before === undefined ? [...plugins, entry] : plugins.map((each) => (each === before ? entry : each));
  return { edits: [{ op: 'set', path: ['plugins'], value: items }] };
};

/**
 * The configuration entry for a plugin that is not listed there.
 * @throws ChainError `invalid_request` for a plugin that the embedding program passes, and to disable one of `--plugins`
 */
const useOf = ({ settings }: Running, hosted: HostedPlugin, { enabled }: PluginWritten): string => {
  const { name, builtIn, choice } = hosted;
  if (builtIn || choice === undefined) return name;
  if (giverOf(hosted) === 'program') {
    throw new ChainError(
      'invalid_request',
      `The program that runs 429chain passes the plugin ${name}. Change it there.`,
    );
  }
  if (enabled === false) {
    throw new ChainError(
      'invalid_request',
      `--plugins loads the plugin ${name}. To disable it, start 429chain without that plugin.`,
    );
  }
  if (!isAbsolute(choice.use)) return choice.use;
  const path = relative(settings.file === undefined ? process.cwd() : dirname(settings.file), choice.use);
  return path.startsWith('..') || isAbsolute(path) ? path : `./${path}`;
};

/** Fields that are absent in `given` stay as they are. */
const entryWritten = (before: Plugin, given: PluginWritten): Plugin => {
  const full = fullOf(before);
  const options = given.options === undefined ? full.options : unmaskedOptions(given.options, full.options);
  const enabled = given.enabled ?? full.enabled;
  const more = {
    ...(options === undefined || Object.keys(options).length === 0 ? {} : { options }),
    ...(enabled === undefined || (enabled && full.enabled === undefined) ? {} : { enabled }),
  };
  return Object.keys(more).length === 0 ? full.use : { use: full.use, ...more };
};
