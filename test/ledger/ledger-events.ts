import fc from 'fast-check';
import type { Declaration, Dimension, FailureClass, ScopeKind, Signal } from '../../src/contract/quota.js';
import type {
  Account,
  Candidate,
  Ledger,
  Reservation,
  ReserveOptions,
  TargetScopes,
  Usage,
} from '../../src/ledger/ledger.js';
import { MemoryLedger } from '../../src/ledger/memory/memory-ledger.js';
import { TurningClock } from '../turning-clock.js';

export const TARGETS: readonly TargetScopes[] = [
  { target: 'a/x', provider: 'a' },
  { target: 'a/y', provider: 'a' },
  { target: 'b/x', provider: 'b', pool: 'b#free' },
  { target: 'b/y', provider: 'b', pool: 'b#free' },
];
const ACCOUNTS: readonly Account[] = ['a', 'b'].map((provider) => ({ provider, fingerprint: '' }));

const DECLARATIONS: readonly Declaration[] = [
  {
    scope: 'a',
    limits: [
      { requests: 9, per: '10s' },
      { tokens: 2_000, per: '1m' },
    ],
    source: 'manual',
  },
  { scope: 'b/y', limits: [{ concurrent: 2 }], source: 'manual' },
  { scope: 'b#free', limits: [{ requests: 30, per: '1m' }], source: 'known' },
];

/** A signal whose reset is relative, so that it can be generated before the clock is known. */
interface RelativeSignal extends Omit<Signal, 'resetAt'> {
  readonly resetInMs: number | undefined;
}

/** What may happen to a ledger. `which` chooses among the latest reservations, open and closed ones alike. */
export type LedgerEvent =
  | { readonly kind: 'reserve'; readonly candidates: readonly Candidate[]; readonly options: ReserveOptions }
  | { readonly kind: 'turn'; readonly ms: number }
  | { readonly kind: 'observe'; readonly which: number; readonly signals: readonly RelativeSignal[]; accepted: boolean }
  | { readonly kind: 'served' | 'refused' | 'release'; readonly which: number }
  | { readonly kind: 'settle'; readonly which: number; readonly usage: Usage | undefined }
  | {
      readonly kind: 'coolDown';
      readonly which: number;
      readonly scope: ScopeKind;
      readonly class: FailureClass;
      readonly hintMs: number | undefined;
    }
  | { readonly kind: 'reset'; readonly target: string };

const which = fc.nat({ max: 5 });
const scope = fc.constantFrom<ScopeKind>('target', 'pool', 'provider');
const targets = TARGETS.map(({ target }) => target);

const CANDIDATE: fc.Arbitrary<Candidate> = fc
  .record({ target: fc.constantFrom(...targets), tokens: fc.integer({ min: 1, max: 600 }) })
  .map(({ target, tokens }) => ({ target, need: { tokens, inputTokens: Math.ceil(tokens / 2) } }));

const SIGNAL: fc.Arbitrary<RelativeSignal> = fc.record({
  dimension: fc.constantFrom<Dimension>('requests', 'tokens', 'input_tokens', 'concurrent'),
  window: fc.constantFrom('10s', '1m', '1d', undefined),
  scope,
  limit: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  remaining: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
  resetInMs: fc.option(fc.integer({ min: -1_000, max: 90_000 }), { nil: undefined }),
  refills: fc.boolean(),
});

const EVENT: fc.Arbitrary<LedgerEvent> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('reserve' as const),
      candidates: fc.array(CANDIDATE, { minLength: 1, maxLength: 4 }),
      options: fc.record({ skipProbation: fc.boolean() }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('turn' as const), ms: fc.integer({ min: 0, max: 40_000 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('observe' as const),
      which,
      signals: fc.array(SIGNAL, { maxLength: 2 }),
      accepted: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('served' as const, 'refused', 'release'), which }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      which,
      usage: fc.option(fc.record({ input: fc.nat({ max: 300 }), output: fc.nat({ max: 300 }) }), { nil: undefined }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('coolDown' as const),
      which,
      scope,
      class: fc.constantFrom<FailureClass>('rate_limit', 'overloaded', 'quota', 'auth', 'server_error'),
      hintMs: fc.option(fc.integer({ min: -1_000, max: 60_000 }), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset' as const), target: fc.constantFrom(...targets) }) },
);

export const EVENTS: fc.Arbitrary<LedgerEvent[]> = fc.array(EVENT, { minLength: 10, maxLength: 120 });

/** A ledger over `TARGETS` to which events happen. `reserve` decides how it is asked. */
export class EventfulLedger<Of extends Ledger = MemoryLedger> {
  readonly clock = new TurningClock();
  readonly local = new MemoryLedger(this.clock);
  readonly ledger: Of;
  readonly reservations: Reservation[] = [];

  /** @param over what events happen to: a ledger over the one in memory, or that one */
  constructor(
    declarations: readonly Declaration[] = DECLARATIONS,
    over: (local: MemoryLedger, clock: TurningClock) => Of = (local) => local as Ledger as Of,
  ) {
    this.ledger = over(this.local, this.clock);
    this.ledger.configure(ACCOUNTS, TARGETS, declarations);
  }

  /** Applies one event other than `reserve`; one that concerns a reservation does nothing while there is none. */
  apply(event: Exclude<LedgerEvent, { kind: 'reserve' }>): void {
    const { ledger, clock } = this;
    if (event.kind === 'turn') clock.turn(event.ms);
    if (event.kind === 'reset') ledger.reset(event.target);
    if (event.kind === 'turn' || event.kind === 'reset') return;
    const reservation = this.reservations.at(-1 - event.which);
    if (reservation === undefined) return;
    if (event.kind === 'settle') reservation.settle(event.usage);
    else if (event.kind === 'release') reservation.release();
    else if (event.kind === 'coolDown') {
      const until = event.hintMs === undefined ? undefined : clock.now() + event.hintMs;
      ledger.coolDown(reservation, event.scope, { class: event.class, reason: 'because', until });
    } else if (event.kind === 'observe') {
      const signals = event.signals.map(({ resetInMs, ...signal }) =>
        resetInMs === undefined ? signal : { ...signal, resetAt: clock.now() + resetInMs },
      );
      ledger.observe(reservation, signals, event.accepted);
    } else ledger[event.kind](reservation);
  }

  /** Returns everything that can be seen of the ledger. */
  get state(): unknown {
    return { statuses: targets.map((target) => this.ledger.status(target)), snapshot: this.local.snapshot() };
  }
}
