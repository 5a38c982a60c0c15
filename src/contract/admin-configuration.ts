import type { Target } from './config.js';
import type { ProviderHealth } from './health.js';
import type { Dimension, Duration, Limit } from './quota.js';

/** The response to a saved change. */
export interface Saved {
  /** The revision for the next change. */
  readonly revision: string;
}

/** Whether changes can be saved; otherwise the reason. */
export type Writable =
  | {
      readonly ok: true /** false: changes are lost when the process ends, as in `--demo`. */;
      readonly kept: boolean;
    }
  | { readonly ok: false; readonly reason: string };

export interface ProviderTypeView {
  readonly type: string;
  /** The provider's name, such as `Groq`. */
  readonly title: string;
  /** The plugin that adds it. */
  readonly plugin: string;
  /** A short description of the free tier. */
  readonly freeTier?: string;
  /** The page to get a key. */
  readonly keyUrl?: string;
  /** The default base URL. Absent if a provider of this type needs its own `baseUrl`. */
  readonly baseUrl?: string;
  /** Whether providers of this type usually need a key. */
  readonly needsKey: boolean;
  /** It answers without a key, and counts requests per IP address. */
  readonly keyless: boolean;
  /** Whether a card is needed to get a key. Absent: unknown. */
  readonly needsCard?: boolean;
  /** About how many minutes it takes to get a key. */
  readonly keyMinutes?: number;
  /** What else it takes to get a key, in one sentence. */
  readonly keyNote?: string;
  /** Whether it trains on what it is sent for free, with what that depends on. */
  readonly training: { readonly posture: 'no' | 'may' | 'unknown'; readonly note?: string };
  /** The JSON Schema of the options. */
  readonly optionsSchema?: object;
}

export interface Timeouts {
  readonly connect?: Duration;
  readonly firstToken?: Duration;
  readonly idle?: Duration;
  readonly total?: Duration;
}

/** A provider in the configuration, with its key masked. */
export interface ProviderView {
  readonly id: string;
  readonly type: string;
  /** A user name and password in it are masked, as in `proxy`. */
  readonly baseUrl?: string;
  readonly proxy?: string | false;
  readonly enabled: boolean;
  /** The name of the account, if it shares one with other providers. */
  readonly account?: string;
  readonly limits: readonly Limit[];
  readonly timeouts: Timeouts;
  /** The values are masked: they may contain keys. */
  readonly headers: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, unknown>>;
  /** The key; of several, the first. */
  readonly key: KeyState;
  /** Each of several keys. Absent if there is one at most. */
  readonly keys?: readonly ProviderKeyView[];
  readonly rotate?: 'order' | 'most-left';
  /** With several keys, it is usable if one of them is. */
  readonly state: 'usable' | 'unconfigured' | 'disabled' | 'refused';
  /** Why it cannot be used. */
  readonly reason?: string;
  /** What happened last, with all of its keys. `state` says only whether it may be asked. */
  readonly health: ProviderHealth;
  /** The chains that use it. */
  readonly chains: readonly string[];
}

/** The state of a key, without the key itself. */
export interface KeyState {
  readonly kind: 'none' | 'set' | 'unset';
  /** The variable that the key is read from. */
  readonly variable?: string;
  /** Such as `gsk_…9f3a`. */
  readonly masked?: string;
}

/** One of several keys of a provider. */
export interface ProviderKeyView extends KeyState {
  readonly label: string;
  readonly state: ProviderView['state'];
  /** Why it cannot be used. */
  readonly reason?: string;
  readonly health: ProviderHealth;
}

export interface ProvidersReply extends Saved {
  readonly providers: readonly ProviderView[];
}

/** A provider to save. Absent fields are left out of the file. */
export interface ProviderWritten {
  readonly type: string;
  /** A masked user name and password that are sent back unchanged stay, also in `proxy`. */
  readonly baseUrl?: string;
  /** Absent: it stays. */
  readonly proxy?: string | false;
  readonly enabled?: boolean;
  /** Absent: it stays. Empty: the provider has its own account. */
  readonly account?: string;
  readonly limits?: readonly Limit[];
  readonly timeouts?: Timeouts;
  /** Masked values that are sent back unchanged keep their value. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, unknown>>;
  /**
   * A new key to store in `.env`, in place of all keys. Absent: the keys stay. `null`: the provider needs none. A masked key
   * is rejected.
   */
  readonly apiKey?: string | null;
  /** All keys in their order, instead of `apiKey`. Absent: they stay. */
  readonly apiKeys?: readonly ProviderKeyWritten[];
  /** Absent: it stays. */
  readonly rotate?: 'order' | 'most-left';
}

/** One of several keys to save. */
export interface ProviderKeyWritten {
  /** Default: its position, such as `key 1`. */
  readonly label?: string;
  /** The label of the saved key that stays, whatever its label and its place are now. */
  readonly savedAs?: string;
  /** A new key to store in `.env`. Absent, or the masked key of `savedAs`: that one stays. */
  readonly key?: string;
}

export interface ProviderToTry {
  /**
   * A saved provider, from which absent fields are taken, also the key. With a different `baseUrl`, a new key is required,
   * and the saved headers are not sent.
   */
  readonly id?: string;
  readonly type?: string;
  readonly baseUrl?: string;
  readonly apiKey?: string;
  /** Several keys instead of `apiKey`: each is tested. */
  readonly apiKeys?: readonly ProviderKeyWritten[];
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface ChainTargetView {
  /** `provider/model`. */
  readonly target: string;
  /** The user's own word on whether it is free. Absent in a chain to save: it stays. */
  readonly free?: boolean;
  readonly limits?: readonly Limit[];
  readonly timeouts?: Timeouts;
}

export interface ChainSettingsView {
  readonly maxWait?: Duration;
  readonly patience?: Duration;
  readonly retries?: number;
  readonly resume?: boolean;
  readonly onModeration?: 'return' | 'next';
  /** Absent: the server's setting. */
  readonly free?: 'only' | 'any';
  /** Absent: the server's setting. */
  readonly privacy?: 'no-training' | 'any';
  /** Absent in a chain to save: it stays. */
  readonly resumeInstruction?: string;
  /** Absent in a chain to save: it stays. */
  readonly sameVectors?: boolean;
  readonly timeouts?: Timeouts;
}

/** A chain in the configuration. Absent fields have their default. */
export interface ChainView extends ChainSettingsView {
  readonly name: string;
  readonly targets: readonly ChainTargetView[];
}

export interface ChainsReply extends Saved {
  readonly chains: readonly ChainView[];
  /** Absent if there are no chains. */
  readonly defaultChain?: string;
}

export interface ChainWritten extends ChainSettingsView {
  /** The new name of the chain. */
  readonly name?: string;
  /** Each as in a `ChainView`, or as in the configuration file: `provider/model`, or an object with both. */
  readonly targets: readonly (ChainTargetView | Target)[];
}

export interface ApiKeyView {
  readonly label: string;
  readonly masked: string;
  /** Generated at the first start and stored in the data folder, because the configuration has no keys. */
  readonly own: boolean;
  readonly variable?: string;
}

export interface KeysReply extends Saved {
  readonly keys: readonly ApiKeyView[];
}

export interface MadeKey extends Saved {
  readonly label: string;
  readonly key: string;
}

export interface PluginView {
  /** The name of the plugin itself. */
  readonly name: string;
  /** What it does, in a sentence. Absent if it does not say so, or if it is not loaded. */
  readonly description?: string;
  readonly builtIn: boolean;
  readonly enabled: boolean;
  /** The name or path in the configuration. Absent if the plugin is not listed there. */
  readonly use?: string;
  /** The source of a plugin that is not from the configuration: `--plugins`, or the program that embeds 429chain. */
  readonly givenBy?: 'option' | 'program';
  readonly options: Readonly<Record<string, unknown>>;
  readonly optionsSchema?: object;
  /** The provider types, hooks and routes that it adds. */
  readonly adds: readonly string[];
  readonly errors: number;
  /** The last error. */
  readonly lastError?: { readonly where: string; readonly message: string; readonly at: number };
}

export interface PluginsReply extends Saved {
  readonly plugins: readonly PluginView[];
}

export interface PluginWritten {
  readonly enabled?: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A limit to write to the configuration. */
export interface PinnedLimit {
  /** A provider, or a target of a chain. The configuration cannot contain limits of pools. */
  readonly scope: string;
  readonly dimension: Dimension;
  /** Absent for `concurrent`. */
  readonly window?: Duration;
  readonly limit: number;
}

/** A problem in the configuration. Lines and columns start at 1. */
export interface ProblemView {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface ConfigurationReply extends Saved {
  readonly text: string;
  /** Absent if the configuration is not a file, as in `--demo`. */
  readonly file?: string;
  readonly writable: Writable;
  /** The problems in the file. If there are any, the previous configuration stays active. */
  readonly problems: readonly ProblemView[];
}

export interface CheckedText {
  readonly problems: readonly ProblemView[];
}
