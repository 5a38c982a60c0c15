import { expect } from 'chai';
import fc from 'fast-check';
import { WrittenBody } from '../../src/engine/written-body.js';

const withModel = (json: string, model: string, field?: string): string =>
  new WrittenBody(json).withModel(model, field).toString();

/** What came, and the same with the model `new`. */
const CASES: readonly (readonly [what: string, json: string, expected: string])[] = [
  ['a first field', '{"model":"old","input":1.0}', '{"model":"new","input":1.0}'],
  ['white space', '{ "input" : 1 ,\n "model" \t:\r\n "old" }', '{ "input" : 1 ,\n "model" \t:\r\n "new" }'],
  [
    'the name inside another value',
    '{"a":{"model":"x"},"b":["model"],"model":"old"}',
    '{"a":{"model":"x"},"b":["model"],"model":"new"}',
  ],
  ['the name as a value', '{"a":"model","model":"old"}', '{"a":"model","model":"new"}'],
  [
    'quotes and brackets in text',
    String.raw`{"a":"\\\"}]{\\","model":"o\"l}d","b":"\\"}`,
    String.raw`{"a":"\\\"}]{\\","model":"new","b":"\\"}`,
  ],
  ['an escaped name', String.raw`{"mod\u0065l":"old"}`, String.raw`{"mod\u0065l":"new"}`],
  ['a model that is no text', '{"model":{"a":["}"]},"b":null}', '{"model":"new","b":null}'],
  ['a model that is null', '{"b":[1,2],"model":null}', '{"b":[1,2],"model":"new"}'],
  ['the name twice', '{"model":"a","model":"b"}', '{"model":"new","model":"new"}'],
  [
    'the name again, escaped',
    String.raw`{"model":"a","\u006dodel":"b"}`,
    String.raw`{"model":"new","\u006dodel":"new"}`,
  ],
  ['no model', ' {"input":[{}]}', ' {"model":"new","input":[{}]}'],
  ['no field', '{ }', '{"model":"new" }'],
  [
    'numbers and escapes that JavaScript would write in another way',
    String.raw`{"n":12345678901234567890,"e":1E3,"s":"\u00e9\/","2":0,"1":0,"model":"old"}`,
    String.raw`{"n":12345678901234567890,"e":1E3,"s":"\u00e9\/","2":0,"1":0,"model":"new"}`,
  ],
];

describe('A body with the model of a target', () => {
  for (const [what, json, expected] of CASES) {
    it(`keeps all other characters: ${what}`, () => {
      expect(withModel(json, 'new')).to.equal(expected);
    });
  }

  const FIELDS: readonly (readonly [json: string, expected: string])[] = [
    ['{"model":"old","input":"ä😀"}', '{"seed":1,"model":"new","input":"ä😀"}'],
    ['{"input":"ä😀","model":"old" }', '{"seed":1,"input":"ä😀","model":"new" }'],
    ['{"input":1}', '{"seed":1,"model":"new","input":1}'],
    [' { }', ' {"seed":1,"model":"new" }'],
  ];
  for (const [json, expected] of FIELDS) {
    it(`gets one field more: ${json}`, () => {
      expect(withModel(json, 'new', '"seed":1')).to.equal(expected);
    });
  }

  it('is valid UTF-8 where its text is not', () => {
    const bytes = Buffer.from('{"input":"a\u{ff}b","model":"old"}', 'latin1');
    expect(new WrittenBody(bytes.toString(), bytes).withModel('ü').toString()).to.equal(
      '{"input":"a\ufffdb","model":"ü"}',
    );
  });

  it('is the same for each target, until it is released', () => {
    const written = new WrittenBody('{"model":"old"}');
    expect([written.withModel('a').toString(), written.withModel('b').toString()]).to.deep.equal([
      '{"model":"a"}',
      '{"model":"b"}',
    ]);
    written.release();
    expect(written.isHeld).to.equal(false);
    expect(() => written.withModel('a')).to.throw('no longer held');
  });

  it('has a model with any characters', () => {
    expect(JSON.parse(withModel('{"model":"a"}', 'vendor/"x"\n$&'))).to.deep.equal({ model: 'vendor/"x"\n$&' });
  });

  it('is the same object apart from its model, whatever its fields are', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
        fc.constantFrom(undefined, 1, '\t'),
        (fields, space) => {
          const json = JSON.stringify({ ...fields, model: 'old' }, undefined, space);
          const expected = JSON.stringify({ ...fields, model: 'new' }, undefined, space);
          expect(withModel(json, 'new')).to.equal(expected);
        },
      ),
      { numRuns: 200 },
    );
  });
});
