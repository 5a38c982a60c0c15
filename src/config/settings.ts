import type { Configuration, Logging } from '../contract/config.js';
import type { Limit } from '../contract/quota.js';
import type { Plugin } from '../plugin/index.js';
import type { ProxyVariables } from './proxy.js';

/** Timeouts in ms. The engine has a default for each. */
export interface Timeouts {
  readonly connect?: number;
  /** Until the first token of a stream, or the whole answer if it is not streamed. */
  readonly firstToken?: number;
  /** Between two chunks of a stream. */
  readonly idle?: number;
  readonly total?: number;
}

/** One of several keys of a provider. */
interface KeyOfProvider {
  /** The id of the provider in the configuration. */
  readonly provider: string;
  /** Default: `key 1` for the first key. */
  readonly label: string;
  readonly rotate: 'order' | 'most-left';
}

/** A provider with one key at most. A provider with several keys is as many of these. */
export interface ProviderSettings {
  /** Its id in the configuration; for one of several keys, `groq:key 1`. */
  readonly id: string;
  /** Absent unless it is one of several keys. */
  readonly keyOf?: KeyOfProvider;
  readonly type: string;
  readonly baseUrl?: string;
  /** The protocols that it speaks. Absent: those of its type. */
  readonly speaks?: readonly string[];
  /** The URL of a proxy; `false` for a direct connection. Absent: the proxies of the environment apply. */
  readonly proxy?: string | false;
  /** Absent if the provider needs no key, or if its variable is not set. */
  readonly apiKey?: string;
  /** The unset variables because of which the provider is `unconfigured`. */
  readonly missing: readonly string[];
  readonly enabled: boolean;
  /** The name of the account, if the configuration names one. */
  readonly account?: string;
  /** What the configuration says about its price. */
  readonly free?: boolean;
  /** What the configuration says about training on requests. */
  readonly training?: 'no' | 'may';
  readonly limits: readonly Limit[];
  readonly timeouts: Timeouts;
  readonly headers: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface TargetSettings {
  /** `provider/model` */
  readonly id: string;
  /** The `id` of its `ProviderSettings`. */
  readonly provider: string;
  readonly model: string;
  /** What the configuration says about its price. Absent: what it says about the provider's. */
  readonly free?: boolean;
  readonly limits: readonly Limit[];
  readonly timeouts: Timeouts;
}

/** Rules about which targets of a chain may be asked. Each is the setting that makes it, such as `server.free`. */
export interface ChainRules {
  /** Only targets that are known to be free. */
  readonly freeOnly?: string;
  /** Only targets whose providers are known not to train on requests. */
  readonly noTraining?: string;
}

export interface ChainSettings {
  readonly name: string;
  readonly targets: readonly TargetSettings[];
  readonly maxWaitMs: number;
  readonly patienceMs: number;
  readonly retries: number;
  readonly resume: boolean;
  readonly resumeInstruction: string;
  readonly onModeration: 'return' | 'next';
  /** Embeddings of all its targets can be compared, whatever their models are called. */
  readonly sameVectors: boolean;
  /** Absent if every target may be asked. */
  readonly rules?: ChainRules;
}

export interface PluginSettings {
  /** A built-in's name, a package name or an absolute path. */
  readonly use: string;
  /** The plugin itself, if a program passed it to the library. */
  readonly plugin?: Plugin;
  readonly options: Readonly<Record<string, unknown>>;
  readonly enabled: boolean;
  /** Its path in the configuration (`plugins.1.options`), for messages. Absent for `--plugins`. */
  readonly path?: readonly (string | number)[];
}

/** Another name for a chain or a target. */
export interface Alias {
  /** A model name, in which `*` stands for any characters. */
  readonly pattern: string;
  /** The name of a chain, or `provider/model`. */
  readonly to: string;
}

/** A key of a client or a provider. */
export interface ApiKey {
  readonly key: string;
  /** Identifies the key in logs. Default: `key 1` for the first key. */
  readonly label: string;
}

/** A configuration with its defaults filled in, its variables read, and its durations in ms. Immutable. */
export interface Settings {
  /** Absolute. Absent for a configuration that is not a file. */
  readonly file?: string;
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly apiKeys: readonly ApiKey[];
    readonly adminKey?: string;
    /** More host names of the admin, in lower case. */
    readonly hosts: readonly string[];
    /** The addresses and networks of proxies whose `x-forwarded-for` is believed. */
    readonly trustedProxies: readonly string[];
    /** The origins of pages that may use the API, in lower case; `'*'` for all. */
    readonly cors: '*' | readonly string[];
    readonly maxBodyBytes: number;
    /** The bytes of all request bodies together. */
    readonly maxBodiesInFlight: number;
    /** The number of requests that may wait for capacity. */
    readonly maxWaiting: number;
    /** How long requests in flight may continue when the server stops. */
    readonly drainMs: number;
    /** Absent: never. */
    readonly checkEveryMs?: number;
    readonly log: Required<Logging>;
  };
  /** Absolute. */
  readonly dataDir: string;
  /** The proxies that the environment names. */
  readonly proxies: ProxyVariables;
  readonly providers: readonly ProviderSettings[];
  readonly chains: readonly ChainSettings[];
  /** Names no existing chain if there are none. */
  readonly defaultChain: string;
  /** Other names for chains and targets. The first that fits counts. */
  readonly aliases: readonly Alias[];
  /** The settings for requests that name a target directly: the default chain, with the server's rules and without targets. */
  readonly direct: ChainSettings;
  readonly plugins: readonly PluginSettings[];
  /** The configuration as it is written. It contains no values of variables. */
  readonly written?: Configuration;
  /** The position in the file of the value at `path`, or of its key. */
  readonly locate: (
    path: readonly (string | number)[],
    at?: 'key' | 'value',
  ) => { readonly line: number; readonly column: number } | undefined;
}

/** A problem in a configuration. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What was found, what was expected, and for a typo the most similar valid word. */
  readonly message: string;
}
