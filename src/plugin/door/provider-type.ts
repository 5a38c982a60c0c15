import type { ModelView } from '../../contract/models.js';
import type { Adaptation } from './adapt.js';
import type { ConversationRules, MediaKind } from './conversation.js';
import type { ErrorRule } from './error-rule.js';
import type { FreeOffer } from './free-offer.js';
import type { KnownLimit, Sourced } from './known-limit.js';
import type { HeaderMeanings } from './limit-headers.js';
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

/** Whether a provider trains models on what it is sent for free. */
export interface TrainingPosture extends Sourced {
  /** `may`: it trains, or reserves the right to. `unknown`: no statement was found. */
  readonly posture: 'no' | 'may' | 'unknown';
  /** What depends on the account or the country, in one sentence. */
  readonly note?: string;
}

/** Reads the list of models of a provider whose list is not quite like OpenAI's. */
export interface ModelList {
  /** The field of the answer with the list. Default: `data`, or the answer itself. */
  readonly list?: string;
  /** The field of an entry with the id. Default: `id`. */
  readonly id?: string;
  /** Ids of the models that are free. All others are not. Default: nothing is said about them. */
  readonly free?: RegExp;
  /** Ids of models that cannot chat, such as those for speech. They are left out. */
  readonly except?: RegExp;
  /** Ids of models that the list lacks. */
  readonly also?: readonly string[];
}

/**
 * What the admin and `429chain catalogue` show to a person who chooses a provider of this type. `source` and `date` say
 * where and when the free tier was read.
 */
export interface ProviderAbout extends Sourced {
  /** The provider's name, such as `Groq`. */
  readonly title: string;
  /** Its free tier in one or two sentences, with a date if the numbers may change. */
  readonly freeTier?: string;
  /** Whether the free tier covers every model that it lists. */
  readonly allFree?: boolean;
  /** What is free. Says more than `allFree`: which kind of offer, and which models. */
  readonly offers?: readonly FreeOffer[];
  /** The page where a person gets a key. */
  readonly keyUrl?: string;
  /** Default: true. Set false for a server that may run without a key. */
  readonly needsKey?: boolean;
  /** Whether a card or another payment method is needed to get a key. Absent: unknown. */
  readonly needsCard?: boolean;
  /** About how many minutes it takes to get a key. */
  readonly keyMinutes?: number;
  /** What else is needed to get a key, such as a phone number, in one sentence. */
  readonly keyNote?: string;
  readonly training?: TrainingPosture;
}

/** How 429chain talks to one kind of provider. */
export interface ProviderType<O = Record<string, unknown>> {
  /**
   * Default of the provider's `baseUrl`. Without it, the configuration must set one. A name in braces stands for an option of
   * the provider: `https://api.example.com/accounts/{accountId}/v1`.
   */
  readonly baseUrl?: string;
  /** Base URLs by region, in place of `baseUrl`. The provider's option `region` chooses; the first is the default. */
  readonly hosts?: Readonly<Record<string, string>>;
  /**
   * The protocols that its API speaks, such as `['chat', 'messages']`. Default: `['chat']`. A request in one of them goes to
   * the provider as it came, apart from the model's name; any other request is translated to `chat`. Also the endpoints that
   * it has beside chat: `completions`, `embeddings`, `transcriptions`, `translations`, `speech`, `moderations`, `rerank`,
   * `images`. Requests to them skip a provider that does not name them.
   */
  readonly speaks?: readonly string[];
  /**
   * How many inputs one request for embeddings may have. 429chain divides a larger request and joins the answers. Without it,
   * 429chain learns the number from refusals that state it.
   */
  readonly maxInputs?: number;
  /** JSON Schema of the provider's `options` in the configuration. Default: what `baseUrl` or `hosts` need. */
  readonly optionsSchema?: object;
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The header that contains the key alone, such as `x-api-key`. Default: `authorization: Bearer <key>`. */
  readonly keyHeader?: string;
  /** The path of the list of models below the base URL, such as `/../models/search`. Default: `/models`. */
  readonly modelsPath?: string;
  readonly modelList?: ModelList;
  /**
   * A path below the base URL that answers GET only to a valid key. 429chain asks for it where everybody may read the list
   * of models.
   */
  readonly keyCheck?: string;
  /** Limits of the free tier that no header states. */
  readonly knownLimits?: readonly KnownLimit[];
  /** What failures mean. The first rule that holds decides; where none does, the rules for all providers do. */
  readonly errors?: readonly ErrorRule[];
  /** How it states limits in headers. Without it, the common headers are read, and where they name no window there is none. */
  readonly limitHeaders?: HeaderMeanings;
  /**
   * Without a key, its limits count for the IP address: all providers of this type without a key share one account, and so
   * their limits and cooldowns.
   */
  readonly keyless?: 'address';
  /**
   * The provider counts `max_tokens` against the limits before it answers. 429chain then lowers a larger bound of the caller
   * to one that fits what answers really cost. `false`: it does not count it. Absent: 429chain learns this from refusals.
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
