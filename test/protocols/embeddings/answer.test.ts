import { expect } from 'chai';
import fc from 'fast-check';
import { joinEmbeddings, readEmbeddings } from '../../../src/protocols/embeddings/answer.js';
import { countOf, splitInputs } from '../../../src/protocols/embeddings/inputs.js';
import { base64Of } from '../../../src/protocols/embeddings/vectors.js';

type Fields = Readonly<Record<string, unknown>>;

const entry = (index: unknown, embedding: unknown): Fields => ({ object: 'embedding', index, embedding });
const list = (...data: Fields[]): Fields => ({ object: 'list', model: 'm', data });
const V = [0.5, 1];
const W = [2, -4];

describe('An answer with embeddings', () => {
  it('stays as it is if nothing has to change', () => {
    const answer = list(entry(0, V), entry(1, W));
    expect(readEmbeddings(answer, { input: ['a', 'b'] })).to.equal(answer);
    const encoded = list(entry(0, base64Of(V)));
    expect(readEmbeddings(encoded, { input: 'a', encoding_format: 'base64' })).to.equal(encoded);
  });

  const CHANGES: readonly [what: string, answer: Fields, asked: Fields, data: readonly Fields[]][] = [
    ['base64 in place of numbers', list(entry(0, base64Of(V))), { input: 'a' }, [entry(0, V)]],
    [
      'base64 where numbers are asked for by name',
      list(entry(0, base64Of(V))),
      { input: 'a', encoding_format: 'float' },
      [entry(0, V)],
    ],
    [
      'numbers in place of base64',
      list(entry(0, V)),
      { input: 'a', encoding_format: 'base64' },
      [entry(0, base64Of(V))],
    ],
    ['another order', list(entry(1, W), entry(0, V)), { input: ['a', 'b'] }, [entry(0, V), entry(1, W)]],
    ['no indexes', list({ embedding: V }, { embedding: W }), { input: ['a', 'b'] }, [entry(0, V), entry(1, W)]],
  ];
  for (const [what, answer, asked, data] of CHANGES) {
    it(`is put right if it has ${what}`, () => {
      expect(readEmbeddings(answer, asked)).to.deep.equal({ ...answer, data });
    });
  }

  it('gets the fields of a list if they are missing', () => {
    const { object, data } = readEmbeddings({ data: [entry(0, V)] }, { input: 'a' });
    expect([object, data]).to.deep.equal(['list', [entry(0, V)]]);
  });

  it('passes in encodings that 429chain does not know', () => {
    const answer = list(entry(0, { int8: [1] }));
    expect(readEmbeddings(answer, { input: 'a', encoding_format: 'int8' })).to.equal(answer);
  });

  const FAULTS: readonly [what: string, answer: Fields, asked: Fields, says: RegExp][] = [
    ['no list', {}, { input: 'a' }, /without "data"/],
    ['an empty list', list(), { input: 'a' }, /0 vectors for 1 inputs/],
    ['too few vectors', list(entry(0, V)), { input: ['a', 'b'] }, /1 vectors for 2 inputs/],
    ['too many vectors', list(entry(0, V), entry(1, V)), { input: [1, 2, 3] }, /2 vectors for 1 inputs/],
    ['an index twice', list(entry(0, V), entry(0, W)), { input: ['a', 'b'] }, /index/],
    ['an index beyond the end', list(entry(0, V), entry(2, W)), { input: ['a', 'b'] }, /index/],
    ['an empty vector', list(entry(0, [])), { input: 'a' }, /without a vector/],
    ['no vector', list(entry(0, undefined)), { input: 'a' }, /without a vector/],
    ['null in a vector', list(entry(0, [1, null])), { input: 'a' }, /other than numbers/],
    ['text in a vector', list(entry(0, ['1'])), { input: 'a' }, /other than numbers/],
    ['NaN in base64', list(entry(0, base64Of([1, Number.NaN]))), { input: 'a' }, /other than numbers/],
    [
      'infinity in base64, where base64 was asked for',
      list(entry(0, base64Of([1, Number.POSITIVE_INFINITY]))),
      { input: 'a', encoding_format: 'base64' },
      /other than numbers/,
    ],
    ['a number beyond float32', list(entry(0, [1, 1e300])), { input: 'a' }, /other than numbers/],
    ['vectors of two lengths', list(entry(0, V), entry(1, [1])), { input: ['a', 'b'] }, /different lengths/],
    ['broken base64', list(entry(0, 'AAA')), { input: 'a' }, /not valid base64/],
    [
      'broken base64 that was asked for',
      list(entry(0, 'AAA')),
      { input: 'a', encoding_format: 'base64' },
      /not valid base64/,
    ],
    ['more dimensions than asked for', list(entry(0, V)), { input: 'a', dimensions: 1 }, /2 dimensions, where 1 were/],
    [
      'fewer dimensions than asked for',
      list(entry(0, base64Of(V))),
      { input: 'a', dimensions: 3, encoding_format: 'base64' },
      /2 dimensions, where 3/,
    ],
    ['entries that are no objects', { data: [1] }, { input: 'a' }, /not an object/],
  ];
  for (const [what, answer, asked, says] of FAULTS) {
    it(`is refused if it has ${what}`, () => {
      expect(() => readEmbeddings(answer, asked)).to.throw(says);
    });
  }
});

describe('A large request for embeddings', () => {
  const INPUT = fc.array(fc.string(), { minLength: 1, maxLength: 30 });

  it('is divided into parts of at most the given size, without loss', () => {
    fc.assert(
      fc.property(INPUT, fc.integer({ min: 1, max: 12 }), (input, most) => {
        const parts = splitInputs({ model: 'm', input, dimensions: 3 }, most);
        expect(parts.flatMap((part) => part.input)).to.deep.equal(input);
        expect(Math.max(...parts.map(countOf))).to.be.at.most(most);
        expect(parts).to.have.length(Math.ceil(input.length / most));
        expect(parts.every(({ model, dimensions }) => model === 'm' && dimensions === 3)).to.equal(true);
      }),
      { numRuns: 50 },
    );
  });

  it('gets its vectors back in order, with the sum of what the parts cost', () => {
    fc.assert(
      fc.property(INPUT, fc.integer({ min: 1, max: 12 }), (input, most) => {
        const answers = splitInputs({ input }, most).map((part) => {
          const texts = part.input as string[];
          const data = texts.map((text, index) => entry(index, [text.length]));
          return { ...list(...data), usage: { prompt_tokens: texts.length, total_tokens: texts.length } };
        });
        const { data, usage } = joinEmbeddings(answers);
        expect(data).to.deep.equal(input.map((text, index) => entry(index, [text.length])));
        expect(usage).to.deep.equal({ prompt_tokens: input.length, total_tokens: input.length });
      }),
      { numRuns: 50 },
    );
  });

  it('counts a list of tokens as one text, and lists of tokens as several', () => {
    expect(countOf({ input: [1, 2, 3] })).to.equal(1);
    expect(countOf({ input: [[1, 2], [3]] })).to.equal(2);
    expect(splitInputs({ input: [1, 2, 3] }, 1)).to.deep.equal([{ input: [1, 2, 3] }]);
    expect(splitInputs({ input: [[1, 2], [3]] }, 1)).to.deep.equal([{ input: [[1, 2]] }, { input: [[3]] }]);
  });
});
