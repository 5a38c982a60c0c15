import { expect } from 'chai';
import fc from 'fast-check';
import { MultipartScanner } from '../../../src/http/multipart/scanner.js';

const BOUNDARY = 'xYz';

interface Part {
  readonly headers: string;
  readonly content: string;
}

/** Returns the parts of `bytes`, which arrive in pieces of these lengths. */
const scan = (bytes: Buffer, lengths: readonly number[] = [bytes.length], boundary = BOUNDARY): Part[] => {
  const scanner = new MultipartScanner(boundary);
  let from = 0;
  for (const length of [...lengths, bytes.length]) {
    scanner.push(bytes.subarray(from, from + length));
    from = Math.min(bytes.length, from + length);
  }
  scanner.end();
  return scanner.parts.map(({ headers, start, end }) => ({
    headers: headers.toString(),
    content: bytes.toString('latin1', start, end),
  }));
};

const form = (parts: readonly Part[], boundary = BOUNDARY): Buffer =>
  Buffer.from(
    `${parts.map(({ headers, content }) => `--${boundary}\r\n${headers}\r\n${content}\r\n`).join('')}--${boundary}--\r\n`,
    'latin1',
  );

/** Content that is full of what a boundary consists of. */
const CONTENT = fc
  .array(fc.constantFrom('\r', '\n', '-', '--', '--x', '\r\n--xY', 'a', '\u00ff', '--xYzz', '\r\n--xY-', ':'), {
    maxLength: 30,
  })
  .map((pieces) => pieces.join(''))
  // The specification forbids this.
  .filter((content) => !`\r\n${content}`.includes(`\r\n--${BOUNDARY}`));
const PARTS = fc.array(fc.record({ headers: fc.constantFrom('', 'A: b\r\n', 'A: b\r\nC: d\r\n'), content: CONTENT }), {
  minLength: 1,
  maxLength: 4,
});

describe('The parts of a form', () => {
  it('are found however the bytes are divided', () => {
    fc.assert(
      fc.property(PARTS, fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }), (parts, lengths) => {
        expect(scan(form(parts), lengths)).to.deep.equal(parts);
      }),
      { numRuns: 300 },
    );
  });

  it('are those that fetch sends', async () => {
    const data = new FormData();
    data.append('file', new Blob([Buffer.from([0, 13, 10, 45, 45, 255])]), 'a "b".wav');
    data.append('model', 'whisper');
    const request = new Request('http://x', { method: 'POST', body: data });
    const boundary = /boundary=(.+)$/.exec(request.headers.get('content-type') ?? '')?.[1] ?? '';
    const parts = scan(Buffer.from(await request.arrayBuffer()), [1, 2, 3, 5, 8, 13, 21], boundary);
    expect(parts.map(({ content }) => content)).to.deep.equal(['\0\r\n--\u00ff', 'whisper']);
  });

  const VALID: readonly [what: string, text: string, parts: number][] = [
    ['text in front of the first', 'hello\r\n--xYz\r\n\r\nA\r\n--xYz--', 1],
    ['text behind the last', '--xYz\r\n\r\nA\r\n--xYz--\r\nbye\r\n--xYz\r\n', 1],
    ['spaces behind a boundary', '--xYz  \t\r\n\r\nA\r\n--xYz--', 1],
    ['a boundary that goes on', '--xYz\r\n\r\nA\r\n--xYzAndMore\r\n\r\n\r\n--xYz--', 1],
    ['no parts', '--xYz--', 0],
  ];
  for (const [what, text, count] of VALID) {
    it(`are found with ${what}`, () => {
      const bytes = Buffer.from(text);
      expect(scan(bytes)).to.have.length(count);
      expect(
        scan(
          bytes,
          Array.from(bytes, () => 1),
        ),
      ).to.deep.equal(scan(bytes));
    });
  }

  const BROKEN: readonly [what: string, text: string][] = [
    ['is empty', ''],
    ['has another boundary', '--other\r\n\r\nA\r\n--other--'],
    ['ends inside a part', '--xYz\r\n\r\nA'],
    ['ends inside its last boundary', '--xYz\r\n\r\nA\r\n--xYz-'],
    ['ends inside headers', '--xYz\r\nA: b'],
    ['has endless headers', `--xYz\r\nA: ${'b'.repeat(20_000)}`],
    ['has too many parts', '--xYz\r\n\r\n\r\n'.repeat(1_002)],
  ];
  for (const [what, text] of BROKEN) {
    it(`are refused if the form ${what}`, () => {
      expect(() => scan(Buffer.from(text))).to.throw('not a valid multipart form');
    });
  }
});
