import type { LiveStatus } from '../../contract/admin-api.js';
import type { Limit } from '../../contract/quota.js';
import type { RequestLog } from '../../contract/requests.js';
import type { Log } from '../../log.js';
import type { Target } from './attempt.js';
import type { PluginHooks } from './hooks.js';
import type { Protocol } from './protocol.js';
import type { ProviderType } from './provider-type.js';
import type { Route } from './route.js';
import type { UnitStore } from './unit-store.js';
import type { PluginWorkers } from './workers.js';

/** What `apply` receives. */
export interface PluginApi {
  readonly hooks: PluginHooks;
  /**
   * The log of 429chain: one line per event, as a sentence and optional fields. Known keys are masked in both. A plugin that
   * logs a line for every request asks `writes(level)` first.
   */
  readonly log: Required<Pick<Log, 'writes' | 'debug' | 'info' | 'warn'>>;
  /** Absolute path of the folder for everything that is kept between runs. It may not exist yet. */
  readonly dataDir: string;
  /** The current time, epoch ms. */
  now(): number;
  /** The current state of every target of every chain. Sends no request. @throws in `apply` and `onReady` */
  status(): LiveStatus;
  /** The request log of the plugin that provided one last; `undefined` if requests are not logged. */
  requestLog(): RequestLog | undefined;
  /**
   * The other worker processes of `429chain start --workers N`; absent without. Each of them runs the plugin. A plugin that writes
   * files writes them in one worker only.
   */
  readonly workers?: PluginWorkers | undefined;
  /** Adds a provider type. Configured providers use it by `name`. @throws if the name is taken or the type is invalid */
  addProviderType<O = Record<string, unknown>>(name: string, type: ProviderType<O>): void;
  /**
   * Declares limits as the configuration would. `scope` is a provider (`groq`), a pool (`openrouter#free`) or a target
   * (`groq/model`); a scope that does not exist is ignored. If the provider has several keys, the limits hold for each of
   * them by itself; `groq:key 1` names one. Call it in `apply` or `onReady`.
   */
  declareLimits(scope: string, limits: readonly Limit[]): void;
  /** Provides the request log for the admin. If several plugins do, the last one is used. */
  provideRequestLog(log: RequestLog): void;
  /**
   * Provides the place where several processes count the units of limits together. `store` is called when the configuration
   * comes into force; use `shared` to keep one connection over several configurations. If several plugins do, the last one is used.
   */
  provideUnitStore(store: () => UnitStore): void;
  /** Adds an HTTP route. @throws if its path is taken by another plugin or begins with `/v1`, `/admin` or `/health` */
  addRoute(route: Route): void;
  /**
   * Adds a protocol that callers may speak, at its `path` and the paths of its `routes`.
   * @throws if its name or a path is taken, or a path is below `/admin` or `/health`
   */
  addProtocol(protocol: Protocol): void;
  /** Requests `content` in every outcome. Call it in `apply`. Without it, 429chain keeps no prompts or responses in memory. */
  captureContent(): void;
  /**
   * Shares a value with the plugin of the same name in the next configuration, such as an open file or a counter.
   * `create` runs when the value is first used, `close` when no configuration in use has called `shared` with this `key`.
   * @returns a function that returns the value. It throws in `apply`: use it in `onReady`, a hook or a route
   */
  shared<T>(key: string, create: () => T, close?: (value: T) => void | Promise<void>): () => T;
  /**
   * Registers what runs when the configuration comes into force, before its first request. If it throws or takes longer
   * than 30 seconds, 429chain does not start, or keeps the configuration that is in force.
   */
  onReady(fn: (targets: readonly Target[], providers: readonly ProviderInfo[]) => void | Promise<void>): void;
  /** Registers what runs when the last request of this configuration is over. Runs only if the plugin became ready. */
  onClose(fn: () => void | Promise<void>): void;
}

/** A configured provider. Its key is not included. */
export interface ProviderInfo {
  readonly id: string;
  readonly type: string;
  /** The limits that the configuration sets for the whole account. */
  readonly limits: readonly Limit[];
}

/** A plugin: the default export of its module. */
export interface Plugin<O = Record<string, unknown>> {
  /** Unique. Shown in logs, errors and the admin. */
  readonly name: string;
  /** What it does, in a sentence. Shown in the admin. */
  readonly description?: string;
  /** JSON Schema of the plugin's options. 429chain checks them before `apply`. */
  readonly optionsSchema?: object;
  /**
   * Adds provider types, protocols, taps and routes. It also runs when a configuration is only checked, so it must have no other
   * effects: no files, timers, connections or global state. Those belong in `onReady`.
   */
  apply(api: PluginApi, options: O): void | Promise<void>;
}

/** Returns `plugin` as it is. It gives `apply` its types in an editor. */
export const definePlugin = <O = Record<string, unknown>>(plugin: Plugin<O>): Plugin<O> => plugin;
