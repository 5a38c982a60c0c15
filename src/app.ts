import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Middleware } from 'koa';
import type { Dispatcher } from 'undici';
import { createGate } from './admin/gate/gate.js';
import { AdminKey, requireAdminKey } from './admin/gate/key.js';
import { sessionHandlers } from './admin/gate/session.js';
import { Sessions } from './admin/gate/sessions.js';
import { WrongKeys } from './admin/gate/wrong-keys.js';
import { adminHandlers } from './admin/handlers.js';
import { getEvents } from './admin/live/events.js';
import { Feed } from './admin/live/feed.js';
import { adminRouter } from './admin/router.js';
import { adminPage } from './admin/static.js';
import { type Clock, systemClock } from './clock.js';
import type { PluginSettings, Settings } from './config/settings.js';
import type { Prepared, SettingsStore } from './config/source/store.js';
import { Estimates } from './engine/attempt/estimate.js';
import { Upstream } from './engine/attempt/upstream.js';
import { readPluginsAnew } from './host/load.js';
import { SharedValues } from './host/shared-values.js';
import { postChat } from './http/chat.js';
import { createServer, type ServerOptions } from './http/server.js';
import { LedgerFile } from './ledger/memory/ledger-file.js';
import { MemoryLedger } from './ledger/memory/memory-ledger.js';
import type { Log } from './log.js';
import { packageFile, version } from './package.js';
import { ChainError } from './plugin/door/errors.js';
import type { Plugin } from './plugin/index.js';
import { buildRuntime } from './runtime/build.js';
import type { Runtime } from './runtime/runtime.js';
import type { SharedServices } from './runtime/services.js';
import { startRuntime } from './runtime/start.js';
import { Secrets } from './secrets.js';

/** Where the admin's page is built. */
const ADMIN_UI = packageFile('dist', 'admin-ui');

export interface AppOptions {
  /** The configuration and its changes. */
  readonly store: SettingsStore;
  /** Beside those that the configuration names: plugins themselves, or absolute paths of them. */
  readonly plugins?: readonly (Plugin | string)[];
  readonly log: Log;
  /** Learns the keys in use, for those who write. */
  readonly secrets?: Secrets;
  readonly clock?: Clock;
  /** The folder of the admin's built page; for tests. */
  readonly adminUi?: string;
  /** How providers are reached; for tests. */
  readonly createDispatcher?: (connectTimeoutMs: number) => Dispatcher;
}

/** How long a caller has to read the end of its answer once the time is up. */
const FLUSH_MS = 1_000;

/** 429chain without a terminal: the running engine, swapped whole when the configuration changes, and its HTTP surface. */
export class App {
  readonly #store: SettingsStore;
  readonly #plugins: readonly PluginSettings[];
  readonly #shared: SharedServices;
  readonly #ledgerFile: LedgerFile;
  readonly #feed: Feed;
  readonly #server: Server;
  readonly #retiring = new Set<Runtime>();
  /** The host that was asked for, once it listens. */
  #listening: readonly string[] = [];
  #runtime: Runtime;
  #closing: Promise<void> | undefined;

  private constructor(
    runtime: Runtime,
    store: SettingsStore,
    plugins: readonly PluginSettings[],
    shared: SharedServices,
    ledgerFile: LedgerFile,
    adminUi: string,
  ) {
    this.#runtime = runtime;
    this.#ledgerFile = ledgerFile;
    this.#store = store;
    this.#plugins = plugins;
    this.#shared = shared;
    this.#feed = new Feed(shared.clock, () => this.#runtime);
    this.#feedFrom(runtime);
    shared.ledger.onChange((scope) => this.#feed.changed(scope));
    shared.ledger.onReserve((target) => this.#feed.changed(target));
    const surface = createServer({
      current: () => this.#runtime,
      version,
      stopping: () => this.#closing !== undefined,
      log: shared.log,
      ...this.#admin(adminUi),
    });
    this.#server = createHttpServer(surface.callback());
    store.prepareWith((settings) => this.#prepare(settings));
    sayChanges(store, shared.log);
    store.onProblems((problems) => this.#feed.configurationIs(problems.length));
  }

  /** What answers below `/admin`, the gate, the API and the page, and what asks for the admin key elsewhere. */
  #admin(adminUi: string): Pick<ServerOptions, 'admin' | 'adminKey'> {
    const { log, clock } = this.#shared;
    const current = (): string => this.#runtime.adminKey;
    const key = new AdminKey(current, new WrongKeys(clock.monotonic));
    const file = join(this.#store.current.dataDir, 'sessions.json');
    const sessions = new Sessions({ file, key: current, now: clock.now, log });
    const hosts = (): readonly string[] => [...this.#listening, ...this.#runtime.settings.server.hosts];
    const parts = { current: () => this.#runtime, store: this.#store, upstream: this.#shared.upstream };
    const handlers = { ...sessionHandlers({ sessions, key, version }), ...adminHandlers(parts) };
    const router = adminRouter(handlers, getEvents(this.#feed));
    const chat = postChat(parts.current);
    // The browser has no API key, and needs none: the gate has let it in.
    router.post('/chat', (ctx) => {
      ctx.state.keyLabel = 'admin';
      return chat(ctx);
    });
    const admin = [createGate({ hosts, sessions, key }), router.routes() as Middleware, adminPage(adminUi)];
    return { admin, adminKey: requireAdminKey(key) };
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
    adminUi = ADMIN_UI,
    createDispatcher,
  }: AppOptions): Promise<App> {
    const upstream = new Upstream(clock.now, createDispatcher);
    const ledger = new MemoryLedger(clock);
    const ledgerFile = new LedgerFile(join(store.current.dataDir, 'ledger.json'), ledger, log);
    const shared: SharedServices = {
      ledger,
      upstream,
      estimates: new Estimates(),
      clock,
      log,
      secrets,
      sharedValues: new SharedValues(),
      version,
      startedAt: clock.now(),
    };
    const chosen = plugins.map((each) => ({
      ...(typeof each === 'string' ? { use: each } : { use: each.name, plugin: each }),
      options: {},
      enabled: true,
    }));
    const runtime = await startRuntime(await buildRuntime(store.current, chosen, shared));
    runtime.activate();
    return new App(runtime, store, chosen, shared, ledgerFile, adminUi);
  }

  /** The engine of the configuration in force. */
  get runtime(): Runtime {
    return this.#runtime;
  }

  /** @returns the address, such as `http://127.0.0.1:3429`. Port 0 takes any free one. */
  async listen({ host, port }: { host: string; port: number } = this.#runtime.settings.server): Promise<string> {
    if (this.#closing !== undefined) throw new ChainError('shutting_down', '429chain is closed.');
    this.#listening = [host.toLowerCase()];
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

  /** Reads the code of plugins anew and takes it into use; where that fails, what was in force stays so. */
  reloadPlugins(): Promise<void> {
    readPluginsAnew();
    return this.#store.renew('A plugin changed');
  }

  /** Takes no new requests, lets those in flight end for at most `drainMs`, then ends everything. */
  close(drainMs = this.#runtime.settings.server.drainMs): Promise<void> {
    this.#closing ??= this.#close(drainMs);
    return this.#closing;
  }

  async #close(drainMs: number): Promise<void> {
    const settled = this.#store.close();
    this.#feed.close();
    const drained = setTimeout(() => this.#stop(), drainMs);
    const flushed = setTimeout(() => this.#server.closeAllConnections(), drainMs + Math.min(drainMs, FLUSH_MS));
    // A change under way may start one more engine.
    await settled;
    await Promise.all([this.#runtime, ...this.#retiring].map((runtime) => runtime.close()));
    // Only now: Node takes a connection for idle, and closes it, whose answer has not left whole.
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    clearTimeout(drained);
    clearTimeout(flushed);
    this.#ledgerFile.close();
    await this.#shared.upstream.close();
  }

  /** The time is up: streams end in an error that says so. */
  #stop(): void {
    const cause = new ChainError('shutting_down', '429chain is stopping; the answer is not whole.');
    for (const runtime of [this.#runtime, ...this.#retiring]) runtime.waterfall.stop(cause);
  }

  /** Also what ends on an engine after another one has taken its place. */
  #feedFrom({ host, waterfall }: Runtime): void {
    host.pluginHooks('live-feed').afterResponse.tap('live-feed', (outcome) => this.#feed.requestOver(outcome));
    waterfall.onWaiting(() => this.#feed.waitingChanged());
  }

  /** Builds the runtime of changed settings. What is in force stays in force until `activate`. */
  async #prepare(settings: Settings): Promise<Prepared> {
    const candidate = await buildRuntime(settings, this.#plugins, this.#shared);
    let next: Runtime | undefined;
    return {
      start: async () => {
        next = await startRuntime(candidate);
      },
      activate: () => {
        if (next !== undefined) this.#activate(next);
      },
      dispose: async () => {
        await next?.close();
      },
    };
  }

  #activate(next: Runtime): void {
    const old = this.#runtime;
    next.activate();
    this.#feedFrom(next);
    this.#runtime = next;
    this.#feed.reloaded();
    this.#retiring.add(old);
    void old.retire().then(() => this.#retiring.delete(old));
  }
}

/** Who keeps the log listens first: so this is said as the changed configuration wants it said. */
const sayChanges = (store: SettingsStore, log: Log): void => {
  let before = store.current.server;
  store.onChange(({ server }) => {
    log.info('The changed configuration is in force.');
    if (before.host !== server.host || before.port !== server.port) {
      log.warn('server.host and server.port take effect at the next start.');
    }
    before = server;
  });
};
