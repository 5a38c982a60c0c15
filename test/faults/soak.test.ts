import { expect } from 'chai';
import { soak } from '../../scripts/soak/run.js';

/** A minute for a release, and a few seconds otherwise. `npm run soak` runs for longer. */
const SECONDS = process.env.LONG_TESTS === '1' ? 60 : 4;

describe('Requests of every kind against a provider with every fault', () => {
  it('end for callers as in the log and in the metrics, and leave no memory and no descriptor behind', async () => {
    const { rows, faults } = await soak({ seconds: SECONDS, rate: 200 });
    const table = rows.map(([what, value]) => `${what}: ${value}`).join('\n');
    expect(faults, table).to.deep.equal([]);
  });
}).timeout(180_000);
