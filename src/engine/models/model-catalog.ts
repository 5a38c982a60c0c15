import type { Clock } from '../../clock.js';
import type { ModelView } from '../../contract/models.js';
import type { ListHolder, ReadList } from '../rules/standing.js';
import type { PreparedProvider, PreparedTarget } from '../target.js';
import { bareId } from './model-list.js';
import type { ProviderReport } from './provider-models.js';

/** How long a list is used before it is asked for again, and how soon a provider without a list is asked again, in ms. */
const FRESH_MS = 3_600_000;
const RETRY_MS = 600_000;

/** Asks a provider for its models. Never rejects. */
export type AskForList = (provider: PreparedProvider, signal: AbortSignal) => Promise<ProviderReport>;

interface Entry extends ListHolder {
  list?: ReadList;
  /** When the provider is asked again; `Infinity` while it is asked. */
  dueAt: number;
}

type Listing = Pick<PreparedProvider, 'type' | 'baseUrl'>;

/** What providers say about their models. It outlives a reload of the configuration, and nothing waits for it. */
export class ModelCatalog {
  readonly #entries = new Map<string, Entry>();
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #onChange: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Returns what is known of a target's model; `undefined` if nothing is. Where the provider's list is missing or old, it is
   * asked for in the background, so that a later call knows more.
   */
  find(target: PreparedTarget, ask: AskForList): ModelView | undefined {
    const entry = this.#entryOf(target);
    const { unusable } = target;
    if (unusable === undefined && this.#isDue(entry)) void this.#refresh(entry, { ...target, unusable }, ask);
    return entry.list?.find(target.model);
  }

  /** Returns where the list of a provider is, and will be once it is read. Asks for nothing. */
  holderOf(provider: Listing): ListHolder {
    return this.#entryOf(provider);
  }

  /** Calls `listener` whenever a list was read. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /**
   * Keeps the lists of these providers fresh, in place of those of the last call. Resolves when each of them was asked for once.
   */
  async keep(providers: readonly PreparedProvider[], ask: AskForList): Promise<void> {
    clearTimeout(this.#timer);
    const kept = providers.filter(({ unusable }) => unusable === undefined);
    if (kept.length === 0 || this.#closing.signal.aborted) return;
    // The timer of a later call may already run when the lists have come.
    const timer = setTimeout(() => void this.keep(providers, ask), RETRY_MS).unref();
    this.#timer = timer;
    const due = new Map(kept.map((provider) => [this.#entryOf(provider), provider] as const));
    const asked = [...due].filter(([entry]) => this.#isDue(entry));
    await Promise.allSettled(asked.map(([entry, provider]) => this.#refresh(entry, provider, ask)));
  }

  /** Takes over a list that was read now. */
  learn(provider: Listing, models: readonly ModelView[]): void {
    const byId = new Map(models.map((model) => [model.id, model]));
    this.#entryOf(provider).list = { find: (id) => byId.get(bareId(id)), readAt: this.#clock.now() };
    this.#onChange();
  }

  /** Ends the requests for lists that are under way. */
  close(): void {
    clearTimeout(this.#timer);
    this.#closing.abort();
  }

  #entryOf({ type, baseUrl }: Listing): Entry {
    // The lists of two accounts at one address differ little, and one request serves both.
    const key = JSON.stringify([type, baseUrl]);
    const entry = this.#entries.get(key) ?? { dueAt: 0 };
    this.#entries.set(key, entry);
    return entry;
  }

  #isDue({ dueAt }: Entry): boolean {
    return dueAt <= this.#clock.monotonic();
  }

  async #refresh(entry: Entry, provider: PreparedProvider, ask: AskForList): Promise<void> {
    entry.dueAt = Number.POSITIVE_INFINITY;
    let pauseMs = RETRY_MS;
    try {
      const { models } = await ask(provider, this.#closing.signal);
      if (models === undefined) return;
      this.learn(provider, models);
      pauseMs = FRESH_MS;
    } finally {
      entry.dueAt = this.#clock.monotonic() + pauseMs;
    }
  }
}
