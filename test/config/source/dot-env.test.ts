import { parseEnv } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { strayLinesOf, withVariables } from '../../../src/config/source/dot-env.js';

const CASES: readonly (readonly [it: string, before: string, name: string, value: string, after: string])[] = [
  ['makes the first line', '', 'KEY', 'gsk_1-2.3', 'KEY=gsk_1-2.3\n'],
  ['adds a line', '# mine\nA=1', 'KEY', 'x', '# mine\nA=1\nKEY=x\n'],
  ['replaces a line in its place', 'A=1\nKEY=old\nB=2\n', 'KEY', 'new', 'A=1\nKEY=new\nB=2\n'],
  ['keeps a comment behind a value', 'KEY=old # mine\n', 'KEY', 'new', 'KEY=new # mine\n'],
  ['keeps the word export', 'export KEY = "old"\n', 'KEY', 'new', 'export KEY=new\n'],
  ['keeps the line ends of Windows', 'A=1\r\nKEY=old\r\n', 'KEY', 'new', 'A=1\r\nKEY=new\r\n'],
  ['replaces a value of several lines', `KEY="a\nb"\nB=2\n`, 'KEY', 'c', 'KEY=c\nB=2\n'],
  ['is not misled by a value that looks like a line', `A="x\nKEY=no"\n`, 'KEY', 'c', `A="x\nKEY=no"\nKEY=c\n`],
  ['fills in an empty one', 'KEY=\n\nB=2\n', 'KEY', 'c', 'KEY=c\n\nB=2\n'],
  ['replaces the one that counts', 'KEY=1\nKEY=2\n', 'KEY', '3', 'KEY=1\nKEY=3\n'],
  ['quotes what needs it', '', 'KEY', 'a # b', "KEY='a # b'\n"],
  ['quotes a quote', '', 'KEY', "it's", "KEY=`it's`\n"],
];

describe('A variable in .env', () => {
  for (const [title, before, name, value, after] of CASES) {
    it(title, () => {
      expect(withVariables(before, { [name]: value })).to.equal(after);
    });
  }

  it('is read back exactly, or refused without being repeated', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: fc.constantFrom('a', ' ', '#', "'", '"', '`', '\\', 'n', '$', '=', '\n') }),
        (value) => {
          const before = '# mine\nA=1 # one\n\nB="two\nlines"\n';
          let after: string;
          try {
            after = withVariables(before, { KEY: value });
          } catch (error) {
            expect(error).to.include({ code: 'invalid_request' });
            return;
          }
          expect(after.startsWith(before)).to.equal(true);
          expect(parseEnv(after)).to.deep.equal({ A: '1', B: 'two\nlines', KEY: value });
        },
      ),
    );
  });

  for (const name of ['my-key', '', '1A', 'A B', 'A\nB']) {
    it(`cannot be called ${JSON.stringify(name)}`, () => {
      expect(() => withVariables('', { [name]: 'x' })).to.throw('no name of a variable');
    });
  }

  it('cannot hold what no quotes can hold', () => {
    expect(() => withVariables('', { KEY: `'"\`secret#` }))
      .to.throw('The value of KEY cannot be kept')
      .with.property('message')
      .that.does.not.include('secret');
  });
});

describe('Stray lines in .env', () => {
  for (const [title, text, lines] of [
    ['are none in an empty file', '', []],
    ['are no variables, comments or blanks', '\uFEFF# mine\n\n  A = 1 # one\nexport B="2"\nexport HOME\n \t\nC=\n', []],
    ['are a key alone, and what has no equals sign', 'gsk_alone\nA=1\nGROQ_API_KEY: gsk_2\n', [1, 3]],
    ['are counted past a value of several lines', 'A="a\nb\nc"\nstray line\n', [4]],
    ['are counted with the line ends of Windows', 'A=1\r\nstray line\r\nB=2\r\n', [2]],
  ] as const) {
    it(title, () => {
      expect(strayLinesOf(text)).to.deep.equal(lines);
    });
  }
});
