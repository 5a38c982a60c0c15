import { expect } from 'chai';
import fc from 'fast-check';
import JSON5 from 'json5';
import { applyEdits } from '../../../src/config/edit/edit.js';

/** A value and one way to write it. */
interface Written {
  readonly value: unknown;
  readonly text: string;
}

const id = fc.constantFrom('a', 'b', 'c', 'default', 'my chain', 'x-y', '$z', 'targets', 'é');
const word = fc.oneof(
  fc.constantFrom(
    'groq/a',
    'groq/b',
    'local/c:free',
    '${KEY}',
    'https://x//y',
    '/* no */',
    '// no',
    "it's",
    'a"b',
    'ü🚀',
  ),
  fc.string({ maxLength: 6, unit: 'grapheme' }),
);

const comment = fc.nat(9_999).chain((number) => fc.constantFrom(`// note ${number}.\n`, `/* note ${number}. */`));
/** The text between two tokens. `\\n` becomes the line end of the file. */
const blank = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(' ') },
      { weight: 3, arbitrary: fc.constant('\n  ') },
      { weight: 1, arbitrary: fc.constant('\n\n') },
      { weight: 2, arbitrary: comment },
    ),
    { maxLength: 3 },
  )
  .map((parts) => parts.join(''));

const scalar: fc.Arbitrary<Written> = fc.oneof(
  fc
    .tuple(word, fc.constantFrom('"', "'"))
    .map(([value, quote]) => ({ value, text: JSON5.stringify(value, { quote }) })),
  fc.constantFrom(
    { value: 16, text: '0x10' },
    { value: 0.5, text: '.5' },
    { value: 1, text: '+1' },
    { value: 1000, text: '1e3' },
    { value: null, text: 'null' },
    { value: true, text: 'true' },
    { value: 'ab', text: "'a\\\nb'" },
  ),
);

const joined = (
  open: string,
  parts: readonly string[],
  commas: readonly string[],
  end: string,
  close: string,
): string => {
  const inner = parts.map((part, index) => part + (index < parts.length - 1 ? `${commas[index] ?? ''},` : ''));
  return open + inner.join('') + end + close;
};

const end = fc.tuple(blank, fc.boolean(), blank).map(([before, comma, after]) => ({ before, comma, after }));

const tree = fc.letrec<{ any: Written; list: Written; object: Written }>((tie) => ({
  any: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('list'), tie('object')),
  list: fc
    .tuple(fc.array(fc.tuple(blank, tie('any'), blank), { maxLength: 4 }), end)
    .map(([items, { before, comma, after }]) => ({
      value: items.map(([, { value }]) => value),
      text: joined(
        '[',
        items.map(([lead, { text }]) => lead + text),
        items.map(([, , tail]) => tail),
        before + (comma && items.length > 0 ? `,${after}` : ''),
        ']',
      ),
    })),
  object: fc
    .tuple(
      fc.uniqueArray(fc.tuple(id, blank, blank, tie('any'), blank, fc.boolean()), {
        selector: ([key]) => key,
        maxLength: 4,
      }),
      end,
    )
    .map(([members, { before, comma, after }]) => ({
      value: Object.fromEntries(members.map(([key, , , { value }]) => [key, value])),
      text: joined(
        '{',
        members.map(([key, lead, colon, { text }, , quoted]) => {
          const name = quoted || !/^[\w$é]+$/.test(key) ? JSON5.stringify(key, { quote: '"' }) : key;
          return `${lead}${name}${colon}:${text}`;
        }),
        members.map(([, , , , tail]) => tail),
        before + (comma && members.length > 0 ? `,${after}` : ''),
        '}',
      ),
    })),
}));

const file: fc.Arbitrary<Written> = fc
  .tuple(blank, tree.object, blank, fc.constantFrom('\n', '\r\n'))
  .map(([before, { value, text }, after, newline]) => ({
    value,
    text: `${before}${text}${after}`.replaceAll('\n', newline),
  }));

const plain = fc.jsonValue({ maxDepth: 2 });

const commentsOf = (text: string): string[] => (text.match(/note \d+\./g) ?? []).sort();

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

describe('applyEdits, for any file', () => {
  it('produces the intended value for any path and value', () => {
    fc.assert(
      fc.property(file, fc.array(id, { maxLength: 3 }), plain, ({ text, value }, steps, next) => {
        const path: string[] = [];
        let at: unknown = value;
        for (const step of steps) {
          if (!isMap(at)) break;
          path.push(step);
          at = Object.hasOwn(at, step) ? at[step] : undefined;
          if (at === undefined) break;
        }
        const changed = applyEdits(text, [{ op: 'set', path, value: next }]);
        const found = path.reduce<unknown>(
          (inner, step) => (inner as Record<string, unknown>)[step],
          JSON5.parse(changed),
        );
        expect(found).to.deep.equal(JSON.parse(JSON.stringify(next)));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps all comments when a value is added', () => {
    fc.assert(
      fc.property(file, plain, ({ text }, next) => {
        const changed = applyEdits(text, [{ op: 'set', path: ['added'], value: next }]);
        expect(commentsOf(changed)).to.deep.equal(commentsOf(text));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps all comments when a list is reordered and gets a new item', () => {
    const lists = fc.tuple(file, tree.list).map(([, list]) => list);
    fc.assert(
      fc.property(lists, fc.infiniteStream(fc.nat()), fc.nat(5), ({ text, value }, ranks, at) => {
        const whole = `{ list: ${text} }`;
        const ranked = (value as unknown[]).map((item) => [ranks.next().value as number, item] as const);
        const order = ranked.sort(([one], [other]) => one - other).map(([, item]) => item);
        order.splice(at, 0, 'added/x');
        const changed = applyEdits(whole, [{ op: 'set', path: ['list'], value: order }]);
        expect(JSON5.parse(changed)).to.deep.equal({ list: order });
        expect(commentsOf(changed)).to.deep.equal(commentsOf(whole));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps all comments when a string is replaced or a key renamed, and changes nothing else', () => {
    fc.assert(
      fc.property(file, word, ({ text, value }, next) => {
        const key = Object.keys(value as object).find(
          (each) => typeof (value as Record<string, unknown>)[each] === 'string',
        );
        fc.pre(key !== undefined);
        const changed = applyEdits(text, [
          { op: 'set', path: [key], value: next },
          { op: 'rename', path: [key], key: 'renamed' },
        ]);
        expect(commentsOf(changed)).to.deep.equal(commentsOf(text));
        const back = applyEdits(changed, [
          { op: 'rename', path: ['renamed'], key },
          { op: 'set', path: [key], value: (value as Record<string, unknown>)[key] },
        ]);
        expect(back.split(/\r?\n/).length).to.be.at.most(text.split(/\r?\n/).length);
        expect(JSON5.parse(back)).to.deep.equal(value);
      }),
      { numRuns: 200 },
    );
  });

  it('removes what was added', () => {
    fc.assert(
      fc.property(file, plain, ({ text }, next) => {
        const added = applyEdits(text, [{ op: 'set', path: ['added'], value: next }]);
        const removed = applyEdits(added, [{ op: 'remove', path: ['added'] }]);
        expect(JSON5.parse(removed)).to.deep.equal(JSON5.parse(text));
      }),
      { numRuns: 200 },
    );
  });
});
