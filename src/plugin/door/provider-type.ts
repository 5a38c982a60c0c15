import type { ModelView } from '../../contract/models.js';
import type { Limit } from '../../contract/quota.js';
import type { Adaptation } from './adapt.js';
import type { Translation } from './translate.js';

/** How a provider takes the beginning of its own answer, as a last message of the assistant: what that needs beside its text. */
export interface Prefill {
  /** Further fields of the message, such as Mistral's `prefix: true`. */
  readonly message?: Readonly<Record<string, unknown>>;
  /** Further fields of the body. */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** A request as it goes to a provider, the key among its headers. */
export interface UpstreamRequest {
  /** Below the base URL, such as `/chat/completions`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a person who adds a provider of this type wants to know. */
export interface ProviderAbout {
  /** Who it is, such as `Groq`. */
  readonly title: string;
  /** What its free tier gives, in a sentence or two, with a date where that ages. */
  readonly freeTier?: string;
  /** The free tier covers every model that it lists. */
  readonly allFree?: boolean;
  /** The page where a key is to be had. */
  readonly keyUrl?: string;
  /** Default true. false: a server of one's own may need none. */
  readonly needsKey?: boolean;
}

/** How a kind of provider is spoken to. */
export interface ProviderType<O = Record<string, unknown>> {
  /** Used when the configuration names none. A type without one needs `baseUrl` in the configuration. */
  readonly baseUrl?: string;
  /** JSON Schema of the provider's `options`. */
  readonly optionsSchema?: object;
  /** Headers for every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The header that is the key and nothing else, such as `x-api-key`. Default: `authorization: Bearer` and the key. */
  readonly keyHeader?: string;
  /** Where its models are listed, below the base URL. Default `/models`. */
  readonly modelsPath?: string;
  /** What the free tier allows but headers never tell, per target; signals correct it. */
  readonly knownLimits?: readonly Limit[];
  /** The same for pools, by the name that `pool` returns. */
  readonly knownPoolLimits?: Readonly<Record<string, readonly Limit[]>>;
  /** What this kind of provider is documented to refuse, as data. */
  readonly adaptations?: readonly Adaptation[];
  readonly about?: ProviderAbout;
  /** It is documented to go on from the beginning of an answer. Absent: it is asked in words to go on. */
  readonly prefill?: Prefill;
  /** Models that draw on one quota share a pool. Returns the pool's name, without the provider: `free`. */
  pool?(model: string): string | undefined;
  /**
   * What one entry of its answer to `GET /models` tells beyond the usual fields; `undefined` for a model that nobody can
   * talk with, such as one for speech.
   */
  readModel?(entry: Readonly<Record<string, unknown>>): Partial<ModelView> | undefined;
  /** For what data cannot say; runs after `adaptations`. Changes nothing in place: the next target is asked the same. */
  adapt?(request: UpstreamRequest, options: O): UpstreamRequest;
  /** For an API whose answers are not OpenAI-shaped. */
  readonly translate?: Translation;
}
