import type { Host } from '../host/host.js';
import { blamePlugin, refuseExits } from '../host/process-guard.js';
import type { Log } from '../log.js';
import type { Secrets } from '../secrets.js';

/**
 * Keeps plugins from ending the process: their errors that nothing catches are logged and counted, and they cannot call
 * `process.exit`. A promise of 429chain's own that is rejected and not awaited is logged, and the process goes on. Any
 * other error of its own ends it, since the code that threw was interrupted half-way.
 */
export const guardProcess = (log: Log, secrets: Secrets, host: () => Host | undefined): void => {
  const sink = { log, host, mask: (text: string) => secrets.mask(text) };
  process.on('uncaughtException', (error: Error | null) => {
    if (blamePlugin(error, sink)) return;
    // Node would print the error with any key in it.
    log.error(`429chain crashed: ${error?.stack ?? error}`);
    process.exit(1);
  });
  process.on('unhandledRejection', (reason: unknown) => {
    if (blamePlugin(reason, sink)) return;
    log.error(`429chain goes on after an error: ${reason instanceof Error ? reason.stack : String(reason)}`);
  });
  refuseExits(sink);
};
