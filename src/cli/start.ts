import { App } from '../app.js';
import { parseSettings } from '../config/load.js';
import { isLoopback } from '../config/loopback.js';
import type { Settings } from '../config/settings.js';
import { fixedStore, InvalidConfiguration, openStore, type SettingsStore } from '../config/store.js';
import { startDemo } from '../demo/world.js';
import { consoleLog } from '../log.js';
import { CommandError } from './command-error.js';
import { type CommandLine, configurationFile, pluginPaths, portOf } from './options.js';

/** Runs the proxy until Ctrl-C or SIGTERM; the first one drains, a second one ends it at once. */
export const start = async (line: CommandLine): Promise<void> => {
  const world = line.options.demo ? await startDemo() : undefined;
  const store = world === undefined ? openFile(line) : demoStore(world.settings, line);
  const app = await App.create({ store, plugins: pluginPaths(line), log: consoleLog });
  const { settings } = app.runtime;
  const host = line.options.host ?? settings.server.host;
  if (!isLoopback(host) && settings.server.apiKeys.length === 0) {
    throw new CommandError(
      `--host ${host} would let everybody in: write down server.apiKeys in the configuration first.`,
    );
  }
  const address = await app.listen({ host, port: portOf(line) ?? settings.server.port });
  console.log(banner(address, app, settings));
  const stop = (): void => {
    process.once('SIGINT', () => process.exit(130));
    process.once('SIGTERM', () => process.exit(143));
    console.error('Stopping: requests in flight may end. Press Ctrl-C again to stop at once.');
    void app.close().then(() => world?.close());
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
};

const openFile = (line: CommandLine): SettingsStore =>
  openStore(configurationFile(line), { env: process.env, log: consoleLog, dataDir: line.options['data-dir'] });

const demoStore = (configuration: object, line: CommandLine): SettingsStore => {
  const parsed = parseSettings(JSON.stringify(configuration), { env: process.env, dataDir: line.options['data-dir'] });
  if (!parsed.ok) throw new InvalidConfiguration(parsed.problems);
  return fixedStore(parsed.settings);
};

const banner = (address: string, { runtime }: App, settings: Settings): string => {
  const [key = ''] = runtime.apiKeys;
  const own = settings.server.apiKeys.length === 0;
  const chains = runtime.chains.all.map(
    ({ name, targets }) =>
      `  ${name}\n${targets.map((target) => `    ${target.id}${target.unusable === undefined ? '' : `  (${target.unusable.state}: ${target.unusable.reason})`}`).join('\n')}`,
  );
  return [
    `429chain listens on ${address}/v1`,
    ...(own ? [`API key: ${key}   (made for you, kept in ${settings.dataDir})`] : []),
    'Chains',
    ...chains,
    'Try it',
    `  curl ${address}/v1/chat/completions -H 'authorization: Bearer ${own ? key : '$YOUR_API_KEY'}' -H 'content-type: application/json' \\`,
    `    -d '{"model": "${settings.defaultChain}", "messages": [{"role": "user", "content": "Hello"}]}'`,
  ].join('\n');
};
