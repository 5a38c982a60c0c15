import type { buildConnector as Build } from 'undici';
import { PatientTimer } from './patient-timer.js';
import { buildConnector, errors } from './undici.js';

/** Makes connections, each within this time, TLS included. */
export const createConnector = (timeoutMs: number): Build.connector => {
  const connect = buildConnector({ timeout: 0 });
  return (options, callback) => {
    const timer = new PatientTimer(() => {
      socket.destroy(new errors.ConnectTimeoutError(`no connection within ${timeoutMs / 1000} s`));
    });
    timer.set(performance.now() + timeoutMs);
    // Its types leave the result out.
    const socket = connect(options, (...result) => {
      timer.clear();
      callback(...result);
    }) as unknown as { destroy(cause: Error): void };
  };
};
