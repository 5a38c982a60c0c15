import { createServer as createHttpServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Dispatcher } from 'undici';
import { getEvents } from './admin/events.js';
import { explainRequest } from './admin/explain.js';
import { Feed } from './admin/feed.js';
import { reportOf } from './admin/report.js';
import { requestOf, requestsOf, usageOf } from './admin/requests.js';
import { adminRouter } from './admin/router.js';
import { type Clock, systemClock } from './clock.js';
import type { PluginSettings, Settings } from './config/settings.js';
import { InvalidConfiguration, type SettingsStore } from './config/store.js';
import { Estimates } from './engine/estimate.js';
import { Upstream } from './engine/upstream.js';
import { requireKey } from './http/auth.js';
import { createServer } from './http/server.js';
import { MemoryLedger } from './ledger/memory-ledger.js';
import { LedgerFile } from './ledger/snapshot.js';
import type { Log } from './log.js';
import { ChainError } from './plugin/errors.js';
import { type Lasting, Runtime } from './runtime.js';
import { Secrets } from './secrets.js';

export const { version } = createRequire(import.meta.url)('429chain/package.json') as { version: string };

export interface AppOptions {
  /** The configuration and its changes. */
  readonly store: SettingsStore;
  /** Plugins beside those that the configuration names; absolute paths. */
  readonly plugins?: readonly string[];
  readonly log: Log;
  /** Learns the keys in use, for those who write. */
  readonly secrets?: Secrets;
  readonly clock?: Clock;
  /** How providers are reached; for tests. */
  readonly createDispatcher?: (connectTimeoutMs: number) => Dispatcher;
}

/** How long a caller has to read the end of its answer once the time is up. */
const FLUSH_MS = 1_000;

/** 429chain without a terminal: the running engine, swapped whole when the configuration changes, and its HTTP surface. */
export class App {
  readonly #store: SettingsStore;
  readonly #plugins: readonly PluginSettings[];
  readonly #lasting: Lasting;
  readonly #ledgerFile: LedgerFile;
  readonly #feed: Feed;
  readonly #server: Server;
  readonly #retiring = new Set<Runtime>();
  readonly #unsubscribe: () => void;
  #runtime: Runtime;
  #reloads: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  private constructor(
    runtime: Runtime,
    store: SettingsStore,
    plugins: readonly PluginSettings[],
    lasting: Lasting,
    ledgerFile: LedgerFile,
  ) {
    this.#runtime = runtime;
    this.#ledgerFile = ledgerFile;
    this.#store = store;
    this.#plugins = plugins;
    this.#lasting = lasting;
    this.#feed = new Feed(lasting.clock, () => this.#runtime);
    this.#feedFrom(runtime);
    lasting.ledger.onChange((scope) => this.#feed.changed(scope));
    lasting.ledger.onReserve((target) => this.#feed.changed(target));
    const surface = createServer({
      current: () => this.#runtime,
      version,
      stopping: () => this.#closing !== undefined,
      log: lasting.log,
      admin: adminRouter(
        {
          'GET /status': () => reportOf(this.#runtime.status(), this.#runtime.host.requestLog, lasting.clock.now()),
          'GET /requests': (_, { query }) => requestsOf(this.#runtime.host.requestLog, query),
          'GET /requests/:id': (_, { params }) => requestOf(this.#runtime.host.requestLog, params.id ?? ''),
          'GET /usage': (_, { query }) => usageOf(this.#runtime.host.requestLog, query),
          'POST /explain': (body) => explainRequest(this.#runtime, body),
        },
        getEvents(this.#feed),
        requireKey(() => this.#runtime.adminKeys, 'server.adminKey'),
      ),
    });
    this.#server = createHttpServer(surface.callback());
    const ends = [
      store.onChange((settings) => {
        this.#reloads = this.#reloads.then(() => this.#reload(settings));
      }),
      store.onProblems((problems) => this.#feed.configurationIs(problems.length)),
    ];
    this.#unsubscribe = () => {
      for (const end of ends) end();
    };
  }

  /**
   * Builds the engine; listens to nothing yet.
   * @throws InvalidConfiguration, ChainError `plugin_failed`
   */
  static async create({
    store,
    plugins = [],
    log,
    secrets = new Secrets(),
    clock = systemClock,
    createDispatcher,
  }: AppOptions): Promise<App> {
    const upstream = new Upstream(clock.now, createDispatcher);
    const ledger = new MemoryLedger(clock);
    const ledgerFile = new LedgerFile(join(store.current.dataDir, 'ledger.json'), ledger, log);
    const lasting: Lasting = {
      ledger,
      upstream,
      estimates: new Estimates(),
      clock,
      log,
      secrets,
      version,
      startedAt: clock.now(),
    };
    const chosen = plugins.map((use) => ({ use, options: {}, enabled: true }));
    const runtime = await Runtime.build(store.current, chosen, lasting);
    return new App(runtime, store, chosen, lasting, ledgerFile);
  }

  /** The engine of the configuration in force. */
  get runtime(): Runtime {
    return this.#runtime;
  }

  /** @returns the address, such as `http://127.0.0.1:3429`. Port 0 takes any free one. */
  async listen({ host, port }: { host: string; port: number } = this.#runtime.settings.server): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const { address, port: taken, family } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`;
  }

  /** Takes no new requests, lets those in flight end for at most `drainMs`, then ends everything. */
  close(drainMs = this.#runtime.settings.server.drainMs): Promise<void> {
    this.#closing ??= this.#close(drainMs);
    return this.#closing;
  }

  async #close(drainMs: number): Promise<void> {
    this.#unsubscribe();
    this.#store.close();
    this.#feed.close();
    const drained = setTimeout(() => this.#stop(), drainMs);
    const flushed = setTimeout(() => this.#server.closeAllConnections(), drainMs + Math.min(drainMs, FLUSH_MS));
    // A reload under way would start an engine that nobody closes.
    await this.#reloads;
    await Promise.all([this.#runtime, ...this.#retiring].map((runtime) => runtime.close()));
    // Only now: Node takes a connection for idle, and closes it, whose answer has not left whole.
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    clearTimeout(drained);
    clearTimeout(flushed);
    this.#ledgerFile.close();
    await this.#lasting.upstream.close();
  }

  /** The time is up: streams end in an error that says so. */
  #stop(): void {
    const cause = new ChainError('shutting_down', '429chain is stopping; the answer is not whole.');
    for (const runtime of [this.#runtime, ...this.#retiring]) runtime.waterfall.stop(cause);
  }

  /** Also what ends on an engine after another one has taken its place. */
  #feedFrom({ host, waterfall }: Runtime): void {
    host.hooks.afterResponse.tap('live-feed', (outcome) => this.#feed.requestOver(outcome));
    waterfall.onWaiting(() => this.#feed.waitingChanged());
  }

  /** A configuration that cannot be built changes nothing. */
  async #reload(settings: Settings): Promise<void> {
    const { log } = this.#lasting;
    try {
      const next = await Runtime.build(settings, this.#plugins, this.#lasting);
      const old = this.#runtime;
      this.#feedFrom(next);
      this.#runtime = next;
      this.#feed.reloaded();
      this.#retiring.add(old);
      void old.retire().then(() => this.#retiring.delete(old));
      log.info('The changed configuration is in force.');
      const [before, after] = [old.settings.server, settings.server];
      if (before.host !== after.host || before.port !== after.port) {
        log.warn('server.host and server.port take effect at the next start.');
      }
    } catch (error) {
      this.#feed.configurationIs(error instanceof InvalidConfiguration ? error.problems.length : 1);
      const what = error instanceof InvalidConfiguration ? `\n${error.message}` : ` ${(error as Error).message}`;
      log.error(`The changed configuration cannot be used; the one before stays in force.${what}`);
    }
  }
}
