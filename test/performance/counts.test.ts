import { expect } from 'chai';
import { type Counted, CountedProxy, type Counts } from './counted-proxy.js';
import { LIMITS, UNITS, type Unit } from './limits.js';
import { Lockstep } from './lockstep.js';

const REQUESTS = 150;
const STREAMS = 15;
const SHORT = 10;
const LONG = 110;

/** The counts of everything, for one of each unit. */
const measure = async (counted: Counted): Promise<Record<Unit, Counts>> => {
  const lockstep = await Lockstep.start();
  const proxy = await CountedProxy.start(counted, lockstep.providerUrl);
  const ask = async (times: number, chunks?: number): Promise<void> => {
    for (let time = 0; time < times; time++) await lockstep.ask(proxy.address, chunks);
  };
  try {
    // The first requests load code and open connections.
    await ask(50);
    await ask(5, LONG);
    const plain = await proxy.countsOf(() => ask(REQUESTS));
    const short = await proxy.countsOf(() => ask(STREAMS, SHORT));
    const long = await proxy.countsOf(() => ask(STREAMS, LONG));
    return {
      'plain request': perUnit(plain, REQUESTS),
      'stream of 10 chunks': perUnit(short, STREAMS),
      'further chunk': perUnit(long, STREAMS * (LONG - SHORT), short),
    };
  } finally {
    await proxy.end();
    await lockstep.close();
  }
};

const perUnit = (counts: Counts, units: number, without: Counts = {}): Counts =>
  Object.fromEntries(Object.entries(counts).map(([what, count]) => [what, (count - (without[what] ?? 0)) / units]));

describe('the work of 429chain', () => {
  let measured: Record<Unit, Counts> | undefined;
  const countOf = (unit: Unit, what: string): number =>
    measured === undefined ? Number.NaN : (measured[unit][what] ?? 0);

  before(async () => {
    const work = await measure('work');
    const bytes = await measure('bytes');
    measured = Object.fromEntries(UNITS.map((unit) => [unit, { ...work[unit], ...bytes[unit] }])) as typeof measured;
  });

  for (const { what, most } of LIMITS) {
    for (const unit of UNITS) {
      it(`takes at most ${most[unit]} ${what} per ${unit}`, () => {
        expect(countOf(unit, what)).to.be.at.most(most[unit]);
      });
    }
  }

  it('is really counted', () => {
    const least = { 'plain request': 2, 'stream of 10 chunks': 12, 'further chunk': 1 };
    for (const unit of UNITS) {
      expect(countOf(unit, 'socket writes')).to.be.at.least(least[unit]);
      expect(countOf(unit, 'bytes')).to.be.above(100);
    }
    expect(countOf('plain request', 'promises')).to.be.above(1);
    expect(countOf('plain request', 'listeners')).to.be.above(1);
  });

  after(() => {
    for (const { what } of LIMITS) {
      const counts = UNITS.map((unit) => `${countOf(unit, what).toFixed(what === 'bytes' ? 0 : 2)} per ${unit}`);
      console.log(`      ${what}: ${counts.join(', ')}`);
    }
  });
});
