import { expect } from 'chai';
import fc from 'fast-check';
import { type Asking, isShort, Seam } from '../../src/engine/seam.js';

const SENT = 'The quick brown fox jumps over the lazy dog, and then it sle';

interface Case {
  readonly what: string;
  readonly sent?: string;
  readonly comes: string;
  readonly asking?: Asking;
  /** What follows the seam; absent: there is none. */
  readonly rest?: string;
}

const CASES: readonly Case[] = [
  { what: 'the last words, repeated', comes: 'dog, and then it sleeps.', rest: 'eps.' },
  { what: 'the last words in other white space', comes: 'dog,\n and  then it sleeps.', rest: 'eps.' },
  { what: 'the last words in quotes', comes: '"dog, and then it sleeps.', rest: 'eps.' },
  { what: 'the last words behind dots', comes: '…dog, and then it sleeps.', rest: 'eps.' },
  {
    what: 'the last words with curly quotes for straight ones',
    sent: `She said "come here" and 'go' a`,
    comes: 'said “come here” and ‘go’ away',
    rest: 'way',
  },
  { what: 'the whole answer from its start', comes: `${SENT}eps until noon.`, rest: 'eps until noon.' },
  { what: 'the last words and nothing more', comes: 'dog, and then it sle', rest: '' },
  {
    what: 'a short answer from its start',
    asking: 'anew',
    sent: 'Yes',
    comes: 'Yes, of course.',
    rest: ', of course.',
  },
  { what: 'the rest behind white space', sent: 'The quick brown', comes: ' fox jumps', rest: ' fox jumps' },
  { what: 'the rest with punctuation', sent: 'The quick brown', comes: ', lazy fox', rest: ', lazy fox' },
  { what: 'a small letter where white space ended the first part', sent: 'The quick ', comes: 'brown fox' },
  { what: 'white space that was sent already', sent: 'The quick brown ', comes: 'The quick brown fox', rest: 'fox' },
  { what: 'more white space than was sent', sent: 'The quick brown\n', comes: 'The quick brown\n\nfox', rest: '\nfox' },
  { what: 'a word that may be the rest of one', comes: 'eps until noon.' },
  { what: 'the same, where the provider promises to go on', comes: 'eps.', asking: 'prefilled', rest: 'eps.' },
  { what: 'a new answer that begins alike', comes: 'The quick answer is no.' },
  { what: 'another answer', comes: 'Certainly! Here is the rest: it sleeps.' },
  { what: 'another answer behind blank lines', sent: 'The quick brown', comes: '\n\nCertainly, the rest' },
  { what: 'fewer words than prove anything', comes: 'it sleeps.' },
  { what: 'the last letters of a word behind white space', sent: 'The quick brown f', comes: ' fox jumps' },
  { what: 'an end before the seam', comes: 'The quick brown fox' },
  { what: 'nothing', comes: '' },
  { what: 'a text that repeats itself', sent: 'ha '.repeat(30), comes: 'ha '.repeat(40) },
  { what: 'the last words, where it was asked anew', asking: 'anew', comes: 'dog, and then it sleeps.' },
  { what: 'everything, where nothing was sent', asking: 'anew', sent: '', comes: 'Hello', rest: 'Hello' },
];

/** The text behind the seam, found in pieces. */
const restOf = (sent: string, pieces: readonly string[], asking: Asking = 'told'): string | undefined => {
  const seam = new Seam(sent, asking);
  let joint: ReturnType<Seam['take']>;
  for (const piece of pieces) joint ??= seam.take(piece);
  joint ??= seam.end();
  return joint === 'none' ? undefined : pieces.join('').slice(joint.cut);
};

describe('The seam between two parts of an answer', () => {
  for (const { what, sent = SENT, comes, asking, rest } of CASES) {
    it(`${rest === undefined ? 'is not found' : 'is found'} in ${what}`, () => {
      expect(restOf(sent, [comes], asking)).to.equal(rest);
      expect(restOf(sent, comes.split(''), asking)).to.equal(rest);
    });
  }

  it('loses and doubles no character, wherever the answer is cut and however the next part comes', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abcdefgäß🌊—"“1.'), minLength: 3, maxLength: 9 });
    const words = fc.array(
      fc.tuple(word, fc.constantFrom(' ', '\n', '  ', ', ')).map((pair) => pair.join('')),
      { minLength: 5, maxLength: 60 },
    );
    fc.assert(
      fc.property(words, fc.nat(), fc.nat(), fc.nat(), (list, cutAt, backTo, pieceLength) => {
        const whole = list.join('');
        const cut = 1 + (cutAt % (whole.length - 1));
        const sent = whole.slice(0, cut);
        const asking = isShort(sent) ? 'anew' : 'told';
        const from = asking === 'anew' ? 0 : backTo % (cut + 1);
        const pieces = whole.slice(from).match(new RegExp(`[^]{1,${1 + (pieceLength % 9)}}`, 'g')) ?? [];
        const rest = restOf(sent, pieces, asking);
        // An answer that may join on in two places is not taken; one that is taken must be right.
        if (rest !== undefined) expect(sent + rest).to.equal(whole);
      }),
      { numRuns: 20_000 },
    );
  });
});
