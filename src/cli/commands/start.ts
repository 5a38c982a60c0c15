import { App } from '../../app.js';
import { isLoopback } from '../../config/loopback.js';
import { openStore, type SettingsStore } from '../../config/source/store.js';
import { type DemoWorld, startDemo } from '../../demo/world.js';
import { openLog, type ProcessLog } from '../../logging/process-log.js';
import { Secrets } from '../../secrets.js';
import { demoStore } from '../demo-store.js';
import { type CommandLine, configurationFile, pluginPaths, portOf } from '../options.js';
import { createConfiguration } from '../setup/create-configuration.js';
import { chooseBeginning } from '../setup/first-start.js';
import { announce } from '../start/announce.js';
import { holdFolder } from '../start/folder-lock.js';
import { watchPlugins } from '../start/watch-plugins.js';
import { whyNotWritable } from '../start/writable-folder.js';
import { CommandError } from '../terminal/command-error.js';

/** Runs the proxy, after asking how to begin where nothing is configured, until Ctrl-C or SIGTERM; the first one drains, a second one ends it at once. */
export const start = async (asked: CommandLine): Promise<void> => {
  const line = await chooseBeginning(asked);
  const secrets = new Secrets();
  const log = openLog(1, secrets);
  // Node would print the error itself, with whatever key stands in it.
  process.on('uncaughtException', (error: Error | null) => {
    log.error(`429chain ends: ${error?.stack ?? error}`);
    process.exit(1);
  });
  const world = line.options.demo ? await startDemo() : undefined;
  try {
    await serve(line, world, log, secrets);
  } catch (error) {
    await world?.close();
    if (error instanceof Error) error.message = secrets.mask(error.message);
    throw error;
  }
};

const serve = async (
  line: CommandLine,
  world: DemoWorld | undefined,
  log: ProcessLog,
  secrets: Secrets,
): Promise<void> => {
  const isFirst = world === undefined && line.options.create === true && createConfiguration(line, process.env, log);
  const store = world === undefined ? openFile(line, log) : demoStore(world, line, log);
  log.configure(store.current.server.log);
  const { dataDir } = store.current;
  const why = whyNotWritable(dataDir);
  if (why !== undefined) throw new CommandError(`Nothing can be kept in the data folder ${dataDir}.\n${why}`);
  const letGo = await holdFolder(dataDir);
  store.onChange(({ server }) => log.configure(server.log));
  const app = await App.create({ store, plugins: pluginPaths(line), log, secrets });
  const stop = (): void => {
    process.once('SIGINT', () => process.exit(130));
    process.once('SIGTERM', () => process.exit(143));
    log.info('Stopping: requests in flight may end. Press Ctrl-C again to stop at once.');
    void app
      .close()
      .then(letGo)
      .then(() => world?.close());
  };
  // Before anybody is told that it runs: whoever reads that may end it at once.
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    announce(await listen(app, line), app, log, isFirst);
    if (line.options.watch) watchPlugins(app, log);
  } catch (error) {
    await app.close(0);
    letGo();
    throw error;
  }
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
    if (line.options.demo)
      throw new CommandError(
        `The demo has no keys of its own for others, so that it listens on this machine alone: --host ${host} would let everybody in.`,
      );
    throw new CommandError(
      `--host ${host} would let everybody in: write down server.apiKeys in the configuration first, such as\n  server: { apiKeys: ['\${CHAIN_API_KEY}'] }\nand a key as CHAIN_API_KEY in the environment or in .env; \`openssl rand -hex 24\` makes one.`,
    );
  }
  try {
    return await app.listen({ host, port });
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    throw new CommandError(`429chain cannot listen on ${host}:${port}: ${REASONS[code] ?? message}.`);
  }
};

const openFile = (line: CommandLine, log: ProcessLog): SettingsStore =>
  openStore(configurationFile(line), { env: process.env, log, dataDir: line.options['data-dir'] });
