import { expect } from 'chai';
import type { Declaration, Signal } from '../../src/contract/quota.js';
import { MemoryLedger } from '../../src/ledger/memory/memory-ledger.js';
import { refusalOf, reserveOne, respond } from '../ledger/ask-ledger.js';
import { TurningClock } from '../turning-clock.js';

const NOW = Date.UTC(2026, 10, 30, 12);
const DAY_MS = 86_400_000;
const NEED = { tokens: 100, inputTokens: 50 };

interface Saved {
  readonly what: string;
  readonly limits?: Declaration['limits'];
  /** What the first answer states, with `resetAt` in ms from then. */
  readonly states?: Signal;
  readonly cools?: 'rate_limit' | 'quota';
  /** Two windows, in ms. */
  readonly twoWindowsMs: number;
}

/** What a ledger saved while the clock was wrong. */
const SAVED: readonly Saved[] = [
  { what: 'a configured limit of a minute', limits: [{ requests: 1, per: '1m' }], twoWindowsMs: 120_000 },
  { what: 'a configured limit of a day', limits: [{ requests: 1, per: '1d' }], twoWindowsMs: 2 * DAY_MS },
  { what: 'a limit by the calendar', limits: [{ requests: 1, each: 'day' }], twoWindowsMs: 2 * DAY_MS },
  {
    what: 'a stated limit of a minute',
    states: { dimension: 'requests', window: '1m', limit: 30, remaining: 0, resetAt: 60_000 },
    twoWindowsMs: 120_000,
  },
  {
    what: 'a stated limit of a day',
    states: { dimension: 'requests', window: '1d', limit: 30, remaining: 0, resetAt: DAY_MS },
    twoWindowsMs: 2 * DAY_MS,
  },
  {
    what: 'a stated limit without a window',
    states: { dimension: 'requests', limit: 30, remaining: 0, resetAt: 60_000 },
    twoWindowsMs: 2 * DAY_MS,
  },
  {
    what: 'a bucket that refills',
    states: { dimension: 'tokens', window: '1m', limit: 200, remaining: 0, resetAt: 60_000, refills: true },
    twoWindowsMs: 120_000,
  },
  { what: 'a short cooldown', cools: 'rate_limit', twoWindowsMs: 2 * DAY_MS },
  { what: 'a cooldown of a spent quota', cools: 'quota', twoWindowsMs: 2 * DAY_MS },
];

describe('A ledger that was saved while the clock was 400 days ahead', () => {
  for (const { what, limits = [], states, cools, twoWindowsMs } of SAVED) {
    it(`serves again within two windows: ${what}`, () => {
      const start = (clock: TurningClock, saved?: string): MemoryLedger => {
        const ledger = new MemoryLedger(clock);
        if (saved !== undefined) ledger.restore(JSON.parse(saved));
        const declared: Declaration[] = limits.length === 0 ? [] : [{ scope: 'a/x', limits, source: 'manual' }];
        ledger.configure([{ provider: 'a', fingerprint: '' }], [{ target: 'a/x', provider: 'a' }], declared);
        return ledger;
      };
      const ahead = new TurningClock(NOW + 400 * DAY_MS);
      const before = start(ahead);
      const reservation = reserveOne(before, 'a/x', NEED);
      if (!reservation.granted) throw new Error(reservation.reason);
      const signals = states === undefined ? [] : [{ ...states, resetAt: ahead.now() + (states.resetAt ?? 0) }];
      respond(before, reservation, signals, cools === undefined);
      if (cools !== undefined) before.coolDown(reservation, 'target', { class: cools, reason: 'spent' });
      reservation.settle({ input: 50, output: 50 });
      expect(refusalOf(before, 'a/x', NEED)).not.to.equal(undefined);

      const clock = new TurningClock(NOW);
      const after = start(clock, JSON.stringify(before.snapshot()));
      clock.turn(twoWindowsMs);
      expect(refusalOf(after, 'a/x', NEED)).to.equal(undefined);
    });
  }
});
