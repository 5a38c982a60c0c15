import { expect } from 'chai';
import { Allowance } from '../../src/demo/allowance.js';
import { TurningClock } from '../turning-clock.js';

describe('Allowance', () => {
  const left = (allowance: Allowance): number[] => allowance.standings().map(({ remaining }) => remaining);

  it('takes from all limits, or from none', () => {
    const clock = new TurningClock();
    const allowance = new Allowance(
      [
        { requests: 5, per: '4s', called: 'minute', counting: 'refilling' },
        { tokens: 100, per: '4s', called: 'minute', counting: 'fixed' },
        { concurrent: 3 },
      ],
      clock.now,
    );
    expect(allowance.take(60)).to.equal(undefined);
    expect(left(allowance)).to.deep.equal([4, 40, 2]);
    expect(allowance.take(60)).to.include({ dimension: 'tokens', called: 'minute', requested: 60, remaining: 40 });
    expect(left(allowance)).to.deep.equal([4, 40, 2]);
  });

  it('returns the refusal that lasts longest', () => {
    const { now } = new TurningClock();
    const allowance = new Allowance(
      [
        { requests: 1, per: '1m', called: 'minute', counting: 'sliding' },
        { requests: 1, per: '1d', called: 'day', counting: 'sliding' },
        { requests: 1, per: '1h', called: 'hour', counting: 'sliding' },
      ],
      now,
    );
    allowance.take(1);
    expect(allowance.take(1)).to.include({ called: 'day', retryAfterMs: 86_400_000 });
  });

  it('releases slots, and nothing else', () => {
    const { now } = new TurningClock();
    const allowance = new Allowance(
      [{ concurrent: 1 }, { requests: 9, per: '1d', called: 'day', counting: 'fixed' }],
      now,
    );
    allowance.take(1);
    expect(allowance.take(1)).to.include({ dimension: 'concurrent', retryAfterMs: undefined });
    allowance.release();
    expect(left(allowance)).to.deep.equal([1, 8]);
  });
});
