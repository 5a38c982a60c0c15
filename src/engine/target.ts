import type { ChainRules } from '../config/settings.js';
import type { TargetScopes } from '../ledger/ledger.js';
import type { CompiledAdaptation } from '../plugin/door/adapt.js';
import type { Target } from '../plugin/door/attempt.js';
import type { ConversationRules } from '../plugin/door/conversation.js';
import type { ProviderType } from '../plugin/door/provider-type.js';
import type { Endpoint } from './endpoint.js';
import type { EndpointMemory, MissingEndpoints } from './endpoint-memory.js';
import type { Repairs } from './repairs.js';
import type { Standing } from './rules/standing.js';

/** Spans in ms. */
export interface TargetTimeouts {
  readonly connect: number;
  readonly firstToken: number;
  readonly idle: number;
  readonly total: number;
}

/** A provider with everything that is the same for each request to it. Made once per configuration. */
export interface PreparedProvider {
  /** Its id in the configuration. */
  readonly provider: string;
  /** Its id among all keys: `provider`, or `groq:key 1` for one of several keys. */
  readonly keyedId: string;
  /** The label of one of several keys. Absent if the provider has one key at most. */
  readonly key?: string | undefined;
  /** Whether requests begin with the key of the provider that has the most left. */
  readonly rotates?: boolean;
  /** The account whose limits and cooldowns hold: by default, the provider's or the key's own. */
  readonly account: string;
  readonly type: string;
  /** Without user name and password. */
  readonly baseUrl: string;
  readonly endpoint: Endpoint;
  /** The URL of the proxy that its requests go through, which may contain a password. Absent: they go directly. */
  readonly proxy?: string | undefined;
  /** All headers of a request, the key included. Names are lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The name of the header that carries the key. */
  readonly keyHeader: string;
  readonly providerType: ProviderType;
  /** The protocols that it speaks. */
  readonly speaks: ReadonlySet<string>;
  /** Endpoints that its server turned out not to have. */
  readonly missing: MissingEndpoints;
  readonly options: Readonly<Record<string, unknown>>;
  readonly timeouts: TargetTimeouts;
  /** Why the provider gets no requests, whatever the ledger says. */
  readonly unusable?: { readonly state: 'unconfigured' | 'disabled'; readonly reason: string } | undefined;
  /** Keys, to be masked in every text that leaves 429chain. */
  readonly secrets: readonly string[];
}

/** A target with everything that is the same for each attempt at it. Made once per configuration. */
export interface PreparedTarget extends Target, Omit<PreparedProvider, 'unusable'> {
  /** Why it gets no requests, or not this one: `available` is a target that can serve others. */
  readonly unusable?:
    | {
        readonly state: 'unconfigured' | 'disabled' | 'available';
        readonly reason: string;
        /** The rule of the chain that keeps it from being asked. */
        readonly rule?: keyof ChainRules | undefined;
      }
    | undefined;
  /** What is known of its price and of training, for the rules of chains. */
  readonly standing: Standing;
  readonly scopes: TargetScopes;
  /** What hooks get: no key, and nothing that contains one. */
  readonly publicView: Target;
  /** The adaptations that go for every provider, then those of the provider type that apply to this model. */
  readonly adaptations: readonly CompiledAdaptation[];
  /** What the provider type requires of earlier messages for this model. */
  readonly conversation: ConversationRules;
  /** Learned while the process runs. */
  readonly repairs: Repairs;
  readonly endpoints: EndpointMemory;
}

export interface Chain {
  readonly name: string;
  /** Those of one model with several keys of its provider stand next to each other. */
  readonly targets: readonly PreparedTarget[];
  /** Whether keys of a target take turns. */
  readonly rotates?: boolean;
  readonly maxWaitMs: number;
  /** Wait up to this long for a better target before moving down the chain. */
  readonly patienceMs: number;
  readonly retries: number;
  readonly resume: boolean;
  readonly resumeInstruction: string;
  readonly onModeration: 'return' | 'next';
  /** Embeddings of all its targets can be compared, whatever their models are called. */
  readonly sameVectors: boolean;
  /** Which of its targets may be asked. Absent: all. */
  readonly rules?: ChainRules | undefined;
}

/** Returns the id of a target without the key of its provider: `groq/llama` for `groq:key 1/llama`. */
export const keylessId = ({ provider, model }: Target): string => `${provider}/${model}`;

/** Returns whether two targets are the same model with different keys of one provider. */
export const differInKey = (one: PreparedTarget, other: PreparedTarget): boolean =>
  one.key !== undefined && one.key !== other.key && one.provider === other.provider && one.model === other.model;

/** Returns a chain with these targets. */
export const chainOf = (settings: Omit<Chain, 'targets' | 'rotates'>, targets: readonly PreparedTarget[]): Chain => ({
  ...settings,
  targets,
  rotates: targets.some(({ rotates }) => rotates),
});
