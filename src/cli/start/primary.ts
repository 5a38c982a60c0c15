import cluster from 'node:cluster';
import { isatty } from 'node:tty';
import { type Log, silentLog } from '../../log.js';
import { openLog } from '../../logging/process-log.js';
import { Secrets } from '../../secrets.js';
import { Primary } from '../../workers/primary.js';
import type { CommandLine } from '../options.js';
import { CommandError } from '../terminal/command-error.js';
import { reloadOnHangup } from './reload-on-hangup.js';
import { addressOf, openFile, takeFolder } from './serving.js';
import { endAtOnce } from './signals.js';

/**
 * Runs `count` workers until Ctrl-C or SIGTERM. This process answers no requests: it counts the units of all workers, passes on
 * their connections and messages, and writes their log.
 * @param create writes a first configuration if there is none, and tells whether it has a new admin key
 */
export const startWorkers = async (line: CommandLine, count: number, create: (log: Log) => boolean): Promise<void> => {
  if (line.options.demo) {
    throw new CommandError(
      '--workers does not go with --demo: its simulated providers live in one process. Leave out --workers.',
      2,
    );
  }
  if (!cluster.isPrimary) {
    throw new CommandError(
      'Another program, such as PM2 in cluster mode, runs 429chain as its worker. Leave out --workers, or run 429chain without that program.',
    );
  }
  const log = openLog(1, new Secrets());
  const isAdminKeyNew = create(log);
  // The workers log what is wrong with a change.
  const store = openFile(line, silentLog);
  log.configure(store.current.server.log);
  store.onChange(({ server }) => log.configure(server.log));
  const unlock = await takeFolder(store.current);
  const terminal = isatty(1);
  const primary = new Primary({
    count,
    role: { ...addressOf(store.current, line), terminal, colours: terminal && !process.env.NO_COLOR },
    isAdminKeyNew,
    log,
    write: (lines) => log.writeLines(lines),
    writeError: (lines) => void process.stderr.write(lines),
  });
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    endAtOnce(() => primary.kill());
    log.info('Stopping: waiting for requests in flight. Press Ctrl-C again to stop at once.');
    void primary.stop().then((status) => {
      unlock();
      process.exit(status);
    });
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  reloadOnHangup({ renew: async () => primary.reload() }, log, stop);
  const started = await primary.start();
  if (started.ok || isStopping) return;
  unlock();
  await store.close();
  process.off('SIGINT', stop).off('SIGTERM', stop);
  // Otherwise its own words are on the error output.
  if (started.signal !== undefined) {
    throw new CommandError(`The first worker was ended by ${started.signal} before it could listen.`);
  }
  process.exitCode = started.status === 0 ? 1 : started.status;
};
