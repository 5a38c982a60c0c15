import { wordsOf } from '../host/checks/words.js';
import type { Host } from '../host/host.js';
import { loadedPlugins, stackOf } from '../host/plugin-files.js';
import { blamePlugin, guardEvents, refuseExits, traceMicrotasks } from '../host/process-guard.js';
import type { Log } from '../log.js';
import type { Secrets } from '../secrets.js';

/**
 * Keeps plugins from ending the process: their errors that nothing catches are logged and counted, and they cannot call
 * `process.exit`. A promise of 429chain's own that is rejected and not awaited is logged, and the process goes on. Any
 * other error of its own ends it, since the code that threw was interrupted half-way.
 */
export const guardProcess = (log: Log, secrets: Secrets, host: () => Host | undefined): void => {
  const sink = { log, host, mask: (text: string) => secrets.mask(text) };
  const onException = (error: unknown): void => {
    if (blamePlugin(error, sink)) return;
    const plugins = loadedPlugins();
    if (stackOf(error) === '' && plugins.length > 0) {
      // 429chain and Node throw errors only.
      log.error(`429chain goes on after an error of a plugin (one of ${plugins.join(', ')}): ${wordsOf(error)}`);
      return;
    }
    // Node would print the error with any key in it.
    log.error(`429chain crashed: ${stackOf(error) || wordsOf(error)}`);
    process.exit(1);
  };
  const onRejection = (reason: unknown): void => {
    if (blamePlugin(reason, sink)) return;
    log.error(`429chain goes on after an error: ${stackOf(reason) || wordsOf(reason)}`);
  };
  process.on('uncaughtException', onException).on('unhandledRejection', onRejection);
  // A plugin may remove all listeners.
  process.on('removeListener', (event, listener) => {
    if (listener === onException || listener === onRejection) process.prependListener(event, listener);
  });
  guardEvents(sink);
  traceMicrotasks(sink);
  refuseExits(sink);
};
