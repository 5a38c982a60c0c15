import { App } from '../../app.js';
import { watchEventLoop } from '../../host/event-loop.js';
import { openLog } from '../../logging/process-log.js';
import { Secrets } from '../../secrets.js';
import { WorkerLink } from '../../workers/link.js';
import type { WorkerRole } from '../../workers/messages.js';
import { UnitClient } from '../../workers/unit-client.js';
import { markAlike } from '../../workers/whole-lines.js';
import { channelToPrimary, ignoreSignals, obey } from '../../workers/worker.js';
import { guardProcess } from '../guard-process.js';
import { type CommandLine, optionsToFind, pluginPaths } from '../options.js';
import { announce } from './announce.js';
import { closeApp, listen, openFile, type Running } from './serving.js';
import { watchPlugins } from './watch-plugins.js';

/** Runs the proxy in a worker process until the primary process stops it. */
export const startWorker = async (line: CommandLine, role: WorkerRole): Promise<void> => {
  ignoreSignals();
  const secrets = new Secrets();
  const log = openLog(1, secrets, { ...role, mark: markAlike });
  const running: Running = {};
  let isStopping = false;
  const channel = channelToPrimary();
  const workers = new WorkerLink(role.number, role.writes, channel);
  const unitStore = new UnitClient(channel);
  obey(channel, {
    announce: ({ isAdminKeyNew, address }) => {
      if (running.app !== undefined)
        announce(address, running.app, log, { isAdminKeyNew, options: optionsToFind(line) });
    },
    reload: () =>
      void store.renew('The configuration was read again').catch((cause: Error) => log.error(cause.message)),
    stop: () => {
      if (running.app === undefined) process.exit(0);
      if (isStopping) return;
      isStopping = true;
      // What plugins opened would keep the process alive.
      void closeApp(running.app, log).then(() => process.exit());
    },
  });
  guardProcess(log, secrets, () => running.app?.runtime.host);
  const store = openFile(line, log);
  log.configure(store.current.server.log);
  store.onChange(({ server }) => log.configure(server.log));
  try {
    const app = await App.create({ store, plugins: pluginPaths(line), log, secrets, workers, unitStore });
    running.app = app;
    channel.send({ kind: 'ready', address: await listen(app, role) });
    watchEventLoop(log);
    if (line.options.watch) watchPlugins(app, log);
  } catch (error) {
    if (error instanceof Error) error.message = secrets.mask(error.message);
    await running.app?.close(0);
    process.exitCode = 1;
    // The channel to the primary process would keep this one alive.
    setImmediate(() => process.exit());
    throw error;
  }
};
