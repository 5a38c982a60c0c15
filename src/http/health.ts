import type { Context } from 'koa';
import type { TargetState } from '../contract/quota.js';
import type { Current } from './current.js';

/** The targets by their state. */
interface Count {
  readonly targets: Readonly<Record<TargetState, number>>;
  /** How long it may be used, as `performance.now()` shows it. */
  readonly until: number;
}

/** More targets are counted at most once a second: a state costs a look at every limit. */
const MOST_COUNTED = 100;
const COUNTED_FOR_MS = 1_000;

/** `GET /health`: 200 while 429chain serves requests, 503 while it stops. Needs no key and contains no names. */
export const getHealth = (current: () => Current, version: string, stopping: () => boolean) => {
  const counts = new WeakMap<Current, Count>();
  return (ctx: Context): void => {
    const engine = current();
    const now = performance.now();
    const known = counts.get(engine);
    const count = known !== undefined && now < known.until ? known : countOf(engine, now);
    counts.set(engine, count);
    const { targets } = count;
    ctx.status = stopping() ? 503 : 200;
    ctx.type = 'json';
    // As text: before Koa takes an object, it asks whether it is a `Response`, for which Node loads all of its `fetch`.
    ctx.body = JSON.stringify({
      status: stopping() ? 'stopping' : 'ok',
      version,
      uptime_s: Math.floor((engine.now() - engine.startedAt) / 1000),
      targets,
    });
  };
};

const countOf = (engine: Current, now: number): Count => {
  const targets: Record<TargetState, number> = {
    available: 0,
    tracking: 0,
    exhausted: 0,
    unconfigured: 0,
    disabled: 0,
  };
  const unique = new Map(engine.chains.all.flatMap((chain) => chain.targets).map((target) => [target.id, target]));
  for (const target of unique.values()) targets[engine.stateOf(target).state]++;
  return { targets, until: unique.size > MOST_COUNTED ? now + COUNTED_FOR_MS : now };
};
