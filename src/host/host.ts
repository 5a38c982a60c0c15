import type { LiveStatus } from '../contract/admin-api.js';
import type { Declaration } from '../contract/quota.js';
import type { RequestLog } from '../contract/requests.js';
import type { Log } from '../log.js';
import { ChainError } from '../plugin/door/errors.js';
import { createHooks } from '../plugin/door/hooks.js';
import type { Hooks, Plugin, PluginApi, ProviderInfo, Target } from '../plugin/index.js';
import { Guard, type PluginFault } from './guard.js';
import { inTime } from './in-time.js';
import { loadPlugin } from './load.js';
import { Registry } from './registry.js';
import { Routes } from './routes.js';
import { faultInLimits } from './type-faults.js';
import { wordsOf } from './words.js';

/** A plugin that the configuration, `--plugins` or a program that uses us asks for. */
export interface PluginChoice {
  /** The name of a built-in or of an installed package, or an absolute path. */
  readonly use: string;
  /** The plugin itself, where it needs no loading. */
  readonly plugin?: Plugin;
  readonly options: Readonly<Record<string, unknown>>;
  readonly enabled: boolean;
  /** Where it stands in the configuration. */
  readonly path?: readonly (string | number)[];
}

export interface HostOptions {
  readonly builtIns: readonly Plugin[];
  readonly choices: readonly PluginChoice[];
  readonly log: Log;
  /** The folder for all that plugins keep between runs. */
  readonly dataDir: string;
  /** Where the configuration lies: installed packages are looked for from there. */
  readonly folder: string;
  readonly now: () => number;
  /** Takes keys out of what plugins say. */
  readonly mask: (text: string) => string;
  /** How every target stands. Throws while the targets are not known yet. */
  readonly status: () => LiveStatus;
  /** Throws for a plugin that cannot be loaded, with its place in the configuration. */
  readonly refuse: (error: Error, choice: PluginChoice) => never;
  /** Throws for options that their schema refuses, with their place in the configuration. */
  readonly checkOptions: (plugin: string, schema: object, choice: PluginChoice) => void;
}

/** A plugin that is applied, or that the configuration switches off. */
export interface HostedPlugin {
  /** As it calls itself; of one that was never loaded, as it was chosen. */
  readonly name: string;
  readonly builtIn: boolean;
  readonly choice?: PluginChoice | undefined;
  readonly optionsSchema?: object | undefined;
}

/** How long a plugin may take to get ready, and to close. */
const READY_MS = 30_000;
const CLOSING_MS = 5_000;

type ReadyListener = (targets: readonly Target[], providers: readonly ProviderInfo[]) => void | Promise<void>;

/** The plugins of one runtime: applied, then made ready, at the end closed. */
export class Host {
  readonly hooks: Hooks = createHooks();
  readonly types: Registry;
  readonly routes: Routes;
  readonly declarations: Declaration[] = [];
  readonly plugins: HostedPlugin[] = [];
  #requestLog: { readonly log: RequestLog; readonly plugin: string } | undefined;
  #capturesContent = false;
  readonly #guard: Guard;
  readonly #ready: { plugin: string; fn: ReadyListener }[] = [];
  readonly #close: { plugin: string; fn: () => void | Promise<void> }[] = [];
  readonly #options: HostOptions;

  private constructor(options: HostOptions) {
    this.#options = options;
    this.#guard = new Guard(options.log, options.now, undefined, options.mask);
    this.#guard.watch(this.hooks);
    this.routes = new Routes(this.#guard);
    this.types = new Registry(this.#guard);
  }

  /**
   * Loads and applies the built-ins and then what was chosen, in that order.
   * @throws ChainError `plugin_failed` when one is missing, named twice or throws.
   */
  static async create(options: HostOptions): Promise<Host> {
    const host = new Host(options);
    const builtIn = new Map(options.builtIns.map((plugin) => [plugin.name, plugin]));
    const choiceOf = new Map(
      options.choices.filter((choice) => isOf(builtIn, choice)).map((choice) => [choice.use, choice]),
    );
    const applied = new Set<string>();
    try {
      for (const plugin of options.builtIns) await host.#apply(plugin, choiceOf.get(plugin.name), applied, true);
      for (const choice of options.choices) {
        if (isOf(builtIn, choice)) continue;
        if (!choice.enabled) {
          host.plugins.push({ name: choice.use, builtIn: false, choice });
          continue;
        }
        const plugin =
          choice.plugin ??
          (await loadPlugin(choice.use, options.folder).catch((error: Error) => options.refuse(error, choice)));
        await host.#apply(plugin, choice, applied, false);
      }
      return host;
    } catch (error) {
      await host.close();
      throw error;
    }
  }

  get faults(): readonly PluginFault[] {
    return this.#guard.faults;
  }

  /** The one that was provided last; absent when none was. */
  get requestLog(): RequestLog | undefined {
    return this.#requestLog?.log;
  }

  /** What a plugin adds, in plain words: `provider type groq`, `hook onError`, `route GET /metrics`, `request log`. */
  addedBy(plugin: string): readonly string[] {
    return [
      ...this.types.all.filter((added) => added.plugin === plugin).map(({ name }) => `provider type ${name}`),
      ...this.#guard.hooksOf(plugin).map((hook) => `hook ${hook}`),
      ...this.routes.addedBy(plugin).map((route) => `route ${route}`),
      ...(this.#requestLog?.plugin === plugin ? ['request log'] : []),
    ];
  }

  /** A plugin wants to see what is asked and answered. */
  get capturesContent(): boolean {
    return this.#capturesContent;
  }

  /** @throws ChainError `plugin_failed` when a plugin cannot get ready. */
  async ready(targets: readonly Target[], providers: readonly ProviderInfo[]): Promise<void> {
    for (const { plugin, fn } of this.#ready) {
      await this.#blame(plugin, 'onReady', () => fn(targets, providers));
    }
  }

  /** Every plugin is closed, whatever the others do; one that hangs is not waited for. */
  async close(): Promise<void> {
    for (const { plugin, fn } of this.#close) {
      try {
        await inTime(fn(), CLOSING_MS, 'it did not end');
      } catch (error) {
        this.#options.log.warn(`Plugin "${plugin}" failed in onClose: ${wordsOf(error)}`);
      }
    }
  }

  async #apply(
    plugin: Plugin,
    choice: PluginChoice | undefined,
    applied: Set<string>,
    builtIn: boolean,
  ): Promise<void> {
    const { name, optionsSchema } = plugin;
    const hosted = { name, builtIn, choice, optionsSchema };
    if (choice?.enabled === false) {
      this.plugins.push(hosted);
      return;
    }
    if (applied.has(plugin.name)) {
      throw new ChainError(
        'plugin_failed',
        `There are two plugins named "${plugin.name}". Names are unique; rename or remove one of them.`,
      );
    }
    applied.add(plugin.name);
    const used = choice ?? { use: plugin.name, options: {}, enabled: true };
    if (plugin.optionsSchema !== undefined) this.#options.checkOptions(plugin.name, plugin.optionsSchema, used);
    this.#guard.applying = name;
    try {
      await this.#blame(name, 'apply', () => plugin.apply(this.#api(name), used.options));
    } finally {
      this.#guard.applying = undefined;
    }
    this.plugins.push(hosted);
  }

  async #blame(plugin: string, where: string, call: () => void | Promise<void>): Promise<void> {
    try {
      await inTime(call(), READY_MS, 'it did not end');
    } catch (cause) {
      const message = this.#options.mask(wordsOf(cause));
      throw new ChainError('plugin_failed', `Plugin "${plugin}" failed in ${where}: ${message}`, { cause });
    }
  }

  #api(plugin: string): PluginApi {
    const { log, now, dataDir, status } = this.#options;
    return {
      hooks: this.hooks,
      log: {
        debug: (message, fields) => log.debug(`[${plugin}] ${message}`, fields),
        info: (message, fields) => log.info(`[${plugin}] ${message}`, fields),
        warn: (message, fields) => log.warn(`[${plugin}] ${message}`, fields),
      },
      dataDir,
      now,
      status,
      requestLog: () => this.requestLog,
      addProviderType: (name, type) => this.types.add(name, type as Parameters<Registry['add']>[1], plugin),
      declareLimits: (scope, limits) => {
        const fault = faultInLimits(limits);
        if (fault !== undefined) throw new ChainError('plugin_failed', `What it declares for ${scope} ${fault}.`);
        this.declarations.push({ scope, limits, source: 'manual' });
      },
      provideRequestLog: (requestLog) => {
        this.#requestLog = { log: requestLog, plugin };
      },
      addRoute: (route) => this.routes.add(route, plugin),
      captureContent: () => {
        this.#capturesContent = true;
      },
      onReady: (fn) => this.#ready.push({ plugin, fn }),
      onClose: (fn) => this.#close.push({ plugin, fn }),
    };
  }
}

const isOf = (builtIn: ReadonlyMap<string, Plugin>, { use, plugin }: PluginChoice): boolean =>
  plugin === undefined && builtIn.has(use);
