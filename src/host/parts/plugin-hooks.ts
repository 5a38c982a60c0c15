import type { Attempt } from '../../plugin/door/attempt.js';
import type { Hooks } from '../../plugin/door/hooks.js';
import type { PluginHooks } from '../../plugin/index.js';
import type { Guard, Tap, TapKind } from '../guard.js';
import { matcherOf } from './tap-filter.js';

/** The position of the attempt among each hook's arguments; `undefined` for a hook that concerns no single attempt. */
const ATTEMPT_AT: Readonly<Record<keyof Hooks, number | undefined>> = {
  beforeAttempt: 0,
  onRateLimitHeaders: 1,
  onError: 1,
  afterResponse: undefined,
};

const SYNC: readonly TapKind[] = ['tap'];
const ASYNC: readonly TapKind[] = ['tap', 'tapPromise', 'tapAsync'];

type RealHook = Readonly<Record<TapKind, (options: object, fn: Tap) => void>>;

/**
 * The hooks as `plugin` sees them: it can tap them and nothing else, so that every one of its taps is guarded. `intercept`,
 * `call`, `taps` and `withOptions` of the real hooks would get around the guard.
 */
export const pluginHooks = (hooks: Hooks, plugin: string, guard: Guard): PluginHooks => {
  const facade = (name: keyof Hooks, kinds: readonly TapKind[]): object => {
    const hook = hooks[name] as unknown as RealHook;
    const tapAs =
      (kind: TapKind) =>
      (options: unknown, fn: Tap): void => {
        const { filter, ...known } = optionsOf(options);
        const guarded = guard.tap(plugin, name, kind, fn);
        hook[kind](known, filter === undefined ? guarded : filtered(name, kind, filter, guarded));
      };
    return Object.freeze(Object.fromEntries(kinds.map((kind) => [kind, tapAs(kind)])));
  };
  return Object.freeze({
    beforeAttempt: facade('beforeAttempt', ASYNC),
    onRateLimitHeaders: facade('onRateLimitHeaders', SYNC),
    onError: facade('onError', SYNC),
    afterResponse: facade('afterResponse', ASYNC),
  }) as unknown as PluginHooks;
};

/** What tapable takes, and the filter. Everything else is left out: tapable would pass it to interceptors. */
const optionsOf = (options: unknown): { name: unknown; stage?: unknown; before?: unknown; filter?: unknown } => {
  if (typeof options !== 'object' || options === null) return { name: options };
  const { name, stage, before, filter } = options as Record<string, unknown>;
  return { name, stage, before, filter };
};

/** Calls `tap` for the attempts that match, and has no opinion on all others. */
const filtered = (hook: keyof Hooks, kind: TapKind, filter: unknown, tap: Tap): Tap => {
  const position = ATTEMPT_AT[hook];
  if (position === undefined) throw new Error(`${hook} has no filter: its outcome covers several attempts`);
  const matches = matcherOf(filter);
  const otherwise = OTHERWISE[kind];
  return (...values) => (matches(values[position] as Attempt) ? tap(...values) : otherwise(values));
};

/** How each kind of tap says that it has no opinion. */
const OTHERWISE: Readonly<Record<TapKind, (values: readonly unknown[]) => unknown>> = {
  tap: () => undefined,
  tapPromise: () => Promise.resolve(undefined),
  tapAsync: (values) => (values.at(-1) as () => void)(),
};
