import type { Change } from '../config/change.js';
import type { PluginsReply, PluginView, PluginWritten } from '../contract/admin-configuration.js';
import type { FullPlugin, Plugin } from '../contract/config.js';
import type { HostedPlugin } from '../host/host.js';
import { ChainError } from '../plugin/errors.js';
import { writtenIn } from './changes.js';
import { shown, unmaskedOptions } from './mask.js';
import type { AdminParts, Running } from './parts.js';

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
    options: shown(entry === undefined ? {} : (fullOf(entry).options ?? {}), ['options']) as Record<string, unknown>,
    ...(hosted.optionsSchema === undefined ? {} : { optionsSchema: hosted.optionsSchema }),
    adds: host.addedBy(hosted.name),
    errors: faults.reduce((sum, { count }) => sum + count, 0),
    ...(last === undefined ? {} : { lastError: { where: last.hook, message: last.last, at: last.at } }),
  };
};

const fullOf = (entry: Plugin): FullPlugin => (typeof entry === 'string' ? { use: entry } : entry);

/** Where the configuration names it; -1 for a built-in that it does not name, and for one of `--plugins`. */
const indexOf = ({ choice }: HostedPlugin): number => (choice?.path === undefined ? -1 : Number(choice.path[1]));

const entryOf = (hosted: HostedPlugin, written: readonly Plugin[]): Plugin | undefined => written[indexOf(hosted)];

/**
 * What gives a plugin options or switches it on or off. `name` is as it calls itself, or as the configuration names it.
 * @throws ChainError `not_found`, `invalid_request` for one of `--plugins`
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
  if (before === undefined && !hosted.builtIn) {
    const message = `${name} was given by --plugins. To set it here, name it under "plugins" in the configuration and start without --plugins.`;
    throw new ChainError('invalid_request', message);
  }
  const entry = entryWritten(before, hosted.name, given);
  const items = before === undefined ? [...plugins, entry] : plugins.map((each) => (each === before ? entry : each));
  return { edits: [{ op: 'set', path: ['plugins'], value: items }] };
};

/** What is absent in `given` stays as it is. */
const entryWritten = (before: Plugin | undefined, name: string, given: PluginWritten): Plugin => {
  const full = before === undefined ? { use: name } : fullOf(before);
  const options = given.options === undefined ? full.options : unmaskedOptions(given.options, full.options);
  const enabled = given.enabled ?? full.enabled;
  const more = {
    ...(options === undefined || Object.keys(options).length === 0 ? {} : { options }),
    ...(enabled === undefined || (enabled && full.enabled === undefined) ? {} : { enabled }),
  };
  return Object.keys(more).length === 0 ? full.use : { use: full.use, ...more };
};
