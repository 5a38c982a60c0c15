import type { ModelView } from '../../contract/models.js';
import type { Limit } from '../../contract/quota.js';
import type { Adaptation } from './adapt.js';
import type { ConversationRules, MediaKind } from './conversation.js';
import type { Translation } from './translate.js';

/** How a provider continues an answer from its beginning, sent as the last message of the assistant. */
export interface Prefill {
  /** Extra fields of that message, such as Mistral's `prefix: true`. */
  readonly message?: Readonly<Record<string, unknown>>;
  /** Extra fields of the request body. */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** A request as it is sent to a provider. Its headers contain the key. */
export interface UpstreamRequest {
  /** The path below the base URL, such as `/chat/completions`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the admin shows to a person who adds a provider of this type. */
export interface ProviderAbout {
  /** The provider's name, such as `Groq`. */
  readonly title: string;
  /** Its free tier in one or two sentences, with a date if the numbers may change. */
  readonly freeTier?: string;
  /** Whether the free tier covers every model that it lists. */
  readonly allFree?: boolean;
  /** The page where a person gets a key. */
  readonly keyUrl?: string;
  /** Default: true. Set false for a server that may run without a key. */
  readonly needsKey?: boolean;
}

/** How 429chain talks to one kind of provider. */
export interface ProviderType<O = Record<string, unknown>> {
  /** Default of the provider's `baseUrl`. Without it, the configuration must set one. */
  readonly baseUrl?: string;
  /**
   * The protocols that its API speaks, such as `['chat', 'messages']`. Default: `['chat']`. A request in one of them goes to
   * the provider as it came, apart from the model's name; any other request is translated to `chat`.
   */
  readonly speaks?: readonly string[];
  /**
   * How many inputs one request for embeddings may have. 429chain divides a larger request and joins the answers. Without it,
   * 429chain learns the number from refusals that state it.
   */
  readonly maxInputs?: number;
  /** JSON Schema of the provider's `options` in the configuration. */
  readonly optionsSchema?: object;
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The header that contains the key alone, such as `x-api-key`. Default: `authorization: Bearer <key>`. */
  readonly keyHeader?: string;
  /** The path of the list of models below the base URL. Default: `/models`. */
  readonly modelsPath?: string;
  /** Limits of the free tier that no header states, for each target. Signals override them. */
  readonly knownLimits?: readonly Limit[];
  /** The same for each pool, by the name that `pool` returns. */
  readonly knownPoolLimits?: Readonly<Record<string, readonly Limit[]>>;
  /**
   * The provider counts `max_tokens` against the limits before it answers. 429chain then lowers a larger bound of the caller
   * to one that fits what answers really cost. Without it, 429chain learns this from refusals.
   */
  readonly countsBound?: boolean;
  /** Fields that this provider refuses, and what 429chain does with them. */
  readonly adaptations?: readonly Adaptation[];
  /** What it requires of earlier messages. Without rules, 429chain learns most of them from refusals. */
  readonly conversation?: readonly ConversationRules[];
  /** Parts of messages that none of its models takes. Requests with such parts pass it over. */
  readonly lacks?: readonly MediaKind[];
  readonly about?: ProviderAbout;
  /** How it continues an answer from its beginning. Absent: 429chain asks the model in words to continue. */
  readonly prefill?: Prefill;
  /** The name of the pool that a model belongs to, such as `free`. The models of a pool share one quota. */
  pool?(model: string): string | undefined;
  /**
   * Reads one entry of the provider's list of models. Return only what 429chain does not read itself, or `undefined` for a
   * model that cannot chat, such as one for speech.
   */
  readModel?(entry: Readonly<Record<string, unknown>>): Partial<ModelView> | undefined;
  /** Changes a request in ways that `adaptations` cannot; runs after them. Returns a new object and leaves `request` as it is. */
  adapt?(request: UpstreamRequest, options: O): UpstreamRequest;
  /** Translates the answers of an API that is not like OpenAI's. */
  readonly translate?: Translation;
}
