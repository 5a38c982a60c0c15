import { createClients, loadIoredis } from '../../../plugins/redis-ledger/client.js';
import { libraryOf } from '../../../plugins/redis-ledger/library.js';
import { libraryText } from '../../../plugins/redis-ledger/library-text.js';
import { type Options, settingsOf } from '../../../plugins/redis-ledger/settings.js';
import { RedisStore } from '../../../plugins/redis-ledger/store.js';
import type { HoldRequest, UnitStoreEvent } from '../../../src/plugin/door/unit-store.js';
import { until } from '../../until.js';

/** A process that uses the store as the plugin does, and what it logged. */
export interface Process {
  readonly store: RedisStore;
  readonly lines: readonly string[];
  readonly events: readonly UnitStoreEvent[];
}

/** Processes of one test. They end with it. */
export class Stage {
  readonly #stores: RedisStore[] = [];

  async process(options: Options, { isReady = true, beatMs = 40 } = {}): Promise<Process> {
    const settings = settingsOf(options);
    const lines: string[] = [];
    const add = (message: string): void => {
      lines.push(message);
    };
    const log = { writes: () => true, debug: add, info: add, warn: add };
    const clients = createClients(loadIoredis(), settings);
    const store = new RedisStore(clients, libraryOf(libraryText()), { ...settings, log, beatMs });
    this.#stores.push(store);
    const events: UnitStoreEvent[] = [];
    store.onEvent((event) => events.push(event));
    if (isReady) await until(() => store.connected);
    return { store, lines, events };
  }

  async close(): Promise<void> {
    await Promise.all(this.#stores.splice(0).map((store) => store.close()));
  }
}

/** An attempt that needs one of so many slots. */
export const slotOf = (scope: string, limit: number): HoldRequest => ({
  target: scope,
  scopes: [{ scope, demands: [{ quota: 'concurrent', units: 1, limit, window: { kind: 'slots' } }] }],
});
