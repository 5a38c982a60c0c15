import type { Context } from 'koa';
import type { TargetState } from '../contract/quota.js';
import type { Current } from './current.js';

/** `GET /health`: 200 while 429chain serves requests, 503 while it stops. Needs no key and contains no names. */
export const getHealth =
  (current: () => Current, version: string, stopping: () => boolean) =>
  (ctx: Context): void => {
    const engine = current();
    const targets: Record<TargetState, number> = {
      available: 0,
      tracking: 0,
      exhausted: 0,
      unconfigured: 0,
      disabled: 0,
    };
    const unique = new Map(engine.chains.all.flatMap((chain) => chain.targets).map((target) => [target.id, target]));
    for (const target of unique.values()) targets[engine.stateOf(target).state]++;
    ctx.status = stopping() ? 503 : 200;
    ctx.body = {
      status: stopping() ? 'stopping' : 'ok',
      version,
      uptime_s: Math.floor((engine.now() - engine.startedAt) / 1000),
      targets,
    };
  };
