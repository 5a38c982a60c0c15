import { inBatches } from './batch.js';
import {
  type Announcement,
  type Channel,
  type FromPrimary,
  type FromWorker,
  ROLE_VARIABLE,
  type WorkerRole,
} from './messages.js';

/** The role of this process if it is a worker. Call it once, at the start: the variable is then gone, so that nothing inherits it. */
export const takeRole = (): WorkerRole | undefined => {
  const text = process.env[ROLE_VARIABLE];
  delete process.env[ROLE_VARIABLE];
  return text === undefined || process.send === undefined ? undefined : (JSON.parse(text) as WorkerRole);
};

/** The connection of this worker to the primary process. */
export const channelToPrimary = (): Channel<FromWorker, FromPrimary> => ({
  send: inBatches((messages) => {
    // Without the primary process, this one ends.
    if (process.connected) process.send?.(messages, undefined, undefined, () => {});
  }),
  onMessage: (listener) =>
    void process.on('message', (messages: readonly FromPrimary[]) => {
      for (const message of messages) listener(message);
    }),
});

/** What the primary process asks a worker to do. */
export interface WorkerOrders {
  announce(announcement: Announcement): void;
  reload(): void;
  stop(): void;
}

/**
 * Obeys the primary process alone. Signals may reach every process of a terminal or a service: SIGTERM makes this worker drain
 * too, and the others are left to the primary process.
 */
export const obey = (channel: Channel<FromWorker, FromPrimary>, orders: WorkerOrders): void => {
  channel.onMessage((message) => {
    if (message.kind === 'announce') orders.announce(message.announcement);
    else if (message.kind === 'reload') orders.reload();
    else if (message.kind === 'stop') orders.stop();
  });
  process.on('SIGTERM', orders.stop);
};

/** Signals that the primary process receives too. */
export const ignoreSignals = (): void => {
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
};
