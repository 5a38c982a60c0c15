import { expect } from 'chai';
import fc from 'fast-check';
import { ticksOf } from '../../../admin-ui/src/data/requests/ticks.js';

describe('The marks of a time axis', () => {
  const rows: readonly (readonly [lengthMs: number, most: number, texts: readonly string[]])[] = [
    [3, 4, ['0 ms', '1 ms', '2 ms', '3 ms']],
    [1, 8, ['0 ms', '1 ms']],
    [0.4, 8, ['0 ms']],
    [95, 5, ['0 ms', '20 ms', '40 ms', '60 ms', '80 ms']],
    [1_500, 3, ['0 ms', '500 ms', '1 s', '1.5 s']],
    [61_000, 2, ['0 ms', '1 min']],
    [61_000, 5, ['0 ms', '15 s', '30 s', '45 s', '1 min']],
    [200_000, 7, ['0 ms', '30 s', '1 min', '1 min 30 s', '2 min', '2 min 30 s', '3 min']],
    [5 * 3_600_000, 2, ['0 ms', '4 h']],
    [90 * 86_400_000, 1, ['0 ms', '2160 h']],
  ];
  for (const [length, most, texts] of rows)
    it(`are ${texts.join(', ')} for ${length} ms and ${most} distances`, () =>
      expect(ticksOf(length, most).map(({ text }) => text)).to.deep.equal(texts));

  it('are distinct, begin with 0, stay on the axis, and are never more than fit', () => {
    const check = fc.property(
      fc.double({ min: 0.01, max: 1e9, noNaN: true }),
      fc.integer({ min: 1, max: 30 }),
      (length, most) => {
        const ticks = ticksOf(length, most);
        expect(ticks[0]?.at).to.equal(0);
        expect(ticks.length).to.be.at.most(most + 1);
        expect(ticks.at(-1)?.at).to.be.at.most(length);
        expect(new Set(ticks.map(({ text }) => text)).size).to.equal(ticks.length);
      },
    );
    fc.assert(check, { numRuns: 200 });
  });
});
