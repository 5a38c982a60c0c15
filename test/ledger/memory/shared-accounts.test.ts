import { expect } from 'chai';
import type { Declaration, Limit } from '../../../src/contract/quota.js';
import type { Account, Reservation, TargetScopes } from '../../../src/ledger/ledger.js';
import { MemoryLedger } from '../../../src/ledger/memory/memory-ledger.js';
import { TurningClock } from '../../turning-clock.js';
import { refusalOf, reserveOne, respond } from '../ask-ledger.js';

const NEED = { tokens: 100, inputTokens: 60 };

const account = (provider: string, fingerprint = provider): Account => ({ provider, account: 'main', fingerprint });
const target = (provider: string): TargetScopes => ({
  target: `${provider}/m`,
  provider,
  account: 'main',
  pool: 'main#free',
});

const EU = account('eu');
const US = account('us');
const OWN: Account = { provider: 'own', fingerprint: 'own' };
const TARGETS: readonly TargetScopes[] = [target('eu'), target('us'), { target: 'own/m', provider: 'own' }];

const manual = (scope: string, ...limits: Limit[]): Declaration => ({ scope, limits, source: 'manual' });

describe('Providers that share an account', () => {
  let clock: TurningClock;
  let ledger: MemoryLedger;

  const configure = (accounts: readonly Account[], ...declarations: Declaration[]): void =>
    ledger.configure(
      accounts,
      TARGETS.filter(({ provider }) => accounts.some((each) => each.provider === provider)),
      declarations,
    );

  const reserve = (id: string): Reservation => {
    const answer = reserveOne(ledger, id, NEED);
    if (!answer.granted) throw new Error(`refused: ${answer.reason}`);
    return answer;
  };

  const serve = (id: string): void => {
    const reservation = reserve(id);
    respond(ledger, reservation, [], true);
    reservation.settle({ input: 60, output: 40 });
  };

  const reasonAt = (id: string): string | undefined => refusalOf(ledger, id, NEED)?.reason;

  const amounts = (id: string): unknown[] =>
    ledger.status(id).quotas.map(({ scope, limit, used }) => [scope, limit, used]);

  beforeEach(() => {
    clock = new TurningClock();
    ledger = new MemoryLedger(clock);
  });

  it('count on the same limits, whichever of them names the limits', () => {
    configure([EU, US, OWN], manual('us', { requests: 2, per: '1m' }));
    serve('eu/m');
    serve('us/m');
    const full = 'main: 0 of 2 requests per 1m left, as configured';
    expect([reasonAt('eu/m'), reasonAt('us/m'), reasonAt('own/m')]).to.deep.equal([full, full, undefined]);
  });

  it('have the smallest of several amounts for the same limit', () => {
    configure([EU, US], manual('eu', { requests: 5, each: 'day' }), manual('us', { requests: 3, each: 'day' }));
    expect(amounts('eu/m')).to.deep.equal([['main', 3, 0]]);
    configure([EU, US], manual('eu', { requests: 5, each: 'day' }), manual('us', { requests: 8, each: 'day' }));
    expect(amounts('us/m')).to.deep.equal([['main', 5, 0]]);
  });

  it('cool down together when the account does, and alone when a target does', () => {
    configure([EU, US, OWN], manual('eu', { requests: 9, per: '1m' }));
    serve('us/m');
    const reservation = reserve('eu/m');
    ledger.coolDown(reservation, 'target', { class: 'rate_limit', reason: 'busy' });
    expect([reasonAt('eu/m'), reasonAt('us/m')]).to.deep.equal(['busy', undefined]);
    ledger.coolDown(reservation, 'provider', { class: 'auth', reason: 'key refused' });
    expect([reasonAt('us/m'), reasonAt('own/m')]).to.deep.equal(['key refused', undefined]);
  });

  it('share what responses state about the account and its pools', () => {
    configure([EU, US]);
    const reservation = reserve('eu/m');
    const resetAt = clock.now() + 30_000;
    const stated = { dimension: 'requests', window: '1m', limit: 5, remaining: 0, resetAt } as const;
    respond(ledger, reservation, [{ ...stated, scope: 'pool' }], true);
    expect(reasonAt('us/m')).to.equal('main#free: 0 of 5 requests per 1m left');
  });

  it('let a configured limit of the account override what a type knows of a model', () => {
    configure([EU, US], manual('us', { requests: 9, per: '1m' }), {
      scope: 'eu/m',
      limits: [{ requests: 1, per: '1m' }],
      source: 'known',
    });
    expect(amounts('eu/m')).to.deep.equal([['main', 9, 0]]);
  });

  it('keep the state of the account when another provider joins it', () => {
    const limit = manual('eu', { requests: 5, per: '1d' });
    configure([EU], limit);
    serve('eu/m');
    configure([EU, US], limit);
    expect(amounts('us/m')).to.deep.equal([['main', 5, 1]]);
  });

  it('forget the state of the account when the key of one of them changes', () => {
    const limit = manual('eu', { requests: 5, per: '1d' });
    configure([EU, US], limit);
    serve('eu/m');
    configure([EU, account('us', 'another key')], limit);
    expect(amounts('eu/m')).to.deep.equal([['main', 5, 0]]);
  });

  it('count together after a restart too', () => {
    const limit = manual('eu', { requests: 5, each: 'week' });
    configure([EU, US], limit);
    serve('us/m');
    const kept = JSON.parse(JSON.stringify(ledger.snapshot()));
    ledger = new MemoryLedger(clock);
    ledger.restore(kept);
    configure([EU, US], limit);
    expect(amounts('eu/m')).to.deep.equal([['main', 5, 1]]);
  });
});
