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
  /**
   * The code of the error that 429chain itself answered with, such as `chain_exhausted`. A request that was refused before
   * it was read (`invalid_api_key`, `malformed_json`) has an empty `chain`, and an empty `keyLabel` if its key is at fault.
   */
  readonly refusal?: string | undefined;
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

/** Hooks decide, the engine executes. `undefined` is "no opinion"; any other value ends a Bail hook. */
export interface Hooks {
  /** May this target be asked? */
  readonly beforeAttempt: AsyncSeriesBailHook<[attempt: Attempt], Denial | undefined>;
  /** What does this response head say about quotas? The first parser that recognises it wins. */
  readonly onRateLimitHeaders: SyncBailHook<[head: ResponseHead, attempt: Attempt], readonly Signal[] | undefined>;
  /** What kind of failure is this, what rests, until when? */
  readonly onError: SyncBailHook<[failure: Failure, attempt: Attempt], Verdict | undefined>;
  /** The request is over, body included. Watch; nobody waits for you. */
  readonly afterResponse: AsyncParallelHook<[outcome: Outcome]>;
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

/** What a plugin is given. */
export interface PluginApi {
  readonly hooks: Hooks;
  /** One line an event: a sentence, and facts beside it for machines. Known keys are left out of both. */
  readonly log: Pick<Log, 'debug' | 'info' | 'warn'>;
  /** The folder for all that is kept between runs, an absolute path. It need not exist yet. */
  readonly dataDir: string;
  /** Epoch ms. */
  now(): number;
  /** How every target of every chain stands now. Asks nobody, and spends nothing. @throws before 429chain has started */
  status(): LiveStatus;
  /** Where requests and usage are looked up; absent where nothing is logged. */
  requestLog(): RequestLog | undefined;
  addProviderType<O = Record<string, unknown>>(name: string, type: ProviderType<O>): void;
  /** `scope` is a provider (`groq`), a pool (`openrouter#free`) or a target (`groq/model`). */
  declareLimits(scope: string, limits: readonly Limit[]): void;
  /** Where requests and usage are looked up. Of several that are provided the last one counts. */
  provideRequestLog(log: RequestLog): void;
  /**
   * An address of 429chain that the plugin answers, as long as its configuration is in force. What is below `/v1`, `/admin`
   * and `/health`, and what another plugin has added, is refused.
   */
  addRoute(route: Route): void;
  /**
   * Outcomes are to have `content`. Say it before the plugins are ready. Unless one does, nothing of what is asked and
   * answered is held beyond its way through.
   */
  captureContent(): void;
  /** Runs when every plugin is applied and the targets are known. A failure refuses the start. */
  onReady(fn: (targets: readonly Target[], providers: readonly ProviderInfo[]) => void | Promise<void>): void;
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
  apply(api: PluginApi, options: O): void | Promise<void>;
}

/** Identity; gives `apply` its types without annotations. */
export const definePlugin = <O = Record<string, unknown>>(plugin: Plugin<O>): Plugin<O> => plugin;
