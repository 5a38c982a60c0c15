import { App } from '../../app.js';
import { isLoopback } from '../../config/loopback.js';
import { openStore, type SettingsStore } from '../../config/source/store.js';
import type { DemoWorld } from '../../demo/world.js';
import { watchEventLoop } from '../../host/event-loop.js';
import { openLog, type ProcessLog } from '../../logging/process-log.js';
import { Secrets } from '../../secrets.js';
import { demoStore } from '../demo-store.js';
import { endDespitePlugins } from '../end-despite-plugins.js';
import { guardProcess } from '../guard-process.js';
import { type CommandLine, configurationFile, optionsToFind, pluginPaths, portOf } from '../options.js';
import { createConfiguration } from '../setup/create-configuration.js';
import { chooseFirstStart } from '../setup/first-start.js';
import { announce } from '../start/announce.js';
import { lockFolder } from '../start/folder-lock.js';
import { reloadOnHangup } from '../start/reload-on-hangup.js';
import { watchPlugins } from '../start/watch-plugins.js';
import { whyNotWritable } from '../start/writable-folder.js';
import { CommandError } from '../terminal/command-error.js';

/**
 * Runs the proxy until Ctrl-C or SIGTERM. The first signal drains requests in flight, a second one ends it at once. SIGHUP
 * reads the configuration again. On a terminal without a configuration, asks how to begin.
 */
export const start = async (given: CommandLine): Promise<void> => {
  const line = await chooseFirstStart(given);
  const secrets = new Secrets();
  const log = openLog(1, secrets);
  const running: Running = {};
  guardProcess(log, secrets, () => running.app?.runtime.host);
  const world = line.options.demo ? await (await import('../../demo/world.js')).startDemo() : undefined;
  try {
    await serve(line, world, log, secrets, running);
  } catch (error) {
    await world?.close();
    if (error instanceof Error) error.message = secrets.mask(error.message);
    throw error;
  }
};

interface Running {
  /** Absent until the first configuration is in force. */
  app?: App;
}

const serve = async (
  line: CommandLine,
  world: DemoWorld | undefined,
  log: ProcessLog,
  secrets: Secrets,
  running: Running,
): Promise<void> => {
  const isAdminKeyNew =
    world === undefined && line.options.create === true && createConfiguration(line, process.env, log);
  const store = world === undefined ? openFile(line, log) : demoStore(world, line, log);
  log.configure(store.current.server.log);
  const { dataDir } = store.current;
  const why = whyNotWritable(dataDir);
  if (why !== undefined) throw new CommandError(`Cannot write to the data folder ${dataDir}.\n${why}`);
  const unlock = await lockFolder(dataDir);
  store.onChange(({ server }) => log.configure(server.log));
  // A plugin that listens for signals would keep them from ending the start.
  const atStart = endAtOnce();
  const app = await App.create({ store, plugins: pluginPaths(line), log, secrets });
  running.app = app;
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    endAtOnce();
    log.info('Stopping: waiting for requests in flight. Press Ctrl-C again to stop at once.');
    void close(app, log)
      .then(unlock)
      .then(() => world?.close())
      .then(() => endDespitePlugins((sentence) => log.warn(sentence)));
  };
  // Before the announcement: a caller that reads it may send a signal at once.
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  reloadOnHangup(store, log, stop);
  atStart();
  try {
    announce(await listen(app, line), app, log, { isAdminKeyNew, options: optionsToFind(line) });
    watchEventLoop(log);
    if (line.options.watch) watchPlugins(app, log);
  } catch (error) {
    await app.close(0);
    unlock();
    throw error;
  }
};

/** Lets signals end the process at once. @returns a function that ends this */
const endAtOnce = (): (() => void) => {
  const interrupted = (): void => process.exit(130);
  const terminated = (): void => process.exit(143);
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', terminated);
  return () => {
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', terminated);
  };
};

const close = async (app: App, log: ProcessLog): Promise<void> => {
  try {
    await app.close();
  } catch (cause) {
    log.error(`429chain could not stop cleanly: ${(cause as Error).stack}`);
    process.exitCode = 1;
  }
};

/** The reasons why listening fails, by error code. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there. --port 0 uses any free port',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'permission denied. Ports from 1024 up need no privileges',
  ENOTFOUND: 'the host is unknown',
};

const listen = async (app: App, line: CommandLine): Promise<string> => {
  const { server } = app.runtime.settings;
  const host = line.options.host ?? server.host;
  const port = portOf(line) ?? server.port;
  if (!isLoopback(host) && server.apiKeys.length === 0) {
    if (line.options.demo)
      throw new CommandError(
        `The demo has no client keys and must not be reachable from other machines, as --host ${host} would make it.`,
      );
    throw new CommandError(
      `With --host ${host}, other machines could use 429chain without a key. Add server.apiKeys to the configuration first:\n  server: { apiKeys: ['\${CHAIN_API_KEY}'] }\nThen set CHAIN_API_KEY in the environment or in .env. \`openssl rand -hex 24\` generates a key.`,
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
