import { dirname, isAbsolute, relative } from 'node:path';
import type { Change } from '../../config/source/change.js';
import type { PluginsReply, PluginView, PluginWritten } from '../../contract/admin-configuration.js';
import type { FullPlugin, Plugin } from '../../contract/config.js';
import type { HostedPlugin } from '../../host/host.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { AdminParts, Running } from '../parts.js';
import { writtenIn } from './changes.js';
import { shown, unmaskedOptions } from './mask.js';

/** Every plugin, those that are switched off too, with what it adds and what its taps did wrong. */
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
    // One that is off was not loaded, and nobody knows what it calls itself.
    name: entry !== undefined && hosted.name === hosted.choice?.use ? fullOf(entry).use : hosted.name,
    builtIn: hosted.builtIn,
    enabled: hosted.choice?.enabled ?? true,
    ...(entry === undefined ? {} : { use: fullOf(entry).use }),
    ...(entry !== undefined || hosted.builtIn ? {} : { givenBy: giverOf(hosted) }),
    options: shown(entry === undefined ? {} : (fullOf(entry).options ?? {}), ['options']) as Record<string, unknown>,
    ...(hosted.optionsSchema === undefined ? {} : { optionsSchema: hosted.optionsSchema }),
    adds: host.addedBy(hosted.name),
    errors: faults.reduce((sum, { count }) => sum + count, 0),
    ...(last === undefined ? {} : { lastError: { where: last.hook, message: last.last, at: last.at } }),
  };
};

const giverOf = ({ choice }: HostedPlugin) => (choice?.plugin === undefined ? 'option' : 'program');

const fullOf = (entry: Plugin): FullPlugin => (typeof entry === 'string' ? { use: entry } : entry);

/** Where the configuration names it; -1 for a built-in that it does not name, and for one of `--plugins`. */
const indexOf = ({ choice }: HostedPlugin): number => (choice?.path === undefined ? -1 : Number(choice.path[1]));

const entryOf = (hosted: HostedPlugin, written: readonly Plugin[]): Plugin | undefined => written[indexOf(hosted)];

/**
 * What gives a plugin options or switches it on or off. `name` is as it calls itself, or as the configuration names it.
 * @throws ChainError `not_found`, `invalid_request` for what cannot be set here
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
 * How the configuration will name a plugin that it does not name yet.
 * @throws ChainError `invalid_request` for one of a program's own, and where one of `--plugins` is to be switched off
 */
const useOf = ({ settings }: Running, hosted: HostedPlugin, { enabled }: PluginWritten): string => {
  const { name, builtIn, choice } = hosted;
  if (builtIn || choice === undefined) return name;
  if (giverOf(hosted) === 'program') {
    throw new ChainError(
      'invalid_request',
      `${name} was given by the program that runs 429chain, and can only be set there.`,
    );
  }
  if (enabled === false) {
    throw new ChainError('invalid_request', `${name} was given by --plugins. To switch it off, start without that.`);
  }
  if (!isAbsolute(choice.use)) return choice.use;
  const path = relative(settings.file === undefined ? process.cwd() : dirname(settings.file), choice.use);
  return path.startsWith('..') || isAbsolute(path) ? path : `./${path}`;
};

/** What is absent in `given` stays as it is. */
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
