import type { AsyncParallelHook, AsyncSeriesBailHook, SyncBailHook } from 'tapable';
import type { LiveStatus } from '../../contract/admin-api.js';
import type { ModelView } from '../../contract/models.js';
import type { FailureClass, Limit, ScopeKind, Signal } from '../../contract/quota.js';
import type { RequestContent, RequestLog } from '../../contract/requests.js';
import type { Log } from '../../log.js';
import type { Adaptation } from './adapt.js';
import type { Route } from './route.js';
import type { Translation } from './translate.js';

/** A provider and one of its models, as configured. `id` is `provider/model`. */
export interface Target {
  readonly id: string;
  readonly provider: string;
  readonly type: string;
  readonly model: string;
  /** Limits written down for this target alone. */
  readonly limits: readonly Limit[];
}

/** One try of one target for one request. */
export interface Attempt {
  readonly requestId: string;
  readonly chain: string;
  readonly target: Target;
  /** 1 for the first target that is tried. */
  readonly number: number;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly stream: boolean;
  readonly estimatedTokens: number;
  /** Nothing will be sent: `explain` asks what would happen. A tap that counts must not count this. */
  readonly dryRun: boolean;
}

/** Status line and headers of a provider's response, before a byte of its body. Header names are lower case. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** When it arrived, epoch ms. */
  readonly at: number;
}

/** Why a target is not to be asked now. */
export interface Denial {
  readonly reason: string;
  /** Epoch ms; absent when nobody knows. */
  readonly retryAt?: number | undefined;
}

/** An attempt that failed, as the engine saw it. */
export interface Failure {
  /** What the status alone says; a tap knows better. */
  readonly class: FailureClass;
  /** HTTP status; absent when there was no response. */
  readonly status?: number | undefined;
  /** The provider's own words, with keys masked. */
  readonly message: string;
  /** From Retry-After, epoch ms. A claim, not a truth. */
  readonly retryAt?: number | undefined;
  readonly head?: ResponseHead | undefined;
  /** JSON where the body was JSON, else its text, cut at 64 KiB. For an error inside an answer: that part of it. */
  readonly body?: unknown;
  /** When it was seen, epoch ms. */
  readonly at: number;
  readonly cause?: unknown;
}

/** A change to the request's body that may make a refused request acceptable. */
export type Repair = { readonly drop: string } | { readonly rename: string; readonly to: string };

/** What a failure means. Absent fields fall back to the engine's table. */
export interface Verdict {
  readonly class?: FailureClass | undefined;
  /** What rests. */
  readonly scope?: ScopeKind | undefined;
  /** Rest until, epoch ms. `Infinity`: for ever, until the configuration changes. */
  readonly until?: number | undefined;
  /** Limits that the refusal told, in its body for instance. */
  readonly signals?: readonly Signal[] | undefined;
  /** For `bad_request`: fields that were refused and may go or be renamed. */
  readonly repairs?: readonly Repair[] | undefined;
}

/** What every record of an attempt says. */
interface AttemptRecordBase {
  readonly attempt: Attempt;
  /** From the moment the target was chosen to its last byte, ms; 0 for a skipped target. */
  readonly durationMs: number;
  /** What the response said about limits. */
  readonly signals: readonly Signal[];
  /** What the provider type changed in the request's body, in plain words. */
  readonly adapted: readonly string[];
}

/** The target answered. A stream may still be under way. */
export interface ServedAttempt extends AttemptRecordBase {
  readonly outcome: 'served';
  readonly failure?: undefined;
}

/** The target was asked and did not answer, or its answer broke off. */
export interface FailedAttempt extends AttemptRecordBase {
  readonly outcome: 'failed';
  readonly failure: Failure;
}

/** A hook or the ledger kept the target from being asked. */
export interface SkippedAttempt extends AttemptRecordBase {
  readonly outcome: 'skipped';
  readonly failure?: undefined;
  readonly reason: string;
  /** Epoch ms; absent when unknown. */
  readonly retryAt?: number | undefined;
  /** A known limit is the reason: the provider would have answered 429. */
  readonly limited: boolean;
}

/** One target of the chain and what became of it in this request. */
export type AttemptRecord = ServedAttempt | FailedAttempt | SkippedAttempt;

/** What a request cost, in tokens. */
export interface TokenUsage {
  readonly input: number;
  readonly output: number;
  /** Of `input`: those that the provider had in its cache, as far as it says. */
  readonly cached?: number | undefined;
  /** The provider did not say; this is what we took it for. */
  readonly estimated: boolean;
}

/** A request that is over. */
export interface Outcome {
  readonly requestId: string;
  readonly chain: string;
  /** Below a provider's base URL, such as `/chat/completions`. */
  readonly path: string;
  /** Which key the caller used, never the key itself: its label, or `key 1` for the first of `server.apiKeys`. */
  readonly keyLabel: string;
  /** When it arrived, epoch ms. */
  readonly startedAt: number;
  /** What the caller got; 499 when the caller left first, 502 for a stream that broke. */
  readonly status: number;
  readonly durationMs: number;
  /** Time spent waiting for capacity. */
  readonly waitedMs: number;
  readonly stream: boolean;
  readonly servedBy?: Target | undefined;
  /** From its arrival until something real of a streamed answer came. */
  readonly firstTokenMs?: number | undefined;
  readonly usage?: TokenUsage | undefined;
  /** How often another target took up a stream that had broken. */
  readonly resumed: number;
  readonly attempts: readonly AttemptRecord[];
  /** What was asked and answered, read when it is called. Absent unless a plugin said `captureContent`. */
  readonly content?: (() => RequestContent) | undefined;
}

/** The hooks as the engine calls them. A plugin taps them through `PluginHooks`. */
export interface Hooks {
  readonly beforeAttempt: AsyncSeriesBailHook<[attempt: Attempt], Denial | undefined>;
  readonly onRateLimitHeaders: SyncBailHook<[head: ResponseHead, attempt: Attempt], readonly Signal[] | undefined>;
  readonly onError: SyncBailHook<[failure: Failure, attempt: Attempt], Verdict | undefined>;
  readonly afterResponse: AsyncParallelHook<[outcome: Outcome]>;
}

/** How a tap is registered, as in tapable. */
export interface TapOptions {
  /** Usually the plugin's name. `before` of other taps refers to it. */
  readonly name: string;
  /** Taps of a lower stage are called first. Default: 0. */
  readonly stage?: number;
  /** The names of taps that are called after this one. */
  readonly before?: string | readonly string[];
}

/** The attempts that a tap is called for. Every condition that is given must hold. */
export interface TapFilter {
  /** The target's provider type, such as `groq`. */
  readonly type?: string | readonly string[];
  /** The id of the target's provider in the configuration. */
  readonly provider?: string | readonly string[];
  /** The chain that the request uses. */
  readonly chain?: string | readonly string[];
}

/** How a tap of a hook that concerns one attempt is registered. */
export interface AttemptTapOptions extends TapOptions {
  /** Default: every attempt. */
  readonly filter?: TapFilter;
}

/** A hook whose taps return their result at once. */
export interface PluginHook<Args extends readonly unknown[], Result, Options = TapOptions> {
  tap(options: string | Options, fn: (...args: Args) => Result): void;
}

/** A hook whose taps may also return their result later: `tapPromise` for async functions, `tapAsync` for callbacks. */
export interface AsyncPluginHook<Args extends readonly unknown[], Result, Options = TapOptions>
  extends PluginHook<Args, Result, Options> {
  tapPromise(options: string | Options, fn: (...args: Args) => Promise<Result>): void;
  tapAsync(
    options: string | Options,
    fn: (...args: [...args: Args, callback: (error?: Error | null, result?: Result) => void]) => void,
  ): void;
}

/**
 * The hooks as a plugin taps them: like tapable's, without what would bypass 429chain's own handling of errors.
 * `undefined` means no opinion. For all hooks but `afterResponse`, the first tap that returns anything else decides.
 */
export interface PluginHooks {
  /** A target is next in the chain. A denial skips it. */
  readonly beforeAttempt: AsyncPluginHook<[attempt: Attempt], Denial | undefined, AttemptTapOptions>;
  /** The provider's response has begun. The tap returns what its headers say about limits. */
  readonly onRateLimitHeaders: PluginHook<
    [head: ResponseHead, attempt: Attempt],
    readonly Signal[] | undefined,
    AttemptTapOptions
  >;
  /** An attempt failed. The tap returns what the failure means. */
  readonly onError: PluginHook<[failure: Failure, attempt: Attempt], Verdict | undefined, AttemptTapOptions>;
  /** The request is over, its response body included. Its outcome covers several attempts, so this hook has no filter. */
  readonly afterResponse: AsyncPluginHook<[outcome: Outcome], void>;
}

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

/** What `apply` receives. */
export interface PluginApi {
  readonly hooks: PluginHooks;
  /** The log of 429chain: one line per event, as a sentence and optional fields. Known keys are masked in both. */
  readonly log: Pick<Log, 'debug' | 'info' | 'warn'>;
  /** Absolute path of the folder for everything that is kept between runs. It may not exist yet. */
  readonly dataDir: string;
  /** The current time, epoch ms. */
  now(): number;
  /** The current state of every target of every chain. Sends no request. @throws in `apply` and `onReady` */
  status(): LiveStatus;
  /** The request log of the plugin that provided one last; `undefined` if requests are not logged. */
  requestLog(): RequestLog | undefined;
  /** Adds a provider type. Configured providers use it by `name`. @throws if the name is taken or the type is invalid */
  addProviderType<O = Record<string, unknown>>(name: string, type: ProviderType<O>): void;
  /**
   * Declares limits as the configuration would. `scope` is a provider (`groq`), a pool (`openrouter#free`) or a target
   * (`groq/model`); a scope that does not exist is ignored. Call it in `apply` or `onReady`.
   */
  declareLimits(scope: string, limits: readonly Limit[]): void;
  /** Provides the request log for the admin. If several plugins do, the last one is used. */
  provideRequestLog(log: RequestLog): void;
  /** Adds an HTTP route. @throws if its path is taken by another plugin or begins with `/v1`, `/admin` or `/health` */
  addRoute(route: Route): void;
  /** Requests `content` in every outcome. Call it in `apply`. Without it, 429chain keeps no prompts or responses in memory. */
  captureContent(): void;
  /**
   * Shares a value with the plugin of the same name in the next configuration, such as an open file or a counter.
   * `create` runs when the value is first used, `close` when no configuration in use has called `shared` with this `key`.
   * @returns a function that returns the value. It throws in `apply`: use it in `onReady`, a hook or a route
   */
  shared<T>(key: string, create: () => T, close?: (value: T) => void | Promise<void>): () => T;
  /**
   * Registers what runs when the configuration comes into force, before its first request. If it throws or takes longer
   * than 30 seconds, 429chain does not start, or keeps the configuration that is in force.
   */
  onReady(fn: (targets: readonly Target[], providers: readonly ProviderInfo[]) => void | Promise<void>): void;
  /** Registers what runs when the last request of this configuration is over. Runs only if the plugin became ready. */
  onClose(fn: () => void | Promise<void>): void;
}

/** A configured provider, without its key. */
export interface ProviderInfo {
  readonly id: string;
  readonly type: string;
  /** Limits written down for the whole account. */
  readonly limits: readonly Limit[];
}

/** What the default export of a plugin is. */
export interface Plugin<O = Record<string, unknown>> {
  /** Shown in logs, errors and the admin. */
  readonly name: string;
  /** JSON Schema of the plugin's options; checked before `apply`. */
  readonly optionsSchema?: object;
  /**
   * Adds provider types, taps and routes. It also runs when a configuration is only checked, so it must have no other
   * effects: no files, timers, connections or global state. Those belong in `onReady`.
   */
  apply(api: PluginApi, options: O): void | Promise<void>;
}

/** Identity; gives `apply` its types without annotations. */
export const definePlugin = <O = Record<string, unknown>>(plugin: Plugin<O>): Plugin<O> => plugin;
