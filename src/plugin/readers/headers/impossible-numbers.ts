import type { Duration } from '../../../contract/quota.js';
import type { ResponseHead } from '../../door/attempt.js';
import { headerOf, MOST_COUNT, parseResetTime } from './headers.js';
import { clockOf, type ProviderClock } from './provider-clock.js';
import { HEADER_ROWS, withinWindow } from './rate-limit-headers.js';

/** A rate-limit header whose number cannot be true. */
export interface ImpossibleNumber {
  readonly name: string;
  readonly value: string;
  /** Why it cannot be true, and what 429chain does instead: a sentence that goes on after the value. */
  readonly why: string;
}

interface Expected {
  readonly part: 'limit' | 'remaining' | 'reset';
  readonly window: Duration | undefined;
}

/** What each known header states, by its name. */
const EXPECTED: ReadonlyMap<string, Expected> = new Map(
  HEADER_ROWS.flatMap(({ names, window }) =>
    (['limit', 'remaining', 'reset'] as const).map((part) => [names[part], { part, window }] as const),
  ),
);

const LONGEST_VALUE = 60;
/** Clocks disagree, and a reset is rounded up. */
const SKEW_MS = 10_000;
const NUMBER = /^[-+]?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|nan|inf(?:inity)?)$/i;

/** Finds the rate-limit headers whose numbers cannot be true. `-1` means "no limit" at some providers, so it can be. */
export const impossibleNumbersIn = (head: ResponseHead): readonly ImpossibleNumber[] => {
  let found: ImpossibleNumber[] | undefined;
  let clock: ProviderClock | undefined;
  for (const name in head.headers) {
    const expected = EXPECTED.get(name);
    if (expected === undefined) continue;
    const value = headerOf(head.headers, name)?.trim();
    if (!value || isOrdinary(value, expected)) continue;
    clock ??= clockOf(head);
    const why = expected.part === 'reset' ? lateReset(value, expected, clock) : noCount(value);
    if (why === undefined) continue;
    found ??= [];
    found.push({ name, value: value.slice(0, LONGEST_VALUE), why });
  }
  return found ?? NONE;
};

const NONE: readonly ImpossibleNumber[] = [];

const DIGIT_0 = '0'.charCodeAt(0);
const DIGIT_9 = '9'.charCodeAt(0);
const POINT = '.'.charCodeAt(0);
const UNIT = 's'.charCodeAt(0);
/** A number of so many digits counts something. */
const ORDINARY_COUNT = 15;
/** A number of seconds with so many digits, or one of seconds or milliseconds with a unit, is less than a month. */
const ORDINARY_RESET = 6;

/** Whether a value can be true, as far as a look at its length and its last character shows: nearly all can. */
const isOrdinary = (value: string, { part, window }: Expected): boolean => {
  const isReset = part === 'reset';
  if (value.length > (isReset ? ORDINARY_RESET : ORDINARY_COUNT) || (isReset && window !== undefined)) return false;
  let end = value.length;
  // Of `6ms`, what stands before the unit.
  if (isReset && value.charCodeAt(end - 1) === UNIT) end -= value[end - 2] === 'm' ? 2 : 1;
  for (let at = 0; at < end; at++) if (!isOfNumber(value.charCodeAt(at))) return false;
  return end > 0;
};

const isOfNumber = (code: number): boolean => (code >= DIGIT_0 && code <= DIGIT_9) || code === POINT;

const noCount = (value: string): string | undefined => {
  const number = Number(value);
  if (number >= 0 && number <= MOST_COUNT) return undefined;
  return NUMBER.test(value) && number !== -1 ? 'which counts nothing. 429chain ignores it' : undefined;
};

const lateReset = (value: string, { window = '30d' }: Expected, { at, ahead }: ProviderClock): string | undefined => {
  if (!Number.isFinite(Number(value)) && NUMBER.test(value)) return 'which is no time. 429chain ignores it';
  const resetAt = parseResetTime(value, at, ahead);
  if (resetAt === undefined || resetAt <= at + SKEW_MS) return undefined;
  if (resetAt <= (withinWindow(resetAt, window, at) ?? 0) + SKEW_MS) return undefined;
  const longest = window === '30d' ? 'a month' : `its window of ${window}`;
  return `which is later than ${longest}. 429chain waits for ${longest} at most`;
};
