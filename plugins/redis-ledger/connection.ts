import type { Cluster, Redis } from 'ioredis';
import type { Clients } from './client.js';
import type { Library } from './library.js';

/** What a connection announces. */
export interface ConnectionListener {
  /** Both connections are there. */
  ready(): void;
  /** One of them is lost, or was not made. */
  lost(reason: string): void;
  message(text: string): void;
}

/** How long Redis may take to confirm that it ends a connection. */
const QUIT_MS = 500;
const CLOSED = 'the connection is closed';

/** Calls the functions of a library in Redis, and listens to a channel. It connects again by itself. */
export class Connection {
  readonly #commands: Redis | Cluster;
  readonly #subscriber: Redis | Cluster;
  readonly #library: Library;
  readonly #keys: readonly string[];
  readonly #channel: string;
  #subscribed = false;
  #loading: Promise<void> | undefined;

  /** @param prefix of all keys and of the channel. It becomes their hash tag: a cluster keeps them in one place */
  constructor({ commands, subscriber }: Clients, library: Library, prefix: string, listener: ConnectionListener) {
    this.#commands = commands;
    this.#subscriber = subscriber;
    this.#library = library;
    this.#keys = ['scopes', 'leases', 'ends', 'learned', 'replicas'].map((name) => `{${prefix}}:${name}`);
    this.#channel = `{${prefix}}:events`;
    for (const client of new Set([commands, subscriber])) {
      let reason = CLOSED;
      client.on('error', (error: NodeJS.ErrnoException & { lastNodeError?: Error }) => {
        reason = error.lastNodeError?.message || error.message || error.code || CLOSED;
      });
      client.on('ready', () => {
        reason = CLOSED;
      });
      client.on('close', () => {
        if (client === subscriber) this.#subscribed = false;
        listener.lost(reason);
      });
    }
    commands.on('ready', () => this.#subscribed && listener.ready());
    subscriber.on('message', (_channel: string, text: string) => listener.message(text));
    subscriber.on('ready', () => {
      subscriber.subscribe(this.#channel).then(
        () => {
          this.#subscribed = true;
          if (commands.status === 'ready') listener.ready();
        },
        ({ message }: Error) => listener.lost(message),
      );
    });
  }

  /** Calls a function. If Redis does not have it, such as after a failover, it is loaded and called again. */
  async call(name: string, args: readonly string[]): Promise<unknown> {
    try {
      return await this.#call(name, args);
    } catch (error) {
      if (!isMissing(error as Error)) throw error;
    }
    await this.#load();
    return this.#call(name, args);
  }

  /** Sends a message to all that listen to the channel. It may be lost. */
  publish(text: string): void {
    this.#commands.publish(this.#channel, text).catch(() => {});
  }

  /** Notices if the connection that only listens is dead. */
  ping(): void {
    if (this.#subscriber !== this.#commands) this.#subscriber.ping().catch(() => {});
  }

  async close(): Promise<void> {
    const clients = [...new Set([this.#commands, this.#subscriber])];
    const late = new Promise((resolve) => setTimeout(resolve, QUIT_MS).unref());
    await Promise.race([Promise.allSettled(clients.map((client) => client.quit())), late]);
    for (const client of clients) client.disconnect();
  }

  #call(name: string, args: readonly string[]): Promise<unknown> {
    return this.#commands.fcall(
      `${this.#library.prefix}${name}`,
      this.#keys.length,
      ...this.#keys,
      this.#channel,
      ...args,
    );
  }

  /** Many calls find out at once that the library is missing. */
  #load(): Promise<void> {
    this.#loading ??= this.#loadEverywhere().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #loadEverywhere(): Promise<void> {
    const servers = 'nodes' in this.#commands ? this.#commands.nodes('master') : [this.#commands];
    await Promise.all(
      servers.map((server) =>
        server.function('LOAD', this.#library.code).catch((error: Error) => {
          // Another process was faster.
          if (!/already exists/.test(error.message)) throw error;
        }),
      ),
    );
  }
}

const isMissing = ({ message }: Error): boolean => /Function not found/i.test(message);
