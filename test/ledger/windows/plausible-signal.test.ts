import { expect } from 'chai';
import type { Signal } from '../../../src/contract/quota.js';
import { plausibleSignal } from '../../../src/ledger/windows/plausible-signal.js';

const NOW = Date.UTC(2026, 0, 1, 12);
const MINUTE = 60_000;
const DAY = 86_400_000;
const YEAR_2400 = Date.UTC(2400, 0);

type Stated = Omit<Signal, 'dimension'> & { readonly dimension?: Signal['dimension']; readonly windowMs?: number };

const ROWS: readonly { what: string; stated: Stated; limit?: number; remaining?: number; resetInMs?: number }[] = [
  { what: 'usual numbers', stated: { limit: 30, remaining: 7 }, limit: 30, remaining: 7 },
  { what: 'a negative number', stated: { limit: 30, remaining: -1 }, limit: 30 },
  { what: 'a negative limit', stated: { limit: -30, remaining: 7 }, remaining: 7 },
  { what: 'NaN', stated: { limit: Number.NaN, remaining: Number.NaN, resetAt: Number.NaN } },
  { what: 'infinity', stated: { limit: Number.POSITIVE_INFINITY, remaining: Number.POSITIVE_INFINITY } },
  { what: 'more left than the limit', stated: { limit: 1, remaining: 7_999 }, limit: 7_999, remaining: 7_999 },
  { what: 'a limit of 0: nothing is left', stated: { limit: 0 }, remaining: 0 },
  { what: 'a limit of 0 with a reset', stated: { limit: 0, resetAt: NOW + 1_000 }, remaining: 0, resetInMs: 1_000 },
  { what: 'a limit of 0 slots', stated: { dimension: 'concurrent', limit: 0 } },
  { what: 'a reset within the window', stated: { resetAt: NOW + 42_000, windowMs: MINUTE }, resetInMs: 42_000 },
  { what: 'a reset on a clock that is ahead', stated: { resetAt: NOW + 65_000, windowMs: MINUTE }, resetInMs: 65_000 },
  { what: 'a minute that ends in 2400', stated: { resetAt: YEAR_2400, windowMs: MINUTE }, resetInMs: MINUTE },
  { what: 'a day that ends in 2400', stated: { resetAt: YEAR_2400, windowMs: DAY }, resetInMs: DAY },
  {
    what: 'a minute that never ends',
    stated: { resetAt: Number.POSITIVE_INFINITY, windowMs: MINUTE },
    resetInMs: MINUTE,
  },
  { what: 'a reset in 2400 of no window', stated: { resetAt: YEAR_2400 }, resetInMs: 31 * DAY },
  { what: 'a reset that is over', stated: { resetAt: NOW - 5_000, windowMs: MINUTE }, resetInMs: -5_000 },
];

describe('A signal is believed as far as it can be true', () => {
  for (const { what, stated, limit, remaining, resetInMs } of ROWS) {
    it(what, () => {
      const { windowMs, ...signal } = stated;
      const { resetAt, ...believed } = plausibleSignal({ dimension: 'requests', ...signal }, windowMs, NOW);
      expect(believed).to.include({ limit, remaining });
      expect(resetAt).to.equal(resetInMs === undefined ? undefined : NOW + resetInMs);
    });
  }
});
