import { expect } from 'chai';
import fc from 'fast-check';
import { MarkdownReader, safeAddress, unescaped } from '../../../admin-ui/src/data/playground/markdown.js';

const PIECES = [
  '# Head',
  '\n\n',
  '\n',
  'words ',
  '**b**',
  '- a',
  '  - b',
  '1. x',
  '```js\n',
  'code',
  '\n```',
  '| a | b |',
  '\n|--|--|\n',
  '> q',
  '<b>',
  '[l](http://a.b)',
  '&amp;',
  '    four',
  '===',
  '\t',
  '\r\n',
  '~~~',
  '*',
  '_',
];

const types = (text: string): string[] => new MarkdownReader().read(text).map(({ type }) => type);

describe('The Markdown of an answer', () => {
  it('is the same, read at once or while it grows', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }), (pieces) => {
        const growing = new MarkdownReader();
        let text = '';
        for (const piece of pieces) {
          text += piece;
          growing.read(text);
        }
        // A definition or a block that began far above may differ until the next block; the text never does.
        const raw = (reader: MarkdownReader) =>
          reader
            .read(text)
            .map((block) => block.raw)
            .join('');
        expect(raw(growing)).to.equal(raw(new MarkdownReader()));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the blocks above its end as they are', () => {
    const reader = new MarkdownReader();
    const before = reader.read('# One\n\ntwo\n\nthree\n\nfour');
    const after = reader.read('# One\n\ntwo\n\nthree\n\nfour and more\n\nfive');
    expect(after[0]).to.equal(before[0]);
    expect(after.at(-1)?.raw).to.equal('five');
  });

  it('changes the block at its end', () => {
    const reader = new MarkdownReader();
    reader.read('a | b');
    expect(reader.read('a | b\n--|--\n1 | 2').map(({ type }) => type)).to.deep.equal(['table']);
    reader.read('```js\nlet a');
    expect(reader.read('```js\nlet a\n```\nafter').map(({ type }) => type)).to.deep.equal(['code', 'paragraph']);
  });

  it('begins again for another text', () => {
    const reader = new MarkdownReader();
    reader.read('# One\n\ntwo\n\nthree\n\nfour');
    expect(reader.read('other').map(({ raw }) => raw)).to.deep.equal(['other']);
  });

  it('is plain text where the parser fails', () => {
    expect(types('>'.repeat(20_000))).to.have.length.above(0);
    expect(types('['.repeat(5_000))).to.deep.equal(['paragraph']);
  });

  for (const [href, address] of [
    ['https://a.example/x?y=1', 'https://a.example/x?y=1'],
    ['HTTP://A.example', 'http://a.example/'],
    ['mailto:a@b.example', 'mailto:a@b.example'],
    ['javascript:alert(1)', undefined],
    [' JaVaScRiPt:alert(1)', undefined],
    ['java\nscript:alert(1)', undefined],
    ['data:text/html,<script>alert(1)</script>', undefined],
    ['vbscript:x', undefined],
    ['file:///etc/passwd', undefined],
    ['blob:https://a.example/1', undefined],
    ['/admin/settings', undefined],
    ['//evil.example', undefined],
    ['#anchor', undefined],
    ['', undefined],
  ] as const) {
    it(`${address === undefined ? 'does not link' : 'links'} ${JSON.stringify(href)}`, () => {
      expect(safeAddress(href)).to.equal(address);
    });
  }

  it('has its entities as characters', () => {
    expect(unescaped('&lt;b&gt; &amp;amp; &#65;&#x42; &copy &nope; &#0; &#x110000;')).to.equal(
      '<b> &amp; AB &copy &nope; &#0; &#x110000;',
    );
  });
});
