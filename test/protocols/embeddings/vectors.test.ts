import { expect } from 'chai';
import fc from 'fast-check';
import { base64Of, lengthOf, vectorOf } from '../../../src/protocols/embeddings/vectors.js';

const FLOAT32 = fc.float({ noNaN: true, noDefaultInfinity: true });
const VECTOR = fc.array(FLOAT32, { minLength: 1, maxLength: 40 });

describe('Vectors', () => {
  it('come out of base64 as they went in', () => {
    fc.assert(
      fc.property(VECTOR, (vector) => {
        const base64 = base64Of(vector);
        expect(lengthOf(base64)).to.equal(vector.length);
        expect(vectorOf(base64)).to.deep.equal(vector);
      }),
      { numRuns: 100 },
    );
  });

  it('are the little-endian float32 that SDKs read', () => {
    const bytes = Buffer.from(base64Of([1, -2.5, 0.1]), 'base64');
    const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    expect([...new Float32Array(copy)]).to.deep.equal([1, -2.5, Math.fround(0.1)]);
  });

  it('round double precision to float32', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e30, max: 1e30 }), { minLength: 1 }), (vector) => {
        expect(vectorOf(base64Of(vector))).to.deep.equal(vector.map(Math.fround));
      }),
      { numRuns: 50 },
    );
  });

  for (const text of ['', 'AAA', 'AAAA', 'AAAAAAA=', 'not base64!', 'AAAAAA=A', '=AAA', 'AAAAAAAA']) {
    it(`are not read from ${JSON.stringify(text)}`, () => {
      expect(lengthOf(text)).to.equal(undefined);
      expect(vectorOf(text)).to.equal(undefined);
    });
  }
});
