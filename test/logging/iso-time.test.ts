import { expect } from 'chai';
import fc from 'fast-check';
import { isoTime } from '../../src/logging/iso-time.js';

describe('isoTime', () => {
  it('formats a time as Date does, in any order of times', () => {
    const near = fc.integer({ min: -3_000, max: 3_000 }).map((ms) => Date.UTC(2026, 0, 1) + ms);
    const times = fc.oneof(near, fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) }), fc.constant(0));
    fc.assert(
      fc.property(times, (at) => {
        expect(isoTime(at)).to.equal(new Date(at).toISOString());
      }),
    );
  });
});
