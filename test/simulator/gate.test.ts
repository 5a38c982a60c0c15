import { expect } from 'chai';
import { Gate, type Ticket, type WorldLimit, type WorldRefusal } from './gate.js';

const MINUTE = { per: '1m', counting: 'fixed' } as const;
const WEIGHT = { prompt: 100, bound: 300, completion: 50 };

describe("A simulated provider's gate", () => {
  const now = 1_000_000_000_123;
  const gateOf = (limits: readonly WorldLimit[], options = {}): Gate => new Gate(limits, () => now, options);
  const leftOf = (gate: Gate): number[] => gate.standings().map(({ remaining }) => remaining);

  it('takes from every limit or from none', () => {
    const gate = gateOf([
      { requests: 5, ...MINUTE },
      { tokens: 160, ...MINUTE },
    ]);
    expect(gate.admit(WEIGHT).granted).to.equal(true);
    expect(gate.admit(WEIGHT)).to.include({ granted: false, dimension: 'tokens', requested: 150, remaining: 10 });
    expect(leftOf(gate)).to.deep.equal([4, 10]);
  });

  it('states that a request never fits', () => {
    const gate = gateOf([{ tokens: 100, ...MINUTE }]);
    expect(gate.admit(WEIGHT)).to.include({ retryAfterMs: Number.POSITIVE_INFINITY });
  });

  it('names the limit that lasts longest', () => {
    const gate = gateOf([
      { requests: 1, ...MINUTE, spent: 1 },
      { requests: 9, per: '1d', counting: 'fixed', spent: 9 },
    ]);
    expect(gate.admit(WEIGHT)).to.include({ called: 'day', limit: 9 });
  });

  it('holds prompt and bound, and frees the rest when the answer is over', () => {
    const gate = gateOf([{ tokens: 1_000, ...MINUTE }], { counts: 'asked' });
    const ticket = gate.admit(WEIGHT) as Ticket;
    expect(leftOf(gate)).to.deep.equal([600]);
    ticket.leave();
    expect(leftOf(gate)).to.deep.equal([850]);
  });

  it('counts afterwards, even more than was left', () => {
    const gate = gateOf([{ tokens: 120, ...MINUTE }], { counts: 'afterwards' });
    (gate.admit(WEIGHT) as Ticket).leave();
    expect(gate.admit(WEIGHT)).to.include({ granted: false, remaining: 0, requested: 100 });
  });

  it('counts no answer as input tokens', () => {
    const gate = gateOf([{ inputTokens: 250, ...MINUTE }]);
    gate.admit(WEIGHT);
    expect(leftOf(gate)).to.deep.equal([150]);
  });

  it('frees a slot when the answer is over', () => {
    const gate = gateOf([{ concurrent: 1 }]);
    const ticket = gate.admit(WEIGHT) as Ticket;
    expect(gate.admit(WEIGHT)).to.include({ dimension: 'concurrent', retryAfterMs: undefined });
    ticket.leave();
    expect(gate.admit(WEIGHT).granted).to.equal(true);
  });

  it('counts refused calls where they count, and states a time that includes them', () => {
    let later = now;
    const limits = [{ requests: 2, per: '10s', counting: 'sliding', spent: 2 }] as const;
    const gate = new Gate(limits, () => later, { refusedCount: true });
    later += 5_000;
    const { retryAfterMs } = gate.admit(WEIGHT) as WorldRefusal;
    later += (retryAfterMs as number) - 1;
    expect(leftOf(gate)).to.deep.equal([0]);
    later += 1;
    expect(gate.admit(WEIGHT).granted).to.equal(true);
  });
});
