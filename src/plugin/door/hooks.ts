import { AsyncParallelHook, AsyncSeriesBailHook, SyncBailHook } from 'tapable';
import type { Signal } from '../../contract/quota.js';
import type { Attempt, Denial, Failure, Outcome, ResponseHead, Verdict } from './attempt.js';

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
  /** A target has room, and the units of this attempt are held. A denial skips the target and gives them back. */
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

/** Creates the hooks of one runtime. */
export const createHooks = (): Hooks =>
  Object.freeze({
    beforeAttempt: new AsyncSeriesBailHook(['attempt'], 'beforeAttempt'),
    onRateLimitHeaders: new SyncBailHook(['head', 'attempt'], 'onRateLimitHeaders'),
    onError: new SyncBailHook(['failure', 'attempt'], 'onError'),
    afterResponse: new AsyncParallelHook(['outcome'], 'afterResponse'),
  } satisfies Hooks);
