import { App } from '../../app.js';
import type { DemoWorld } from '../../demo/world.js';
import { watchEventLoop } from '../../host/event-loop.js';
import type { Log } from '../../log.js';
import { openLog, type ProcessLog } from '../../logging/process-log.js';
import { Secrets } from '../../secrets.js';
import { takeRole } from '../../workers/worker.js';
import { demoStore } from '../demo-store.js';
import { endDespitePlugins } from '../end-despite-plugins.js';
import { guardProcess } from '../guard-process.js';
import { type CommandLine, optionsToFind, pluginPaths, workersOf } from '../options.js';
import { createConfiguration } from '../setup/create-configuration.js';
import { chooseFirstStart } from '../setup/first-start.js';
import { announce } from '../start/announce.js';
import { reloadOnHangup } from '../start/reload-on-hangup.js';
import { addressOf, closeApp, listen, openFile, type Running, takeFolder } from '../start/serving.js';
import { endAtOnce } from '../start/signals.js';
import { watchPlugins } from '../start/watch-plugins.js';

/**
 * Runs the proxy until Ctrl-C or SIGTERM. The first signal drains requests in flight, a second one ends it at once. SIGHUP
 * reads the configuration again. On a terminal without a configuration, asks how to begin. With `--workers`, this process starts
 * others, which run this function too.
 */
export const start = async (given: CommandLine): Promise<void> => {
  const role = takeRole();
  if (role !== undefined) return (await import('../start/worker.js')).startWorker(given, role);
  const line = await chooseFirstStart(given);
  const count = workersOf(line);
  if (count > 1) return (await import('../start/primary.js')).startWorkers(line, count, (log) => create(line, log));
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

/** Writes a first configuration if `--create` asks for it. @returns whether it has a new admin key */
const create = (line: CommandLine, log: Log): boolean =>
  line.options.create === true && createConfiguration(line, process.env, log);

const serve = async (
  line: CommandLine,
  world: DemoWorld | undefined,
  log: ProcessLog,
  secrets: Secrets,
  running: Running,
): Promise<void> => {
  const isAdminKeyNew = world === undefined && create(line, log);
  const store = world === undefined ? openFile(line, log) : demoStore(world, line, log);
  log.configure(store.current.server.log);
  const unlock = await takeFolder(store.current);
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
    void closeApp(app, log)
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
    announce(await listen(app, addressOf(app.runtime.settings, line)), app, log, {
      isAdminKeyNew,
      options: optionsToFind(line),
    });
    watchEventLoop(log);
    if (line.options.watch) watchPlugins(app, log);
  } catch (error) {
    await app.close(0);
    unlock();
    throw error;
  }
};
