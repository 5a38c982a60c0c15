import { expect } from 'chai';
import fc from 'fast-check';
import { continuedRequest } from '../../../src/engine/resume/continuation.js';
import { OverlapFinder, type ResumeMode } from '../../../src/engine/resume/overlap.js';
import { Transcript } from '../../../src/engine/resume/transcript.js';
import { chunk } from '../../scripted-upstream.js';

const SENT = 'The quick brown fox jumps over the lazy dog, and then it sle';

interface Case {
  readonly what: string;
  readonly sent?: string;
  readonly comes: string;
  /** Default: asked to continue from the last words. */
  readonly mode?: ResumeMode;
  readonly lastWords?: string;
  /** The text after the overlap. Absent when there is no overlap. */
  readonly rest?: string;
}

const CASES: readonly Case[] = [
  { what: 'the last words, repeated', comes: 'dog, and then it sleeps.', rest: 'eps.' },
  { what: 'the last words in other white space', comes: 'dog,\n and  then it sleeps.', rest: 'eps.' },
  { what: 'the last words in quotes', comes: '"dog, and then it sleeps.', rest: 'eps.' },
  { what: 'the last words after dots', comes: '…dog, and then it sleeps.', rest: 'eps.' },
  {
    what: 'the last words with curly quotes for straight ones',
    sent: `She said "come here" and 'go' a`,
    lastWords: `said "come here" and 'go' a`,
    comes: 'said “come here” and ‘go’ away',
    rest: 'way',
  },
  { what: 'the whole answer from its start', comes: `${SENT}eps until noon.`, rest: 'eps until noon.' },
  { what: 'the last words and nothing more', comes: 'dog, and then it sle', rest: '' },
  {
    what: 'a short answer from its start',
    mode: { kind: 'restart' },
    sent: 'Yes',
    comes: 'Yes, of course.',
    rest: ', of course.',
  },
  { what: 'the rest after white space', sent: 'The quick brown', comes: ' fox jumps', rest: ' fox jumps' },
  { what: 'the rest with punctuation', sent: 'The quick brown', comes: ', lazy fox', rest: ', lazy fox' },
  { what: 'a lower-case letter after a first part that ends in white space', sent: 'The quick ', comes: 'brown fox' },
  { what: 'white space that was already sent', sent: 'The quick brown ', comes: 'The quick brown fox', rest: 'fox' },
  { what: 'more white space than was sent', sent: 'The quick brown\n', comes: 'The quick brown\n\nfox', rest: '\nfox' },
  { what: 'letters that may belong to the same word', comes: 'eps until noon.' },
  { what: 'the same letters after a prefill', comes: 'eps.', mode: { kind: 'prefill' }, rest: 'eps.' },
  { what: 'a new answer with the same first words', comes: 'The quick answer is no.' },
  { what: 'another answer', comes: 'Certainly! Here is the rest: it sleeps.' },
  { what: 'another answer after blank lines', sent: 'The quick brown', comes: '\n\nCertainly, the rest' },
  { what: 'too few words to prove anything', comes: 'it sleeps.' },
  { what: 'the last letters of a word after white space', sent: 'The quick brown f', comes: ' fox jumps' },
  { what: 'an end before the overlap', comes: 'The quick brown fox' },
  { what: 'nothing', comes: '' },
  { what: 'the last words in closed quotation marks', comes: '"dog, and then it sle"eps' },
  {
    what: 'a restart that begins with decoration',
    mode: { kind: 'restart' },
    sent: '```json\n{"a',
    comes: '```json\n{"a":1}',
    rest: '":1}',
  },
  {
    what: 'a new line after a space that was sent',
    mode: { kind: 'prefill' },
    sent: '- first ',
    comes: '\n- second',
    rest: '\n- second',
  },
  { what: 'a number after a space', sent: 'Paris\n2. Lond', comes: ' 1. Madrid' },
  { what: 'an empty rest after a prefill', mode: { kind: 'prefill' }, comes: '', rest: '' },
  { what: 'a text that repeats itself', sent: 'ha '.repeat(30), comes: 'ha '.repeat(40) },
  { what: 'the last words after a restart', mode: { kind: 'restart' }, comes: 'dog, and then it sleeps.' },
  { what: 'everything when nothing was sent', mode: { kind: 'restart' }, sent: '', comes: 'Hello', rest: 'Hello' },
];

/** Returns the text after the overlap, when the answer comes in these pieces. */
const restOf = (sent: string, pieces: readonly string[], mode: ResumeMode): string | undefined => {
  const finder = new OverlapFinder(sent, mode);
  let overlap: ReturnType<OverlapFinder['take']>;
  for (const piece of pieces) overlap ??= finder.take(piece);
  overlap ??= finder.end();
  return overlap === 'none' ? undefined : pieces.join('').slice(overlap.cut);
};

/** How a target without prefill is asked. */
const modeFor = (sent: string): ResumeMode => {
  const transcript = new Transcript();
  transcript.add(Buffer.from(chunk({ content: sent })));
  return continuedRequest({ messages: [] }, { transcript, instruction: '' }).resumeMode;
};

/** Where in the whole answer a target may start when it is asked for the rest. */
const beginningsOf = (sent: string, mode: ResumeMode): number[] =>
  mode.kind === 'instruct' ? [0, sent.lastIndexOf(mode.lastWords), sent.length] : [0];

describe('The overlap of two parts of an answer', () => {
  for (const { what, sent = SENT, comes, mode, lastWords = sent.slice(-20), rest } of CASES) {
    it(`${rest === undefined ? 'is not found' : 'is found'} in ${what}`, () => {
      const asked = mode ?? { kind: 'instruct' as const, lastWords };
      expect(restOf(sent, [comes], asked)).to.equal(rest);
      expect(restOf(sent, comes.split(''), asked)).to.equal(rest);
    });
  }

  it('loses and doubles no character, wherever the answer is cut and in whatever pieces the next part comes', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abcdefgäß🌊—"“1.'), minLength: 3, maxLength: 9 });
    const words = fc.array(
      fc.tuple(word, fc.constantFrom(' ', '\n', '  ', ', ')).map((pair) => pair.join('')),
      { minLength: 5, maxLength: 60 },
    );
    fc.assert(
      fc.property(words, fc.nat(), fc.nat(), fc.nat(), (list, cutAt, manner, pieceLength) => {
        const whole = list.join('');
        const sent = whole.slice(0, 1 + (cutAt % (whole.length - 1)));
        const mode = modeFor(sent);
        const beginnings = beginningsOf(sent, mode);
        const next = whole.slice(beginnings[manner % beginnings.length]);
        const rest = restOf(sent, next.match(new RegExp(`.{1,${1 + (pieceLength % 9)}}`, 'gs')) ?? [], mode);
        // An ambiguous overlap is refused. One that is found must be right.
        if (rest !== undefined) expect(sent + rest).to.equal(whole);
      }),
      { numRuns: 5_000 },
    );
  });

  const rows = (count: number, row: (index: number) => string): string =>
    Array.from({ length: count }, (_, at) => row(at)).join('');
  const REPETITIVE: Readonly<Record<string, string>> = {
    'rows of JSON': rows(12, (at) => `{"id":0,"label":"${at === 9 ? 'other' : 'none'}"},\n`),
    'a style sheet': rows(9, (at) => `.card-${at} {\n  margin: 0;\n  padding: 0;\n  color: inherit;\n}\n`),
    assertions: rows(8, (at) => `assert.equal(add(1, 2), 3);\n${at % 3 === 0 ? '\n' : ''}`),
    'a table': rows(9, (at) => `| ${at % 2} | yes | no | yes | no |\n`),
  };
  for (const [what, whole] of Object.entries(REPETITIVE)) {
    it(`does not mistake ${what} for a repetition of the last words`, () => {
      for (let cut = 1; cut < whole.length; cut++) {
        const sent = whole.slice(0, cut);
        const mode = modeFor(sent);
        // A target that ignores the instruction and repeats a row looks like one that starts over.
        for (const from of beginningsOf(sent, mode).filter((at) => at < cut)) {
          const rest = restOf(sent, whole.slice(from).split(''), mode);
          if (rest !== undefined) expect(sent + rest, `cut at ${cut}, from ${from}`).to.equal(whole);
        }
      }
    });
  }

  it('is found quickly in a long text of spaces, and in one of a single letter', () => {
    for (const sent of [`begun${' '.repeat(200_000)}x`, 'a'.repeat(200_000)]) {
      const startedAt = process.cpuUsage();
      restOf(sent, ['b'.repeat(10_000), 'a'.repeat(10_000)], { kind: 'instruct', lastWords: sent.slice(-60) });
      // A quadratic search would take minutes.
      expect(process.cpuUsage(startedAt).user).to.be.below(5_000_000);
    }
  });
});
