import { type Adaptation, adaptBody } from '429chain/plugin';
import { expect } from 'chai';
import fc from 'fast-check';

type Body = Readonly<Record<string, unknown>>;

const adapted = (body: Body, ...adaptations: readonly Omit<Adaptation, 'why'>[]): Body =>
  adaptBody(
    body,
    adaptations.map((each) => ({ ...each, why: 'a test' }) as Adaptation),
    'a-model',
  ).body;

const text = (words: string) => ({ type: 'text', text: words });

const ROWS: readonly (readonly [it: string, adaptation: object, from: Body, to: Body])[] = [
  ['drops a key', { field: 'a', drop: true }, { a: 1, b: 2 }, { b: 2 }],
  ['drops a key of an object', { field: 'a.b', drop: true }, { a: { b: 1, c: 2 } }, { a: { c: 2 } }],
  [
    'drops a key of each item',
    { field: 'a[].b', drop: true },
    { a: [{ b: 1 }, { c: 2 }, 3, null] },
    { a: [{}, { c: 2 }, 3, null] },
  ],
  [
    'drops a key of each item of each item',
    { field: 'messages[].content[].cache_control', drop: true },
    { messages: [{ content: [{ ...text('x'), cache_control: 1 }] }, { content: 'cache_control' }] },
    { messages: [{ content: [text('x')] }, { content: 'cache_control' }] },
  ],
  [
    'drops a keyword at any depth, and no property of that name',
    { field: 'a.**.x', drop: true },
    { a: { x: 1, properties: { x: { x: 1, y: [{ x: 2 }] } } }, x: 3 },
    { a: { properties: { x: { y: [{}] } } }, x: 3 },
  ],
  ['renames', { field: 'a[].b', rename: 'c' }, { a: [{ b: 1 }, { b: 1, c: 2 }] }, { a: [{ c: 1 }, { c: 2 }] }],
  ['maps values', { field: 'a', map: { low: 'none' } }, { a: 'low' }, { a: 'none' }],
  [
    'replaces a value',
    { field: 'a[].b', replace: 'y', from: 'x' },
    { a: [{ b: 'x' }, { b: 'z' }] },
    { a: [{ b: 'y' }, { b: 'z' }] },
  ],
  ['replaces every value', { field: 'a', replace: false }, { a: 'x' }, { a: false }],
  ['replaces null', { field: 'a[].b', replace: '', from: null }, { a: [{ b: null }, {}] }, { a: [{ b: '' }, {}] }],
  ['caps a number', { field: 'a', cap: 5 }, { a: 9 }, { a: 5 }],
  ['leaves a smaller number and what is none', { field: 'a', cap: 5 }, { a: 4 }, { a: 4 }],
  ['joins text parts', { field: 'a', flatten: true }, { a: [text('x'), text('y')] }, { a: 'x\ny' }],
  [
    'leaves parts with a picture',
    { field: 'a', flatten: true },
    { a: [text('x'), { type: 'image_url' }] },
    { a: [text('x'), { type: 'image_url' }] },
  ],
  ['applies only with another field', { field: 'a', drop: true, when: { with: 'b' } }, { a: 1 }, { a: 1 }],
  ['applies only without another field', { field: 'a', drop: true, when: { without: 'b' } }, { a: 1 }, {}],
  ['applies only to an empty list', { field: 'a', drop: true, when: { empty: true } }, { a: [1] }, { a: [1] }],
  ['ignores inherited names', { field: 'toString', drop: true }, { a: 1 }, { a: 1 }],
];

describe('An adaptation', () => {
  for (const [it_, adaptation, from, to] of ROWS) {
    it(it_, () => {
      expect(adapted(from, adaptation as Adaptation)).to.deep.equal(to);
    });
  }

  const key = fc.constantFrom('a', 'b', 'c');
  const { tree: body } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom(1, 'x', null),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
    ),
  }));
  const field = fc
    .array(fc.tuple(key, fc.constantFrom('', '[]')), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.map(([name, each], index) => (index === parts.length - 1 ? name : name + each)).join('.'));
  const verb = fc.constantFrom({ drop: true }, { replace: 'x', from: 1 }, { cap: 0 }, { flatten: true });
  const object = fc.dictionary(key, body, { maxKeys: 3 });

  const frozen = <T>(value: T): T => {
    if (typeof value === 'object' && value !== null)
      for (const inner of Object.values(Object.freeze(value))) frozen(inner);
    return value;
  };

  it('never changes the body of the caller, and does nothing the second time', () => {
    fc.assert(
      fc.property(object, field, verb, (from, path, act) => {
        const adaptation = { field: path, ...act } as Adaptation;
        const once = adapted(frozen(from), adaptation);
        expect(adapted(frozen(once), adaptation)).to.equal(once);
      }),
      { numRuns: 200 },
    );
  });

  it('drops exactly the fields at its path', () => {
    /** All paths of a body, with the places in lists, and their values. */
    const pathsOf = (value: unknown, at = ''): [string, string][] => {
      if (Array.isArray(value)) return value.flatMap((item, index) => pathsOf(item, `${at}[${index}]`));
      if (typeof value !== 'object' || value === null) return [[at, JSON.stringify(value)]];
      return [
        [at, '{}'],
        ...Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, at === '' ? name : `${at}.${name}`)),
      ];
    };
    fc.assert(
      fc.property(object, field, (from, path) => {
        const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('[]', '\\[\\d+\\]')}(?:[.[]|$)`);
        const left = pathsOf(from).filter(([each]) => !pattern.test(each));
        expect(pathsOf(adapted(from, { field: path, drop: true } as Adaptation))).to.deep.equal(left);
      }),
      { numRuns: 200 },
    );
  });
});
