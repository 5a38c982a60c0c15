import { closeSync, openSync } from 'node:fs';
import type { SettingsStore } from '../../config/source/store.js';
import type { Log } from '../../log.js';

/**
 * Reads the configuration again at each SIGHUP, as `systemctl reload` sends it. A configuration that cannot be used changes
 * nothing. When the terminal that 429chain runs on is closed, it sends SIGHUP too: `stop` is called then.
 */
export const reloadOnHangup = (store: Pick<SettingsStore, 'renew'>, log: Log, stop: () => void): void => {
  const hasTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  // On Windows, SIGHUP always means that the console is closed.
  const hasLost = (): boolean => process.platform === 'win32' || (hasTerminal && !canOpen('/dev/tty'));
  process.on('SIGHUP', () => {
    if (hasLost()) return stop();
    log.info('SIGHUP: 429chain reads the configuration again.');
    store.renew('The configuration was read again').catch((cause: Error) => log.error(cause.message));
  });
};

const canOpen = (path: string): boolean => {
  try {
    closeSync(openSync(path, 'r'));
    return true;
  } catch {
    return false;
  }
};
