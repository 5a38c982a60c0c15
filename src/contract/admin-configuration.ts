import type { Dimension, Duration, Limit } from './quota.js';

/** A change is saved, and in force. */
export interface Saved {
  /** What the next change starts from. */
  readonly revision: string;
}

/** Whether changes can be saved, and if not, why not. */
export type Writable =
  | {
      readonly ok: true /** false: it is in force, but ends with the process, as in `--demo`. */;
      readonly kept: boolean;
    }
  | { readonly ok: false; readonly reason: string };

export interface ProviderTypeView {
  readonly type: string;
  /** Who it is, such as `Groq`. */
  readonly title: string;
  /** The plugin that brings it. */
  readonly plugin: string;
  /** What its free tier gives, in a sentence or two. */
  readonly freeTier?: string;
  /** Where to get a key. */
  readonly keyUrl?: string;
  /** Without one, the provider's own `baseUrl` must be written down. */
  readonly baseUrl?: string;
  /** A key is usual; a server of one's own needs none. */
  readonly needsKey: boolean;
  /** JSON Schema of its options. */
  readonly optionsSchema?: object;
}

export interface Timeouts {
  readonly connect?: Duration;
  readonly firstToken?: Duration;
  readonly idle?: Duration;
  readonly total?: Duration;
}

/** A provider as it is written down, its key masked. */
export interface ProviderView {
  readonly id: string;
  readonly type: string;
  readonly baseUrl?: string;
  readonly enabled: boolean;
  readonly limits: readonly Limit[];
  readonly timeouts: Timeouts;
  /** Values masked: they may hold keys. */
  readonly headers: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly key: KeyState;
  readonly state: 'usable' | 'unconfigured' | 'disabled' | 'refused';
  /** Why it cannot be used, in plain words. */
  readonly reason?: string;
  /** Chains that name it. */
  readonly chains: readonly string[];
}

/** What is known of a key without telling it. */
export interface KeyState {
  readonly kind: 'none' | 'set' | 'unset';
  /** The variable that it is read from. */
  readonly variable?: string;
  /** Such as `gsk_…9f3a`. */
  readonly masked?: string;
}

export interface ProvidersReply extends Saved {
  readonly providers: readonly ProviderView[];
}

/** A provider to be saved. Absent fields are left out of the file. */
export interface ProviderWritten {
  readonly type: string;
  readonly baseUrl?: string;
  readonly enabled?: boolean;
  readonly limits?: readonly Limit[];
  readonly timeouts?: Timeouts;
  /** Those that are sent back as they were shown keep their value. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, unknown>>;
  /** A new key, for `.env`. Absent: the key stays as it is. `null`: it needs none. A masked one is refused. */
  readonly apiKey?: string | null;
}

export interface ProviderToTry {
  /**
   * A provider that is saved: what is absent below is taken from it, its key too. At another address than its own it
   * is not tried without a new key, nor with the saved headers.
   */
  readonly id?: string;
  readonly type?: string;
  readonly baseUrl?: string;
  readonly apiKey?: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface ChainTargetView {
  /** `provider/model`. */
  readonly target: string;
  readonly limits?: readonly Limit[];
  readonly timeouts?: Timeouts;
}

export interface ChainSettingsView {
  readonly maxWait?: Duration;
  readonly patience?: Duration;
  readonly retries?: number;
  readonly resume?: boolean;
  readonly onModeration?: 'return' | 'next';
  readonly timeouts?: Timeouts;
}

/** A chain as it is written down; what is absent has its default. */
export interface ChainView extends ChainSettingsView {
  readonly name: string;
  readonly targets: readonly ChainTargetView[];
}

export interface ChainsReply extends Saved {
  readonly chains: readonly ChainView[];
  /** Absent where there is no chain. */
  readonly defaultChain?: string;
}

export interface ChainWritten extends ChainSettingsView {
  /** Another name than before. */
  readonly name?: string;
  readonly targets: readonly ChainTargetView[];
}

export interface ApiKeyView {
  readonly label: string;
  readonly masked: string;
  /** Made at the first start and kept in the data folder, since the configuration names none. */
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
  /** As it calls itself. */
  readonly name: string;
  readonly builtIn: boolean;
  readonly enabled: boolean;
  /** As the configuration names it; absent where it does not. */
  readonly use?: string;
  /** Who gave it, where that was not the configuration: `--plugins`, or the program that runs 429chain. */
  readonly givenBy?: 'option' | 'program';
  readonly options: Readonly<Record<string, unknown>>;
  readonly optionsSchema?: object;
  /** What it adds: provider types, hooks that it taps, routes. */
  readonly adds: readonly string[];
  readonly errors: number;
  /** The last of them, in plain words. */
  readonly lastError?: { readonly where: string; readonly message: string; readonly at: number };
}

export interface PluginsReply extends Saved {
  readonly plugins: readonly PluginView[];
}

export interface PluginWritten {
  readonly enabled?: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A limit that is to be written down: one that was learned, or that a person knows better. */
export interface PinnedLimit {
  /** A provider, or a target that a chain names. A pool's limits cannot be written down. */
  readonly scope: string;
  readonly dimension: Dimension;
  /** Absent for `concurrent`. */
  readonly window?: Duration;
  readonly limit: number;
}

/** One thing wrong with a configuration, for the person who mends it. Lines and columns start at 1. */
export interface ProblemView {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface ConfigurationReply extends Saved {
  readonly text: string;
  /** Absent for one that is no file, as in `--demo`. */
  readonly file?: string;
  readonly writable: Writable;
  /** What is wrong with the file; what was in force before stays so. */
  readonly problems: readonly ProblemView[];
}

export interface CheckedText {
  readonly problems: readonly ProblemView[];
}
