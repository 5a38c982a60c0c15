import { readFileSync } from 'node:fs';
import { durationOf } from '429chain/plugin';

interface Captured {
  readonly provider: string;
  readonly case: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const CAPTURED = JSON.parse(
  readFileSync(new URL('../fixtures/responses.json', import.meta.url), 'utf8'),
) as readonly Captured[];

/** The captured answer of `provider` whose case begins with `name`. */
export const captured = (provider: string, name: string): Captured => {
  const found = CAPTURED.find((each) => each.provider === provider && each.case.startsWith(name));
  if (found === undefined) throw new Error(`No captured answer of ${provider} begins with "${name}".`);
  return found;
};

const RATE_HEADER = /^x-ratelimit-|^retry-after|^x-should-retry$/;

/** The headers about limits. */
export const rateHeadersOf = (headers: Iterable<readonly [string, string]>): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => RATE_HEADER.test(name)));

/** The format of a value. */
export const formatOf = (value: string): string => {
  if (/^\d{13}$/.test(value)) return 'epoch ms';
  if (/^\d+(\.\d+)?$/.test(value)) return 'number';
  return durationOf(value) === undefined ? value : 'Go duration';
};

/** A body without its variable parts: names, numbers and durations. */
export const shapeOf = (value: unknown): unknown => {
  if (typeof value === 'string') {
    return formatOf(value) === 'epoch ms'
      ? 'epoch ms'
      : value
          .replace(/`[^`]*`|'[^']*'|^\S+(?= is temporarily)|(?<=model: |models\/)\S+/g, 'name')
          .replace(/\b~?(\d+(\.\d+)?(ms|s|m|h)?)+/g, 'N');
  }
  if (typeof value === 'number') return value >= 400 ? value : 'number';
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, NAME_FIELDS.has(key) ? 'name' : shapeOf(each)]);
  return Object.fromEntries(entries);
};

const NAME_FIELDS = new Set(['user_id', 'provider_name', 'model']);

/** Whether a captured answer of the provider has this header. */
export const isCaptured = (provider: string, header: string): boolean =>
  CAPTURED.some((each) => each.provider === provider && header in each.headers);
