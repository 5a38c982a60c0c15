import { expect } from 'chai';
import type { Account } from '../../../src/ledger/ledger.js';
import { MemoryLedger } from '../../../src/ledger/memory/memory-ledger.js';
import { TurningClock } from '../../turning-clock.js';
import { reserveOne } from '../ask-ledger.js';

const LIMITS = [{ requests: 10, per: '1h' }] as const;

/** Accounts by their names, each with the fingerprint of its key. */
type Names = Readonly<Record<string, string>>;

const configure = (ledger: MemoryLedger, names: Names): void => {
  const accounts = Object.entries(names).map(([provider, fingerprint]): Account => ({ provider, fingerprint }));
  ledger.configure(
    accounts,
    accounts.map(({ provider }) => ({ target: `${provider}/m`, provider })),
    accounts.map(({ provider }) => ({ scope: provider, limits: [...LIMITS], source: 'manual' })),
  );
};

const use = (ledger: MemoryLedger, target: string, times: number): void => {
  for (let index = 0; index < times; index++) {
    const reservation = reserveOne(ledger, target, { tokens: 1, inputTokens: 1 });
    if (!reservation.granted) throw new Error(reservation.reason);
    ledger.served(reservation);
    reservation.settle();
  }
};

const used = (ledger: MemoryLedger, names: Names): Record<string, unknown> =>
  Object.fromEntries(
    Object.keys(names).map((name) => [name, ledger.status(`${name}/m`).quotas.map((quota) => quota.used)[0]]),
  );

const BEFORE: Names = { 'groq:key 1': 'A', 'groq:key 2': 'B' };

/** How often each account was used, after A was used three times and B once. */
const CASES: readonly (readonly [title: string, after: Names, used: Record<string, number>])[] = [
  ['another order', { 'groq:key 1': 'B', 'groq:key 2': 'A' }, { 'groq:key 1': 1, 'groq:key 2': 3 }],
  ['other labels', { 'groq:ann': 'A', 'groq:bob': 'B' }, { 'groq:ann': 3, 'groq:bob': 1 }],
  ['one key left', { groq: 'B' }, { groq: 1 }],
  [
    'a new key in front',
    { 'groq:key 1': 'C', 'groq:key 2': 'A', 'groq:key 3': 'B' },
    { 'groq:key 1': 0, 'groq:key 2': 3, 'groq:key 3': 1 },
  ],
  ['a replaced key', { 'groq:key 1': 'C', 'groq:key 2': 'B' }, { 'groq:key 1': 0, 'groq:key 2': 1 }],
  ['another provider with the same key', { ...BEFORE, other: 'A' }, { 'groq:key 1': 3, 'groq:key 2': 1, other: 0 }],
];

describe('Accounts that get another name', () => {
  for (const [title, after, expected] of CASES) {
    it(`keep their state: ${title}`, () => {
      const ledger = new MemoryLedger(new TurningClock());
      configure(ledger, BEFORE);
      use(ledger, 'groq:key 1/m', 3);
      use(ledger, 'groq:key 2/m', 1);
      configure(ledger, after);
      expect(used(ledger, after)).to.deep.equal(expected);
      expect(ledger.status(`${Object.keys(after)[0]}/m`).quotas[0]?.scope).to.equal(Object.keys(after)[0]);
    });

    it(`keep their state over a restart: ${title}`, () => {
      const clock = new TurningClock();
      const ledger = new MemoryLedger(clock);
      configure(ledger, BEFORE);
      use(ledger, 'groq:key 1/m', 3);
      use(ledger, 'groq:key 2/m', 1);
      const restarted = new MemoryLedger(clock);
      restarted.restore(JSON.parse(JSON.stringify(ledger.snapshot())));
      configure(restarted, after);
      expect(used(restarted, after)).to.deep.equal(expected);
    });
  }

  it('keep their state over several changes', () => {
    const ledger = new MemoryLedger(new TurningClock());
    configure(ledger, { groq: 'A' });
    use(ledger, 'groq/m', 2);
    for (const names of [BEFORE, { 'groq:key 1': 'B', 'groq:key 2': 'A' }, { 'groq:ann': 'A', 'groq:bob': 'B' }])
      configure(ledger, names);
    expect(used(ledger, { 'groq:ann': 'A', 'groq:bob': 'B' })).to.deep.equal({ 'groq:ann': 2, 'groq:bob': 0 });
  });
});
