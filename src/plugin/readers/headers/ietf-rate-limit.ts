import type { Signal } from '../../../contract/quota.js';
import type { ResponseHead } from '../../door/attempt.js';
import { headerOf } from './headers.js';
import { windowOfSeconds } from './windows.js';

/** One item of a structured header: its quoted names and its integer parameters. */
interface Item {
  readonly names: readonly string[];
  readonly parameters: Readonly<Record<string, number>>;
  /** What the policy counts, if it says so. */
  readonly unit?: string | undefined;
}

const LONGEST = 2_000;

/**
 * Reads the IETF's structured `RateLimit` (`"api";r=999;t=295`) together with `RateLimit-Policy` (`"api";q=1000;w=300`),
 * matched by name. Also reads the older `limit=100, remaining=50, reset=30`. Skips policies that count other units.
 * @see draft-ietf-httpapi-ratelimit-headers
 */
export const readStructuredRateLimit = (headers: ResponseHead['headers'], at: number): readonly Signal[] => {
  const stated = headerOf(headers, 'ratelimit');
  if (stated === undefined) return NO_SIGNALS;
  const states = itemsOf(stated);
  if (states.length === 0) return older(stated, at);
  const policies = itemsOf(headerOf(headers, 'ratelimit-policy'));
  return states.flatMap((state): Signal[] => {
    const policy = policies.find(({ names }) => names.some((name) => state.names.includes(name)));
    if (policy?.unit !== undefined && policy.unit !== 'requests') return [];
    const { r: remaining, t: seconds } = state.parameters;
    if (remaining === undefined) return [];
    const window = windowOfSeconds(policy?.parameters.w ?? 0);
    return [
      {
        dimension: 'requests',
        limit: policy?.parameters.q,
        remaining,
        resetAt: seconds === undefined ? undefined : at + seconds * 1000,
        ...(window === undefined ? {} : { window }),
      },
    ];
  });
};

const NO_SIGNALS: readonly Signal[] = [];

const itemsOf = (header: string | undefined): Item[] =>
  (header ?? '')
    .slice(0, LONGEST)
    .split(',')
    .map((text) => ({
      names: [...text.matchAll(/"([^"]*)"/g)].map(([, name]) => name as string),
      parameters: Object.fromEntries(
        [...text.matchAll(/;\s?([a-z]+)=(\d{1,15})/g)].map(([, key, count]) => [key, Number(count)]),
      ),
      unit: /;\s?qu="([a-z-]+)"/.exec(text)?.[1],
    }))
    .filter(({ parameters }) => Object.keys(parameters).length > 0);

const older = (header: string, at: number): Signal[] => {
  const numbers = Object.fromEntries(
    [...header.slice(0, LONGEST).matchAll(/\b(limit|remaining|reset)=(\d{1,15})/g)].map(([, key, count]) => [
      key,
      Number(count),
    ]),
  );
  const { limit, remaining, reset } = numbers as { limit?: number; remaining?: number; reset?: number };
  if (remaining === undefined) return [];
  return [{ dimension: 'requests', limit, remaining, resetAt: reset === undefined ? undefined : at + reset * 1000 }];
};
