import { expect } from 'chai';
import { createLocator } from '../../src/config/locate.js';
import type { Path } from '../../src/config/path.js';

const TEXT = `{
  // a comment
  "quoted key": 1,
  list: [
    'first', { inner: true },
  ],
  twice: 1, twice: { deep: 2, deep: 3 },
}`;

const PLACES: readonly [path: Path, value: [number, number], key: [number, number]][] = [
  [[], [1, 1], [1, 1]],
  [['quoted key'], [3, 17], [3, 3]],
  [['list'], [4, 9], [4, 3]],
  [
    ['list', 0],
    [5, 5],
    [5, 5],
  ],
  [
    ['list', '1', 'inner'],
    [5, 23],
    [5, 16],
  ],
  [
    ['list', 1, 'absent'],
    [5, 14],
    [5, 14],
  ],
  [
    ['list', 7, 'absent'],
    [4, 9],
    [4, 9],
  ],
  [
    ['absent', 'deeper'],
    [1, 1],
    [1, 1],
  ],
];

const pair = ({ line, column }: { line: number; column: number }): [number, number] => [line, column];

describe('createLocator', () => {
  const locator = createLocator(TEXT);

  for (const [path, value, key] of PLACES) {
    it(`finds the value, or the innermost value around it: ${path.join('.') || 'the root'}`, () => {
      expect(pair(locator.valueAt(path))).to.deep.equal(value);
      expect(pair(locator.keyAt(path))).to.deep.equal(key);
    });
  }

  it('finds the last of several equal keys, whose value JSON5 uses', () => {
    expect(pair(locator.valueAt(['twice']))).to.deep.equal([7, 20]);
  });

  it('lists duplicate keys', () => {
    const found = locator.duplicates.map(({ path, first, second }) => [path.join('.'), pair(first), pair(second)]);
    expect(found).to.deep.equal([
      ['twice', [7, 3], [7, 13]],
      ['twice.deep', [7, 22], [7, 31]],
    ]);
  });

  it('returns line 1, column 1 for a text that momoa cannot parse', () => {
    expect(pair(createLocator('{\n null: 1 }').valueAt(['null']))).to.deep.equal([1, 1]);
  });
});
