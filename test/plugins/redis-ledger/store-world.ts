import { Redis } from 'ioredis';
import { libraryOf } from '../../../plugins/redis-ledger/library.js';
import { libraryText } from '../../../plugins/redis-ledger/library-text.js';
import { RedisStore } from '../../../plugins/redis-ledger/store.js';
import type { RedisServer } from '../../redis.js';
import { TurningClock } from '../../turning-clock.js';

const SILENT = { writes: () => true, debug: () => {}, info: () => {}, warn: () => {} };

/** The library with a clock that a test turns: the line that reads TIME reads this key instead. */
const CLOCK = '{429chain}:clock';
const timedText = (): string => {
  const text = libraryText();
  const timed = text.replace(
    /^local function clock\(\) .*$/m,
    `local function clock() return tonumber(redis.call('GET', '${CLOCK}')) end`,
  );
  if (timed === text) throw new Error('units.lua has no line that reads TIME.');
  return timed;
};

/** Two stores in one server, whose calls arrive in the order in which they are made, and their clock. */
export class StoreWorld {
  readonly store: RedisStore;
  readonly other: RedisStore;
  readonly #clock = new TurningClock();
  readonly #clients: readonly Redis[];
  readonly #commands: Redis;

  constructor(server: RedisServer) {
    const options = { host: '127.0.0.1', port: server.port };
    const [commands, one, another] = [new Redis(options), new Redis(options), new Redis(options)];
    this.#commands = commands;
    this.#clients = [commands, one, another];
    this.turn(0);
    const settings = { name: server.url, prefix: '429chain', timeoutMs: 5_000, log: SILENT, beatMs: 3_600_000 };
    const library = libraryOf(timedText());
    this.store = new RedisStore({ commands, subscriber: one }, library, settings);
    this.other = new RedisStore({ commands, subscriber: another }, library, settings);
  }

  async ready(): Promise<this> {
    await Promise.all([this.store.ready(5_000), this.other.ready(5_000)]);
    return this;
  }

  readonly now = (): number => this.#clock.now();

  readonly turn = (ms: number): void => {
    this.#clock.turn(ms);
    this.#commands.set(CLOCK, this.#clock.now()).catch(() => {});
  };

  async close(): Promise<void> {
    for (const store of [this.store, this.other]) await store.close();
    for (const client of this.#clients) client.disconnect();
  }
}
