import { parseEnv } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { invalidLinesOf, withVariables } from '../../../src/config/source/dot-env.js';

const CASES: readonly (readonly [it: string, before: string, name: string, value: string, after: string])[] = [
  ['writes the first line', '', 'KEY', 'gsk_1-2.3', 'KEY=gsk_1-2.3\n'],
  ['adds a line', '# mine\nA=1', 'KEY', 'x', '# mine\nA=1\nKEY=x\n'],
  ['replaces a line in its place', 'A=1\nKEY=old\nB=2\n', 'KEY', 'new', 'A=1\nKEY=new\nB=2\n'],
  ['keeps the comment after a value', 'KEY=old # mine\n', 'KEY', 'new', 'KEY=new # mine\n'],
  ['keeps `export`', 'export KEY = "old"\n', 'KEY', 'new', 'export KEY=new\n'],
  ['keeps the line ends of Windows', 'A=1\r\nKEY=old\r\n', 'KEY', 'new', 'A=1\r\nKEY=new\r\n'],
  ['replaces a value of several lines', `KEY="a\nb"\nB=2\n`, 'KEY', 'c', 'KEY=c\nB=2\n'],
  ['ignores a variable inside a quoted value', `A="x\nKEY=no"\n`, 'KEY', 'c', `A="x\nKEY=no"\nKEY=c\n`],
  ['sets an empty variable', 'KEY=\n\nB=2\n', 'KEY', 'c', 'KEY=c\n\nB=2\n'],
  ['replaces the last of several, which Node uses', 'KEY=1\nKEY=2\n', 'KEY', '3', 'KEY=1\nKEY=3\n'],
  ['quotes a value if necessary', '', 'KEY', 'a # b', "KEY='a # b'\n"],
  ['chooses quotes that the value does not contain', '', 'KEY', "it's", "KEY=`it's`\n"],
];

describe('withVariables', () => {
  for (const [title, before, name, value, after] of CASES) {
    it(title, () => {
      expect(withVariables(before, { [name]: value })).to.equal(after);
    });
  }

  it('writes a value that Node reads back exactly, or rejects it without showing it', () => {
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
    it(`rejects the name ${JSON.stringify(name)}`, () => {
      expect(() => withVariables('', { [name]: 'x' })).to.throw('not a valid variable name');
    });
  }

  it('rejects a value that no quotes can contain', () => {
    expect(() => withVariables('', { KEY: `'"\`secret#` }))
      .to.throw('The value of KEY cannot be stored')
      .with.property('message')
      .that.does.not.include('secret');
  });
});

describe('invalidLinesOf', () => {
  for (const [title, text, lines] of [
    ['finds none in an empty file', '', []],
    [
      'accepts variables, comments and blank lines',
      '\uFEFF# mine\n\n  A = 1 # one\nexport B="2"\nexport HOME\n \t\nC=\n',
      [],
    ],
    ['finds a key without a name and a line without an equals sign', 'gsk_alone\nA=1\nGROQ_API_KEY: gsk_2\n', [1, 3]],
    ['counts the lines of a multi-line value', 'A="a\nb\nc"\nstray line\n', [4]],
    ['counts Windows line ends', 'A=1\r\nstray line\r\nB=2\r\n', [2]],
  ] as const) {
    it(title, () => {
      expect(invalidLinesOf(text)).to.deep.equal(lines);
    });
  }
});
