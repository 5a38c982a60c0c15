import type { Log } from '../log.js';
import { ChainError } from '../plugin/door/errors.js';
import type { ProviderInfo, Target } from '../plugin/index.js';
import { inTime } from './in-time.js';
import { wordsOf } from './words.js';

/** How long a plugin may take to get ready, and to close. */
const READY_MS = 30_000;
const CLOSING_MS = 5_000;

export type ReadyListener = (targets: readonly Target[], providers: readonly ProviderInfo[]) => void | Promise<void>;
export type CloseListener = () => void | Promise<void>;

interface Listeners {
  readonly ready: ReadyListener[];
  readonly close: CloseListener[];
}

/** The plugins of one runtime in the order in which they are applied: applied, then made ready, at the end closed. */
export class LifeCycle {
  readonly #log: Log;
  readonly #mask: (text: string) => string;
  readonly #listeners = new Map<string, Listeners>();
  readonly #ready = new Set<string>();

  /** `mask` removes keys from the messages of errors. */
  constructor(log: Log, mask: (text: string) => string) {
    this.#log = log;
    this.#mask = mask;
  }

  /** @throws ChainError `plugin_failed` if `apply` throws or takes longer than 30 s */
  async apply(plugin: string, apply: () => void | Promise<void>): Promise<void> {
    this.#listeners.set(plugin, { ready: [], close: [] });
    await this.#blame(plugin, 'apply', apply);
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
      for (const listener of ready) await this.#blame(plugin, 'onReady', () => listener(targets, providers));
      this.#ready.add(plugin);
    }
  }

  /** Closes every plugin that became ready, even if others fail. Waits 5 s for each. */
  async close(): Promise<void> {
    for (const plugin of this.#ready) {
      for (const listener of this.#listeners.get(plugin)?.close ?? []) {
        try {
          await inTime(listener(), CLOSING_MS, 'it did not end');
        } catch (error) {
          this.#log.warn(`Plugin "${plugin}" failed in onClose: ${this.#mask(wordsOf(error))}`);
        }
      }
    }
    this.#ready.clear();
  }

  async #blame(plugin: string, where: string, call: () => void | Promise<void>): Promise<void> {
    try {
      await inTime(call(), READY_MS, 'it did not end');
    } catch (cause) {
      const message = this.#mask(wordsOf(cause));
      throw new ChainError('plugin_failed', `Plugin "${plugin}" failed in ${where}: ${message}`, { cause });
    }
  }
}
