import type { Configuration, Logging } from '../contract/config.js';
import type { Limit } from '../contract/quota.js';
import type { Plugin } from '../plugin/index.js';

/** Spans in ms. An absent one is the default of the engine. */
export interface Timeouts {
  readonly connect?: number;
  /** Until the first real event of a stream, or the whole answer when it is not streamed. */
  readonly firstToken?: number;
  /** Between two chunks. */
  readonly idle?: number;
  readonly total?: number;
}

export interface ProviderSettings {
  readonly id: string;
  readonly type: string;
  readonly baseUrl?: string;
  /** Absent for a provider that needs no key. */
  readonly apiKey?: string;
  /** Names of the unset variables that keep this provider `unconfigured`; empty when it can be used. */
  readonly missing: readonly string[];
  readonly enabled: boolean;
  readonly limits: readonly Limit[];
  readonly timeouts: Timeouts;
  readonly headers: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface TargetSettings {
  /** `provider/model` */
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  readonly limits: readonly Limit[];
  readonly timeouts: Timeouts;
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
}

export interface PluginSettings {
  /** A built-in's name, or a path: absolute by now. */
  readonly use: string;
  /** The plugin itself, where a program that uses us gives it. */
  readonly plugin?: Plugin;
  readonly options: Readonly<Record<string, unknown>>;
  readonly enabled: boolean;
  /** Where it stands in the configuration (`plugins.1.options`), for errors; absent for `--plugins`. */
  readonly path?: readonly (string | number)[];
}

/** A key that callers may use. */
export interface ApiKey {
  readonly key: string;
  /** What logs say in its place; `key 1` for the first, unless it has one of its own. */
  readonly label: string;
}

/** A configuration with every default filled in, every variable read and every span in ms. Immutable. */
export interface Settings {
  /** Absolute; absent for a configuration that was never a file. */
  readonly file?: string;
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly apiKeys: readonly ApiKey[];
    readonly adminKey?: string;
    /** Lower case. Further names under which a browser may reach the admin. */
    readonly hosts: readonly string[];
    readonly maxBodyBytes: number;
    /** Requests that may wait for capacity at once. */
    readonly maxWaiting: number;
    /** How long requests in flight may go on once the server stops. */
    readonly drainMs: number;
    readonly log: Required<Logging>;
  };
  /** Absolute. */
  readonly dataDir: string;
  readonly providers: readonly ProviderSettings[];
  readonly chains: readonly ChainSettings[];
  /** Names none while there are no chains. */
  readonly defaultChain: string;
  /** For a request that addresses a target itself: the default chain, without its targets. */
  readonly direct: ChainSettings;
  readonly plugins: readonly PluginSettings[];
  /** The configuration as it is written, its variables unread: of the two, the one that may be shown. */
  readonly written?: Configuration;
  /** Turns a problem with a value at `path`, or with its key, into one with its place in the file. */
  readonly locate: (
    path: readonly (string | number)[],
    at?: 'key' | 'value',
  ) => { readonly line: number; readonly column: number } | undefined;
}

/** One thing wrong with a configuration, for the person who mends it. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What was found, what was expected, and the nearest valid word for a typo, in one or two sentences. */
  readonly message: string;
}

/** Whether a configuration can be changed, and whether the change outlives the process. */
export type Writable = { readonly ok: true; readonly kept: boolean } | { readonly ok: false; readonly reason: string };

/** Lines of a text that become others. */
export interface TextChange {
  /** The first of them, counted from 1. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}
