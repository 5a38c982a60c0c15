import type { ModelView } from '../../contract/models.js';
import type { PreparedProvider, PreparedTarget } from '../target.js';
import { bareId } from './model-list.js';
import type { ProviderReport } from './provider-models.js';

/** How long a list is used before it is asked for again, and how soon a provider without a list is asked again, in ms. */
const FRESH_MS = 3_600_000;
const RETRY_MS = 600_000;

/** Asks a provider for its models. Never rejects. */
export type AskForList = (provider: PreparedProvider, signal: AbortSignal) => Promise<ProviderReport>;

interface Entry {
  models: ReadonlyMap<string, ModelView>;
  /** When the provider is asked again; `Infinity` while it is asked. */
  dueAt: number;
}

/** What providers say about their models. It outlives a reload of the configuration, and nothing waits for it. */
export class ModelCatalog {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;
  readonly #closing = new AbortController();

  /** @param now monotonic, in ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Returns what is known of a target's model; `undefined` if nothing is. Where the provider's list is missing or old, it is
   * asked for in the background, so that a later call knows more.
   */
  find(target: PreparedTarget, ask: AskForList): ModelView | undefined {
    // The lists of two accounts at one address differ little, and one request serves both.
    const key = JSON.stringify([target.type, target.baseUrl]);
    const entry = this.#entries.get(key) ?? { models: new Map(), dueAt: 0 };
    this.#entries.set(key, entry);
    const { unusable } = target;
    if (unusable === undefined && entry.dueAt <= this.#now()) void this.#refresh(entry, { ...target, unusable }, ask);
    return entry.models.get(bareId(target.model));
  }

  /** Ends the requests for lists that are under way. */
  close(): void {
    this.#closing.abort();
  }

  async #refresh(entry: Entry, provider: PreparedProvider, ask: AskForList): Promise<void> {
    entry.dueAt = Number.POSITIVE_INFINITY;
    let pauseMs = RETRY_MS;
    try {
      const { models } = await ask(provider, this.#closing.signal);
      if (models === undefined) return;
      entry.models = new Map(models.map((model) => [model.id, model]));
      pauseMs = FRESH_MS;
    } finally {
      entry.dueAt = this.#now() + pauseMs;
    }
  }
}
