import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Dispatcher } from 'undici';
import { Feed } from './admin/live/feed.js';
import { shareRequests, WaitingElsewhere } from './admin/live/other-workers.js';
import { type Clock, systemClock } from './clock.js';
import type { PluginSettings, Settings } from './config/settings.js';
import type { Prepared, SettingsStore } from './config/source/store.js';
import { Upstream } from './engine/attempt/connection/upstream.js';
import type { Pace } from './engine/attempt/context.js';
import { Estimates } from './engine/attempt/request/estimate.js';
import { HealthBook } from './engine/health/health-book.js';
import { ModelCatalog } from './engine/models/model-catalog.js';
import type { PluginPace } from './host/in-time.js';
import { readPluginsAnew } from './host/loading/load.js';
import { SharedValues } from './host/shared-values.js';
import { BodiesInFlight } from './http/uploads/bodies-in-flight.js';
import { Inspections } from './inspection/inspections.js';
import { LedgerFile } from './ledger/memory/ledger-file.js';
import { MemoryLedger } from './ledger/memory/memory-ledger.js';
import { SharedLedger } from './ledger/shared/shared-ledger.js';
import type { Log } from './log.js';
import { packageFile, version } from './package.js';
import type { Outcome } from './plugin/door/attempt.js';
import { ChainError } from './plugin/door/errors.js';
import type { UnitStore } from './plugin/door/unit-store.js';
import type { Plugin } from './plugin/index.js';
import { builtInProtocols } from './protocols/index.js';
import { buildRuntime } from './runtime/build.js';
import { keylessFault } from './runtime/keyless.js';
import { restoreHealth } from './runtime/restore-health.js';
import type { Runtime } from './runtime/runtime.js';
import type { SharedServices } from './runtime/services.js';
import { startRuntime } from './runtime/start.js';
import { Secrets } from './secrets.js';
import { createSurface } from './surface.js';
import type { WorkerLink } from './workers/link.js';
import { Replicas } from './workers/replicas.js';
import { saveForAll } from './workers/save-for-all.js';

/** The folder that the admin page is built into. */
const ADMIN_UI = packageFile('dist', 'admin-ui');

export interface AppOptions {
  /** The configuration and its changes. */
  readonly store: SettingsStore;
  /** Plugins beside those of the configuration: the plugin itself, or its absolute path. */
  readonly plugins?: readonly (Plugin | string)[];
  readonly log: Log;
  /** Learns the keys of every configuration that comes into force, so that the log can mask them. */
  readonly secrets?: Secrets;
  readonly clock?: Clock;
  /** The folder of the built admin page; for tests. */
  readonly adminUi?: string;
  /** The other worker processes. Absent: this process is the only one. */
  readonly workers?: WorkerLink | undefined;
  /** Where several processes count units together, unless a plugin provides such a place. */
  readonly unitStore?: UnitStore | undefined;
  /** How providers are reached; for tests. */
  readonly createDispatcher?: (connectTimeoutMs: number) => Dispatcher;
  /** Shorter spans; for tests. */
  readonly pace?: Pace;
  /** Shorter waits for plugins; for tests. */
  readonly pluginPace?: PluginPace;
}

/** How long a caller may take to read the end of its answer once the time to drain is over. */
const FLUSH_MS = 1_000;

/** 429chain without a terminal: the runtime in force, which a changed configuration replaces as a whole, and its HTTP surface. */
export class App {
  readonly #store: SettingsStore;
  readonly #plugins: readonly PluginSettings[];
  readonly #shared: SharedServices;
  readonly #ledger: SharedLedger;
  readonly #ledgerFile: LedgerFile;
  readonly #feed: Feed;
  readonly #inspections: Inspections;
  readonly #server: Server;
  readonly #replicas = new Replicas();
  readonly #retiring = new Set<Runtime>();
  readonly #shareRequest: (outcome: Outcome) => void;
  /** The host that `listen` was asked for. */
  #listening: readonly string[] = [];
  #runtime: Runtime;
  #closing: Promise<void> | undefined;

  private constructor(
    runtime: Runtime,
    store: SettingsStore,
    plugins: readonly PluginSettings[],
    shared: SharedServices,
    ledger: SharedLedger,
    ledgerFile: LedgerFile,
    adminUi: string,
  ) {
    this.#runtime = runtime;
    this.#ledger = ledger;
    this.#ledgerFile = ledgerFile;
    this.#store = store;
    this.#plugins = plugins;
    this.#shared = shared;
    const { workers } = shared;
    this.#feed = new Feed(shared.clock, () => this.#runtime);
    this.#shareRequest = shareRequests(this.#feed, workers, this.#replicas);
    shared.waitingElsewhere?.onChange(() => this.#feed.waitingChanged());
    this.#feedFrom(runtime);
    ledger.onChange((scope) => this.#feed.changed(scope));
    ledger.onCountedBound((target) => this.#runtime.learnCountedBound(target));
    ledger.onReserve((target) => this.#feed.changed(target));
    this.#inspections = new Inspections({ ...shared, current: () => this.#runtime });
    shared.models.onChange(() => this.#feed.changed(''));
    this.#server = createSurface({
      current: () => this.#runtime,
      store: workers === undefined ? store : saveForAll(store, workers),
      shared,
      replicas: this.#replicas,
      feed: this.#feed,
      inspections: this.#inspections,
      listening: () => this.#listening,
      stopping: () => this.#closing !== undefined,
      adminUi,
    });
    this.#replicas.use(runtime.host.unitStore);
    store.prepareWith((settings) => this.#prepare(settings));
    logChanges(store, shared.log);
    store.onProblems((problems) => this.#feed.configurationIs(problems.length));
  }

  /**
   * Brings the store's configuration into force. Does not listen yet.
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
    pace,
    pluginPace,
    workers,
    unitStore,
  }: AppOptions): Promise<App> {
    const upstream = new Upstream(clock.now, createDispatcher);
    const memory = new MemoryLedger(clock);
    const ledger = new SharedLedger(memory, clock, log);
    const ledgerFile = new LedgerFile(join(store.current.dataDir, 'ledger.json'), memory, log, {
      pauseMs: pace?.savingMs,
      writes: () => workers?.writes ?? true,
    });
    const shared: SharedServices = {
      ledger,
      upstream,
      estimates: new Estimates(),
      models: new ModelCatalog(clock),
      health: new HealthBook(),
      repairs: new Map(),
      bodiesInFlight: new BodiesInFlight(),
      clock,
      log,
      secrets,
      sharedValues: new SharedValues(),
      protocols: builtInProtocols(),
      pace,
      pluginPace,
      workers,
      unitStore,
      waitingElsewhere: workers && new WaitingElsewhere(workers),
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
    ledger.use(runtime.host.unitStore ?? unitStore);
    void restoreHealth(shared, runtime.host.requestLog);
    return new App(runtime, store, chosen, shared, ledger, ledgerFile, adminUi);
  }

  /** The runtime of the configuration in force. */
  get runtime(): Runtime {
    return this.#runtime;
  }

  /**
   * Port 0 takes any free port.
   * @returns the address, such as `http://127.0.0.1:3429`
   * @throws ChainError `invalid_configuration` for a host that other machines can reach if a protocol needs no key
   */
  async listen({ host, port }: { host: string; port: number } = this.#runtime.settings.server): Promise<string> {
    if (this.#closing !== undefined) throw new ChainError('shutting_down', '429chain is closed.');
    const fault = keylessFault(this.#runtime.host.protocols.withoutKey, host);
    if (fault !== undefined) throw new ChainError('invalid_configuration', fault);
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

  /** Reads the code of the plugins again and uses it. If that fails, the old code stays in use. */
  reloadPlugins(): Promise<void> {
    readPluginsAnew();
    return this.#store.renew('A plugin changed');
  }

  /** Takes no new requests, gives those in flight up to `drainMs` to end, then ends everything. */
  close(drainMs = this.#runtime.settings.server.drainMs): Promise<void> {
    this.#closing ??= this.#close(drainMs);
    return this.#closing;
  }

  async #close(drainMs: number): Promise<void> {
    const settled = this.#store.close();
    this.#feed.close();
    this.#inspections.close();
    const drained = setTimeout(() => this.#stop(), drainMs);
    const flushed = setTimeout(() => this.#server.closeAllConnections(), drainMs + Math.min(drainMs, FLUSH_MS));
    // A change in progress may still start another runtime.
    await settled;
    const runtimes = [this.#runtime, ...this.#retiring];
    if (this.#shared.workers !== undefined) {
      await Promise.all(runtimes.map((runtime) => runtime.drained()));
      await this.#shared.workers.othersEnded();
    }
    await Promise.all(runtimes.map((runtime) => runtime.close()));
    // Not earlier: Node closes a connection as idle even if its answer has not left completely.
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // A browser opens connections in advance. For Node they are not idle before their first request.
    const silent = setTimeout(() => this.#server.closeAllConnections(), Math.min(drainMs, FLUSH_MS));
    await closed;
    for (const timer of [drained, flushed, silent]) clearTimeout(timer);
    this.#ledger.use(undefined);
    this.#replicas.use(undefined);
    await this.#ledgerFile.close();
    this.#shared.models.close();
    await this.#shared.upstream.close();
  }

  /** The time to drain is over: every stream ends with an error that says so. */
  #stop(): void {
    const cause = new ChainError('shutting_down', '429chain is stopping; the answer is incomplete.');
    for (const runtime of [this.#runtime, ...this.#retiring]) runtime.waterfall.stop(cause);
  }

  /** Feeds the admin from a runtime, until its last request is over: also after another runtime has replaced it. */
  #feedFrom({ host, waterfall }: Runtime): void {
    host.pluginHooks('live-feed').afterResponse.tap('live-feed', (outcome) => {
      this.#feed.requestOver(outcome);
      this.#shareRequest(outcome);
    });
    waterfall.onWaiting(() => {
      this.#shared.waitingElsewhere?.own(this.#runtime.waterfall.waiting);
      this.#feed.waitingChanged();
    });
  }

  /** Builds the runtime of changed settings. The old one stays in force until `activate`. */
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
    this.#ledger.use(next.host.unitStore ?? this.#shared.unitStore);
    this.#replicas.use(next.host.unitStore);
    this.#feedFrom(next);
    this.#runtime = next;
    this.#feed.reloaded();
    this.#inspections.configure();
    this.#retiring.add(old);
    void old.retire().then(() => this.#retiring.delete(old));
  }
}

/** Logs every change. A listener that configures the log must be added before: the line then follows the new settings. */
const logChanges = (store: SettingsStore, log: Log): void => {
  let before = store.current.server;
  store.onChange(({ server }) => {
    log.info('The changed configuration is in force.');
    if (before.host !== server.host || before.port !== server.port) {
      log.warn('server.host and server.port take effect at the next start.');
    }
    before = server;
  });
};
