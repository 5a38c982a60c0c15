import { join } from 'node:path';
import { App } from '../app.js';
import { isLoopback } from '../config/loopback.js';
import { fixedStore, openStore, type SettingsStore } from '../config/store.js';
import { type DemoWorld, startDemo } from '../demo/world.js';
import { consoleLog } from '../log.js';
import { CommandError } from './command-error.js';
import { demoSettings } from './demo-settings.js';
import { type CommandLine, configurationFile, pluginPaths, portOf } from './options.js';

/** Runs the proxy until Ctrl-C or SIGTERM; the first one drains, a second one ends it at once. */
export const start = async (line: CommandLine): Promise<void> => {
  const world = line.options.demo ? await startDemo() : undefined;
  try {
    await serve(line, world);
  } catch (error) {
    await world?.close();
    throw error;
  }
};

const serve = async (line: CommandLine, world: DemoWorld | undefined): Promise<void> => {
  const store = world === undefined ? openFile(line) : fixedStore(demoSettings(world, line));
  const app = await App.create({ store, plugins: pluginPaths(line), log: consoleLog });
  try {
    console.log(banner(await listen(app, line), app));
  } catch (error) {
    await app.close(0);
    throw error;
  }
  const stop = (): void => {
    process.once('SIGINT', () => process.exit(130));
    process.once('SIGTERM', () => process.exit(143));
    console.error('Stopping: requests in flight may end. Press Ctrl-C again to stop at once.');
    void app.close().then(() => world?.close());
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
};

/** Why nothing can listen there. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something listens there already. --port 0 takes any free port',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user may not. Ports from 1024 on are free for all',
  ENOTFOUND: 'there is no such host',
};

const listen = async (app: App, line: CommandLine): Promise<string> => {
  const { server } = app.runtime.settings;
  const host = line.options.host ?? server.host;
  const port = portOf(line) ?? server.port;
  if (!isLoopback(host) && server.apiKeys.length === 0) {
    throw new CommandError(
      `--host ${host} would let everybody in: write down server.apiKeys in the configuration first.`,
    );
  }
  try {
    return await app.listen({ host, port });
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    throw new CommandError(`429chain cannot listen on ${host}:${port}: ${REASONS[code] ?? message}.`);
  }
};

const openFile = (line: CommandLine): SettingsStore =>
  openStore(configurationFile(line), { env: process.env, log: consoleLog, dataDir: line.options['data-dir'] });

const banner = (address: string, { runtime }: App): string => {
  const { settings } = runtime;
  const [key = ''] = runtime.apiKeys;
  const own = settings.server.apiKeys.length === 0;
  const chains = runtime.chains.all.map(
    ({ name, targets }) =>
      `  ${name}\n${targets.map((target) => `    ${target.id}${target.unusable === undefined ? '' : `  (${target.unusable.state}: ${target.unusable.reason})`}`).join('\n')}`,
  );
  return [
    `429chain listens on ${address}/v1`,
    ...(own ? [`API key: ${key}   (made for you, kept in ${settings.dataDir})`] : []),
    `Admin: ${address}/admin   (its key ${settings.server.adminKey === undefined ? `is in ${join(settings.dataDir, 'admin-key')}` : 'is server.adminKey'})`,
    'Chains',
    ...chains,
    'Try it',
    `  curl ${address}/v1/chat/completions -H 'authorization: Bearer ${own ? key : '<one of server.apiKeys>'}' -H 'content-type: application/json' \\`,
    `    -d '{"model": "${settings.defaultChain}", "messages": [{"role": "user", "content": "Hello"}]}'`,
  ].join('\n');
};
