import { expect } from 'chai';
import fc from 'fast-check';
import { lineOf, withoutLineEnds } from '../../../plugins/nedb-logger/lines.js';
import { Search } from '../../../plugins/nedb-logger/search.js';
import { attemptOf, recordOf } from '../request-log/records.js';

describe('A search in the lines of the request log', () => {
  it('misses no record because of how a line is written', () => {
    const text = fc.oneof(
      fc.constantFrom('a"b', 'tab\t', 'Ä\u2028', '\ud800', 'x\\n'),
      fc.string({ unit: 'binary', maxLength: 12 }),
    );
    const check = fc.property(text, text, text, fc.nat(12), fc.nat(12), (id, keyLabel, reason, from, length) => {
      const record = recordOf(id, { chain: keyLabel, keyLabel, attempts: [attemptOf('failed', { reason })] });
      const search = new Search({
        chain: keyLabel,
        status: 200,
        search: [...reason].slice(from, from + length).join(''),
      });
      if (search.fits(record)) expect(search.mayFit(withoutLineEnds(lineOf(record, 1)))).to.equal(true);
      expect(search.fits(record)).to.equal(true);
    });
    fc.assert(check, { numRuns: 100 });
  });
});
