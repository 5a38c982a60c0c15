import { readFileSync } from 'node:fs';
import { type Dimension, durationOf, type FailureClass, type ScopeKind, type Signal } from '429chain/plugin';
import { PROVIDER_TYPES } from '../../plugins/providers/index.js';
import { failureOf, type SimulatedHost } from './simulated-host.js';

/** One captured response of a provider, and what it means. */
export interface Case {
  readonly provider: string;
  readonly case: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly now?: string;
  readonly meaning: {
    readonly class: FailureClass | 'ok';
    readonly scope: string | null;
    readonly limits: readonly StatedLimit[];
    readonly retryAfterMs: number | null;
    /** Other classes that are as right. */
    readonly alternatives?: readonly FailureClass[];
    readonly inStream?: boolean;
    readonly inBody?: boolean;
  };
}

interface StatedLimit {
  readonly dimension: string;
  readonly window: string | null;
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly resetMs: number | null;
}

/** The part of a case that is compared. */
export type Aspect = 'class' | 'scope' | 'limits' | 'wait';

export const CASES = JSON.parse(readFileSync(new URL('../fixtures/responses.json', import.meta.url), 'utf8')) as Case[];
/** The time of a case that states none: half past a minute, so that the next full minute is no coincidence. */
export const AT = Date.parse('2026-10-01T12:00:30Z');

/** What cools down; `nothing` if waiting does not help. */
const SCOPES: Readonly<Record<string, ScopeKind | 'nothing'>> = {
  model: 'target',
  'project-model': 'target',
  upstream: 'target',
  key: 'provider',
  account: 'provider',
  provider: 'provider',
  'account-credit': 'provider',
  'account-free-pool': 'pool',
  ip: 'provider',
  'ip-model': 'target',
  request: 'nothing',
  client: 'nothing',
};

/** What cools down for want of credit at a provider whose free models go on without it. */
const FREE_MODELS_GO_ON: Readonly<Record<string, ScopeKind>> = {
  openrouter: 'pool',
  kilo: 'target',
  'opencode-zen': 'target',
};

export const nameOf = (each: Case): string => `${each.provider} ${each.case}`;

/** The results of the hooks as one value to compare, with the signals of headers and verdict together. */
export const tellOf = (host: SimulatedHost, each: Case): Record<Aspect, unknown> => {
  const type = Object.hasOwn(PROVIDER_TYPES, each.provider) ? each.provider : 'openai-compatible';
  const at = each.now === undefined ? AT : Date.parse(each.now);
  const heard = host.signals(type, { status: each.status, headers: each.headers, at });
  if (each.meaning.class === 'ok')
    return { class: 'ok', scope: 'nothing', limits: limitsOf(heard, at), wait: undefined };
  const verdict = host.verdict(type, failureOf(each.status, bodyOf(each), { headers: each.headers, at }));
  return {
    class: verdict?.class,
    scope: verdict?.scope ?? 'nothing',
    limits: limitsOf([...heard, ...(verdict?.signals ?? [])], at),
    wait: verdict?.until === undefined ? undefined : verdict.until - at,
  };
};

/** Where an address shares its free models only. */
const FREE_OF_ADDRESS: ReadonlySet<string> = new Set(['kilo']);

/** The expectation of the fixture, in the same form. */
export const meaningOf = (each: Case): Record<Aspect, unknown> => {
  const { scope, limits, retryAfterMs } = each.meaning;
  // Exhausted credit must not cool down the free models of the account.
  const credit = scope === 'account-credit' ? FREE_MODELS_GO_ON[each.provider] : undefined;
  const shared = scope === 'ip' && FREE_OF_ADDRESS.has(each.provider) ? 'pool' : undefined;
  return {
    class: each.meaning.class,
    scope: scope === null ? 'nothing' : (credit ?? shared ?? SCOPES[scope]),
    limits: limits
      .filter(({ dimension }) => isOurs(dimension))
      .map(wordsOf)
      .sort(),
    wait: retryAfterMs ?? undefined,
  };
};

/** 429chain does not count Cloudflare's neurons. */
const isOurs = (dimension: string): dimension is Dimension =>
  (['requests', 'tokens', 'input_tokens', 'concurrent'] as const).some((ours) => ours === dimension);

const wordsOf = ({ dimension, window, limit, remaining, resetMs }: StatedLimit): string => {
  const span = window === null ? undefined : durationOf(window.replace('1w', '7d').replace('1mo', '30d'));
  return [dimension, span, limit ?? undefined, remaining ?? undefined, resetMs ?? undefined].map(String).join(' ');
};

/** One line per quota. Of two signals for the same quota, the first that states a value counts. */
const limitsOf = (signals: readonly Signal[], at: number): string[] => {
  const quotas = new Map<string, Signal>();
  for (const signal of signals) {
    const key = `${signal.dimension} ${signal.window} ${signal.scope}`;
    const { limit, remaining, resetAt } = quotas.get(key) ?? {};
    quotas.set(key, {
      ...signal,
      limit: limit ?? signal.limit,
      remaining: remaining ?? signal.remaining,
      resetAt: resetAt ?? signal.resetAt,
    });
  }
  return [...quotas.values()]
    .map(({ dimension, window, limit, remaining, resetAt }) => {
      const resetMs = resetAt === undefined ? undefined : Math.round(resetAt - at);
      return [dimension, window === undefined ? undefined : durationOf(window), limit, remaining, resetMs]
        .map(String)
        .join(' ');
    })
    .sort();
};

/** The body as the engine passes it on: parsed if it is JSON; for a stream, the frame with the error. */
const bodyOf = ({ body, meaning }: Case): unknown => {
  if (meaning.inBody) return { error: (body as { choices: { error: unknown }[] }).choices[0]?.error };
  if (typeof body !== 'string') return body;
  if (!meaning.inStream) return parsed(body);
  const frames = body.split('\n').filter((line) => line.startsWith('data: {'));
  return frames.map((line) => JSON.parse(line.slice(6)) as object).find((frame) => 'error' in frame);
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
