import type { LiveStatus } from '../contract/admin-api.js';
import type { Declaration } from '../contract/quota.js';
import type { RequestLog } from '../contract/requests.js';
import type { Log } from '../log.js';
import { ChainError } from '../plugin/door/errors.js';
import { createHooks, type Hooks } from '../plugin/door/hooks.js';
import type { UnitStore } from '../plugin/door/unit-store.js';
import type { PluginWorkers } from '../plugin/door/workers.js';
import type { Plugin, PluginApi, PluginHooks, ProviderInfo, Target } from '../plugin/index.js';
import { runTraced, stopTracing } from './activity.js';
import { faultInLimits } from './checks/type-faults.js';
import { Guard, type PluginFault, wordsWithPlace } from './guard.js';
import { Holdings } from './holdings.js';
import type { PluginPace } from './in-time.js';
import { LifeCycle } from './life-cycle.js';
import { loadPlugin } from './loading/load.js';
import { pluginHooks } from './parts/plugin-hooks.js';
import { type OwnProtocols, Protocols } from './parts/protocols.js';
import { Registry } from './parts/registry.js';
import { Routes } from './parts/routes.js';
import type { SharedValues } from './shared-values.js';

/** A plugin that is chosen by the configuration, by `--plugins` or by a program that embeds 429chain. */
export interface PluginChoice {
  /** The name of a built-in or of an installed package, or an absolute path. */
  readonly use: string;
  /** The plugin itself, if it needs no loading. */
  readonly plugin?: Plugin;
  readonly options: Readonly<Record<string, unknown>>;
  readonly enabled: boolean;
  /** Its place in the configuration. */
  readonly path?: readonly (string | number)[];
}

export interface HostOptions {
  readonly builtIns: readonly Plugin[];
  /** Built-ins that are applied only if they are chosen. */
  readonly optional?: readonly Plugin[];
  /** Built-ins that are off while another one is chosen, by name, unless they are chosen too. */
  readonly replacedBy?: Readonly<Record<string, string>>;
  /** What 429chain answers without plugins. */
  readonly ownProtocols: OwnProtocols;
  readonly choices: readonly PluginChoice[];
  readonly log: Log;
  /** The folder for everything that plugins keep between runs. */
  readonly dataDir: string;
  /** The folder of the configuration: 429chain looks for installed packages from there upwards. */
  readonly folder: string;
  readonly now: () => number;
  /** What the plugins of all runtimes share. */
  readonly sharedValues: SharedValues;
  /** Removes keys from what plugins say. */
  readonly mask: (text: string) => string;
  readonly pace: PluginPace;
  /** The other worker processes. Absent: this process is the only one. */
  readonly workers?: { of(plugin: string): PluginWorkers } | undefined;
  /** The current state of every target. Throws before the configuration is in force. */
  readonly status: () => LiveStatus;
  /** Throws for a plugin that cannot be loaded, with its place in the configuration. */
  readonly refuse: (error: Error, choice: PluginChoice) => never;
  /** Throws for options that their schema refuses, with their place in the configuration. */
  readonly checkOptions: (plugin: string, schema: object, choice: PluginChoice) => void;
}

/** A plugin that is applied, or one that the configuration disables. */
export interface HostedPlugin {
  /** Its own name; for a plugin that was not loaded, the name by which it was chosen. */
  readonly name: string;
  readonly builtIn: boolean;
  readonly enabled: boolean;
  readonly choice?: PluginChoice | undefined;
  readonly optionsSchema?: object | undefined;
  /** What it does, in a sentence. */
  readonly description?: string | undefined;
}

/** The plugins of one runtime: what they add, and their life cycle. */
export class Host {
  /** For the engine. Plugins tap them through `pluginHooks`. */
  readonly hooks: Hooks = createHooks();
  readonly types: Registry;
  readonly routes: Routes;
  readonly protocols: Protocols;
  readonly declarations: Declaration[] = [];
  readonly plugins: HostedPlugin[] = [];
  #requestLog: { readonly log: RequestLog; readonly plugin: string } | undefined;
  #unitStore: { readonly store: () => UnitStore; readonly plugin: string } | undefined;
  #capturesContent = false;
  readonly #guard: Guard;
  readonly #lifeCycle: LifeCycle;
  readonly #holdings: Holdings;
  readonly #options: HostOptions;

  private constructor(options: HostOptions) {
    const { log, now, mask } = options;
    this.#options = options;
    this.#guard = new Guard(log, now, undefined, mask);
    this.#lifeCycle = new LifeCycle({ log, mask, guard: this.#guard, pace: options.pace });
    this.#holdings = new Holdings(options.sharedValues);
    this.routes = new Routes(this.#guard, undefined, () => this.protocols.paths);
    this.protocols = new Protocols(this.#guard, options.ownProtocols, () => this.routes.paths);
    this.types = new Registry(this.#guard, this.hooks);
  }

  /**
   * Loads and applies the built-ins, the optional ones if they are chosen, and then the chosen plugins, in that order. None of them becomes ready.
   * @throws ChainError `plugin_failed` if a plugin is missing or throws, or if two have one name
   */
  static async create(options: HostOptions): Promise<Host> {
    const host = new Host(options);
    const { builtIns, optional = [] } = options;
    const builtIn = new Map([...builtIns, ...optional].map((plugin) => [plugin.name, plugin]));
    const choiceOf = new Map(
      options.choices.filter((choice) => isOf(builtIn, choice)).map((choice) => [choice.use, choice]),
    );
    const applied = new Set<string>();
    const isReplaced = (name: string): boolean => choiceOf.get(options.replacedBy?.[name] ?? '')?.enabled ?? false;
    for (const plugin of [...builtIns, ...optional]) {
      const { name, optionsSchema, description } = plugin;
      const choice = choiceOf.get(name);
      const isOff = choice === undefined && (optional.includes(plugin) || isReplaced(name));
      if (isOff) host.plugins.push({ name, builtIn: true, enabled: false, optionsSchema, description });
      else await host.#apply(plugin, choice, applied, true);
    }
    for (const choice of options.choices) {
      if (isOf(builtIn, choice)) continue;
      if (!choice.enabled) {
        host.plugins.push({ name: choice.use, builtIn: false, enabled: false, choice });
        continue;
      }
      const plugin =
        choice.plugin ??
        (await loadPlugin(choice.use, { ...options, guard: host.#guard }).catch((error: Error) =>
          options.refuse(error, choice),
        ));
      await host.#apply(plugin, choice, applied, false);
    }
    return host;
  }

  /** The errors of all plugins since this configuration came into force. */
  get faults(): readonly PluginFault[] {
    return this.#guard.faults;
  }

  /**
   * Counts and logs an error of a plugin outside of any call. `at` is where the plugin registered what started it.
   * @returns `false` if the plugin is not in use here
   */
  blame(plugin: string, where: string, error: unknown, at?: string): boolean {
    if (!this.plugins.some(({ name, enabled }) => name === plugin && enabled)) return false;
    this.#guard.blame(plugin, where, error, at);
    return true;
  }

  /** The request log that was provided last; `undefined` if no plugin provides one. */
  get requestLog(): RequestLog | undefined {
    return this.#requestLog?.log;
  }

  /** The place where several processes count units together, that was provided last. Call it when the plugins are ready. */
  get unitStore(): UnitStore | undefined {
    return this.#unitStore?.store();
  }

  /** Whether a plugin provides one. */
  get sharesLedger(): boolean {
    return this.#unitStore !== undefined;
  }

  /** What a plugin adds, in words: `provider type groq`, `protocol x at /x`, `hook onError`, `route GET /metrics`, `request log`. */
  addedBy(plugin: string): readonly string[] {
    return [
      ...this.types.all.filter((added) => added.plugin === plugin).map(({ name }) => `provider type ${name}`),
      ...this.protocols.addedBy(plugin).map((protocol) => `protocol ${protocol}`),
      ...this.#guard.hooksOf(plugin).map((hook) => `hook ${hook}`),
      ...this.routes.addedBy(plugin).map((route) => `route ${route}`),
      ...(this.#requestLog?.plugin === plugin ? ['request log'] : []),
      ...(this.#unitStore?.plugin === plugin ? ['shared ledger'] : []),
    ];
  }

  /** Whether a plugin needs what was asked and answered. */
  get capturesContent(): boolean {
    return this.#capturesContent;
  }

  /** The hooks for `plugin`: what it taps is guarded. */
  pluginHooks(plugin: string): PluginHooks {
    return pluginHooks(this.hooks, plugin, this.#guard);
  }

  /**
   * Makes every plugin ready, before the first request. If one fails, those that became ready are closed again.
   * @throws ChainError `plugin_failed`
   */
  async ready(targets: readonly Target[], providers: readonly ProviderInfo[]): Promise<void> {
    await this.#holdings.start();
    try {
      await this.#lifeCycle.ready(targets, providers);
      if (!this.#guard.tracesRequests) stopTracing();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Closes every plugin that became ready, and then releases what they share. */
  async close(): Promise<void> {
    const { log, mask } = this.#options;
    await this.#lifeCycle.close();
    await this.#holdings.end((plugin, key, error) => {
      log.warn(`Plugin "${plugin}" failed to close its shared value "${key}": ${mask(wordsWithPlace(plugin, error))}`);
    });
  }

  async #apply(
    plugin: Plugin,
    choice: PluginChoice | undefined,
    applied: Set<string>,
    builtIn: boolean,
  ): Promise<void> {
    const { name, optionsSchema, description } = plugin;
    const hosted = { name, builtIn, enabled: choice?.enabled ?? true, choice, optionsSchema, description };
    if (!hosted.enabled) {
      this.plugins.push(hosted);
      return;
    }
    if (applied.has(name)) {
      throw new ChainError(
        'plugin_failed',
        `There are two plugins named "${name}". Names are unique; rename or remove one of them.`,
      );
    }
    applied.add(name);
    const used = choice ?? { use: name, options: {}, enabled: true };
    if (optionsSchema !== undefined) this.#options.checkOptions(name, optionsSchema, used);
    if (!builtIn) this.#guard.trace(name);
    await this.#lifeCycle.apply(name, () => plugin.apply(this.#api(name), used.options));
    this.plugins.push(hosted);
  }

  #api(plugin: string): PluginApi {
    const { log, now, dataDir, status, workers } = this.#options;
    return {
      hooks: this.pluginHooks(plugin),
      log: {
        writes: (level) => log.writes?.(level) ?? true,
        debug: (message, fields) => log.debug(`[${plugin}] ${message}`, fields),
        info: (message, fields) => log.info(`[${plugin}] ${message}`, fields),
        warn: (message, fields) => log.warn(`[${plugin}] ${message}`, fields),
      },
      dataDir,
      now,
      status,
      requestLog: () => this.requestLog,
      ...(workers && { workers: workers.of(plugin) }),
      addProviderType: (name, type) => this.types.add(name, type as Parameters<Registry['add']>[1], plugin),
      declareLimits: (scope, limits) => {
        const fault = faultInLimits(limits);
        if (fault !== undefined) throw new ChainError('plugin_failed', `What it declares for ${scope} ${fault}.`);
        this.declarations.push({ scope, limits, source: 'manual' });
      },
      provideRequestLog: (requestLog) => {
        this.#requestLog = { log: requestLog, plugin };
      },
      provideUnitStore: (store) => {
        this.#unitStore = { store, plugin };
      },
      addRoute: (route) => this.routes.add(route, plugin),
      addProtocol: (protocol) => this.protocols.add(protocol, plugin),
      captureContent: () => {
        this.#capturesContent = true;
      },
      shared: (key, create, close = () => {}) => {
        const closing = this.#guard.activity(plugin, `the end of its shared value "${key}"`);
        const traced: typeof close = (value) =>
          closing === undefined ? close(value) : runTraced(closing, () => close(value));
        return this.#holdings.add(plugin, key, create, traced);
      },
      onReady: (listener) => this.#lifeCycle.onReady(plugin, listener),
      onClose: (listener) => this.#lifeCycle.onClose(plugin, listener),
    };
  }
}

const isOf = (builtIn: ReadonlyMap<string, Plugin>, { use, plugin }: PluginChoice): boolean =>
  plugin === undefined && builtIn.has(use);
