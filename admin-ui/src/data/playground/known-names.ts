import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { ChainsReply, ProvidersReply } from '../../../../src/contract/admin-configuration.js';
import type { Explanation } from '../../../../src/contract/explain.js';
import { partsOf } from '../format.js';
import { call } from '../server/client.js';
import { live } from '../server/feed.js';
import { Resource } from '../server/resource.js';
import { type KnownNames, type Outlook, outlookOf } from './names.js';

/** How long typing has to pause before the server is asked about a name. */
const PAUSE_MS = 150;

interface Loaded {
  readonly chains: ChainsReply;
  readonly providers: ProvidersReply;
}

const loadNames = async (signal: AbortSignal): Promise<Loaded> => {
  const [chains, providers] = await Promise.all([call('GET /chains', { signal }), call('GET /providers', { signal })]);
  return { chains, providers };
};

/** Knows the names that can be asked, and what would happen to a request for the names of its host. */
export class NamesController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #loaded: Resource<Loaded>;
  #loading: Promise<unknown> = Promise.resolve();
  #models: Readonly<Record<string, readonly string[]>> = {};
  readonly #asked = new Set<string>();
  readonly #explanations = new Map<string, Explanation>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
    this.#loaded = new Resource(host, (signal) => {
      const load = loadNames(signal);
      this.#loading = load.catch(() => undefined);
      return load;
    });
  }

  hostConnected(): void {}

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  get known(): KnownNames {
    const targets = (live.status?.targets ?? []).map(({ target }) => target);
    return { chains: this.#loaded.value?.chains, targets, models: this.#models };
  }

  /** What would happen to a request for `model` at `endpoint`, as far as it was looked up. */
  outlook(model: string, endpoint: string | undefined): Outlook | undefined {
    const explanation = this.#explanations.get(keyOf(model, endpoint));
    return explanation && outlookOf(model, explanation, this.known);
  }

  /** Asks the server about names after a pause. Lists the models of their providers too. */
  look(models: readonly string[], endpoint: string | undefined, pauseMs = PAUSE_MS): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      for (const model of models) void this.#explain(model, endpoint);
    }, pauseMs);
  }

  async #explain(model: string, endpoint: string | undefined): Promise<void> {
    await this.#loading;
    // Without any chain, only a target can answer, and the server refuses to explain anything else.
    if (this.#loaded.value?.chains.chains.length === 0 && !model.includes('/')) return;
    void this.#listModels(partsOf(model).provider);
    const key = keyOf(model, endpoint);
    const body = { model, ...(endpoint === undefined ? {} : { endpoint }) };
    // Without an answer, the page says elsewhere that the server is down.
    const explanation = await call('POST /explain', { body }).catch(() => undefined);
    if (explanation === undefined) this.#explanations.delete(key);
    else this.#explanations.set(key, explanation);
    this.#host.requestUpdate();
  }

  /** Without a list from the provider, the user types the model. */
  async #listModels(provider: string): Promise<void> {
    const isProvider = this.#loaded.value?.providers.providers.some(({ id }) => id === provider) ?? false;
    if (!isProvider || this.#asked.has(provider)) return;
    this.#asked.add(provider);
    const { models } = await call('GET /providers/:id/models', { params: { id: provider } }).catch(() => ({
      models: [],
    }));
    this.#models = { ...this.#models, [provider]: models.map(({ id }) => id) };
    this.#host.requestUpdate();
  }
}

const keyOf = (model: string, endpoint: string | undefined): string => `${endpoint ?? ''} ${model}`;
