import type { Log } from '../log.js';
import { ChainError } from '../plugin/door/errors.js';
import type { ProviderInfo, Target } from '../plugin/index.js';
import { runTraced } from './activity.js';
import { type Guard, wordsWithPlace } from './guard.js';
import { inTime, inTimeWithNotice, type PluginPace } from './in-time.js';
import { noteResources } from './resources.js';

export type ReadyListener = (targets: readonly Target[], providers: readonly ProviderInfo[]) => void | Promise<void>;
export type CloseListener = () => void | Promise<void>;

interface Listeners {
  readonly ready: ReadyListener[];
  readonly close: CloseListener[];
}

export interface LifeCycleOptions {
  readonly log: Log;
  /** Removes keys from the messages of errors. */
  readonly mask: (text: string) => string;
  readonly guard: Guard;
  readonly pace: PluginPace;
}

/** The plugins of one runtime in the order in which they are applied: applied, then made ready, at the end closed. */
export class LifeCycle {
  readonly #options: LifeCycleOptions;
  readonly #listeners = new Map<string, Listeners>();
  readonly #ready = new Set<string>();

  constructor(options: LifeCycleOptions) {
    this.#options = options;
  }

  /** @throws ChainError `plugin_failed` if `apply` throws or takes longer than 30 s */
  async apply(plugin: string, apply: () => void | Promise<void>): Promise<void> {
    this.#listeners.set(plugin, { ready: [], close: [] });
    await this.#start(plugin, 'apply', apply);
  }

  onReady(plugin: string, listener: ReadyListener): void {
    this.#listeners.get(plugin)?.ready.push(listener);
  }

  onClose(plugin: string, listener: CloseListener): void {
    this.#listeners.get(plugin)?.close.push(listener);
  }

  /** @throws ChainError `plugin_failed` for the first plugin that does not get ready; later ones are not asked to */
  async ready(targets: readonly Target[], providers: readonly ProviderInfo[]): Promise<void> {
    for (const [plugin, { ready }] of this.#listeners) {
      for (const listener of ready) await this.#start(plugin, 'onReady', () => listener(targets, providers));
      this.#ready.add(plugin);
    }
  }

  /** Closes every plugin that became ready, all at the same time, even if some fail. Waits 5 s for them. */
  async close(): Promise<void> {
    const closing = [...this.#ready];
    this.#ready.clear();
    await Promise.all(closing.map((plugin) => this.#close(plugin)));
  }

  async #close(plugin: string): Promise<void> {
    const { log, pace } = this.#options;
    const blame = (error: unknown): void => {
      log.warn(`Plugin "${plugin}" failed in onClose: ${this.#words(plugin, error)}`);
    };
    const closeAll = async (): Promise<void> => {
      for (const listener of this.#listeners.get(plugin)?.close ?? []) {
        try {
          await this.#traced(plugin, 'onClose', listener);
        } catch (error) {
          blame(error);
        }
      }
    };
    await inTime(closeAll(), pace.closingMs, 'it did not end').catch(blame);
  }

  async #start(plugin: string, where: string, call: () => void | Promise<void>): Promise<void> {
    const { log, pace } = this.#options;
    try {
      const running = noteResources(plugin, where, () => this.#traced(plugin, where, call));
      await inTimeWithNotice(running, pace, (sentence) => {
        log.warn(`429chain waits for plugin "${plugin}" in ${where}: ${sentence}`);
      });
    } catch (cause) {
      const message = `Plugin "${plugin}" failed in ${where}: ${this.#words(plugin, cause)}`;
      throw new ChainError('plugin_failed', message, { cause });
    }
  }

  #traced<T>(plugin: string, where: string, call: () => T): T {
    const activity = this.#options.guard.activity(plugin, where);
    return activity === undefined ? call() : runTraced(activity, call);
  }

  #words(plugin: string, error: unknown): string {
    return this.#options.mask(wordsWithPlace(plugin, error));
  }
}
