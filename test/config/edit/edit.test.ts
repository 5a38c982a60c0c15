import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import JSON5 from 'json5';
import { applyEdits, type Edit } from '../../../src/config/edit/edit.js';
import { printConfiguration } from '../../../src/config/edit/print.js';

interface Case {
  readonly it: string;
  readonly text: string;
  readonly edits: readonly Edit[];
  readonly becomes: string;
}

const set = (path: Edit['path'], value: unknown): Edit => ({ op: 'set', path, value });
const remove = (...path: Edit['path']): Edit => ({ op: 'remove', path });
const rename = (path: Edit['path'], key: string): Edit => ({ op: 'rename', path, key });

const CHAIN = `{
  chains: {
    default: [
      // the fastest
      'groq/a', // 30 a minute
      'cerebras/b',

      // --- the slow ones ---

      /* at home */
      'local/c' // no comma
      // 'openrouter/d',
    ],
  },
}
`;

const CASES: readonly Case[] = [
  {
    it: 'replaces a value, and nothing else',
    text: `{ server: { port: 0xd65, /* hex */ maxWaiting: 1e3 } } // end\n`,
    edits: [set(['server', 'port'], 80)],
    becomes: `{ server: { port: 80, /* hex */ maxWaiting: 1e3 } } // end\n`,
  },
  {
    it: 'keeps the kind of quotes, and variables',
    text: `{ a: "x", b: '\${KEY}' }`,
    edits: [set(['a'], `it's "new" \${OTHER} — ü 日本 🚀`)],
    becomes: `{ a: "it's \\"new\\" \${OTHER} — ü 日本 🚀", b: '\${KEY}' }`,
  },
  {
    it: 'does not change the text if nothing changes',
    text: `{a:[1,2 , {b:.5}], }`,
    edits: [set(['a'], [1, 2, { b: 0.5 }])],
    becomes: `{a:[1,2 , {b:.5}], }`,
  },
  {
    it: 'adds a key below its siblings, in their style',
    text: `{\n\tproviders: {\n\t\tgroq: { type: "groq" },\n\t\t// local: {},\n\t},\n}`,
    edits: [set(['providers', 'my-own'], { type: 'openai-compatible', apiKey: '${KEY}' })],
    becomes: `{\n\tproviders: {\n\t\tgroq: { type: "groq" },\n\t\t"my-own": { type: "openai-compatible", apiKey: "\${KEY}" },\n\t\t// local: {},\n\t},\n}`,
  },
  {
    it: 'adds no trailing comma where there is none',
    text: `{\n  "a": 1\n}`,
    edits: [set(['b'], [true, null])],
    becomes: `{\n  "a": 1,\n  "b": [true, null]\n}`,
  },
  {
    it: 'puts the comma before the comment of the last line',
    text: `{\n  a: 1 // one\n}`,
    edits: [set(['b'], 2)],
    becomes: `{\n  a: 1, // one\n  b: 2\n}`,
  },
  {
    it: 'keeps empty lines',
    text: `{\n  a: {},\n\n  b: {},\n}`,
    edits: [set(['c'], 'x')],
    becomes: `{\n  a: {},\n\n  b: {},\n\n  c: 'x',\n}`,
  },
  {
    it: 'writes JSON into a JSON file',
    text: `{"a":{"b":1}}`,
    edits: [set(['a', 'c'], { d: 'x' })],
    becomes: `{"a":{"b":1,"c":{"d":"x"}}}`,
  },
  {
    it: 'creates missing objects on the path',
    text: `{\n  providers: {},\n}`,
    edits: [set(['server', 'adminKey'], '${KEY}')],
    becomes: `{\n  providers: {},\n  server: { adminKey: '\${KEY}' },\n}`,
  },
  {
    it: 'writes maps with one line per entry, also for a single entry',
    text: `{ providers: {}, chains: {} }\n`,
    edits: [set(['providers', 'groq'], { type: 'groq', apiKey: '${K}' }), set(['chains', 'default'], ['groq/a'])],
    becomes: `{\n  providers: {\n    groq: { type: 'groq', apiKey: '\${K}' },\n  },\n  chains: {\n    default: ['groq/a'],\n  },\n}\n`,
  },
  {
    it: 'adds the first entry below the comment of an empty object',
    text: `{\n  chains: {\n    // yours\n  },\n}`,
    edits: [set(['chains', 'default'], ['a/b'])],
    becomes: `{\n  chains: {\n    // yours\n    default: ['a/b'],\n  },\n}`,
  },
  {
    it: 'breaks a line that becomes too long',
    text: `{\n  a: ['${'x'.repeat(50)}', '${'y'.repeat(50)}'],\n}`,
    edits: [set(['a', 2], 'z'.repeat(50))],
    becomes: `{\n  a: [\n    '${'x'.repeat(50)}',\n    '${'y'.repeat(50)}',\n    '${'z'.repeat(50)}',\n  ],\n}`,
  },
  {
    it: 'removes a key with its comments',
    text: `{\n  // one\n  a: 1, // first\n  // two\n  b: 2, // second\n  c: 3,\n}`,
    edits: [remove('b')],
    becomes: `{\n  // one\n  a: 1, // first\n  c: 3,\n}`,
  },
  {
    it: 'removes the last key on a line',
    text: `{ a: { b: 1, c: 2 }, d: { e: 1 } }`,
    edits: [remove('a', 'c'), remove('d', 'e')],
    becomes: `{ a: { b: 1 }, d: {} }`,
  },
  {
    it: 'renames a key in its place',
    text: `{ chains: { default: ['a/b'], /* x */ fast : ['c/d'] } }`,
    edits: [rename(['chains', 'fast'], 'very fast'), rename(['chains', 'default'], 'main')],
    becomes: `{ chains: { main: ['a/b'], /* x */ 'very fast' : ['c/d'] } }`,
  },
  {
    it: 'moves targets with their comments',
    text: CHAIN,
    edits: [set(['chains', 'default'], ['local/c', 'groq/a', 'cerebras/b'])],
    becomes: `{
  chains: {
    default: [
      /* at home */
      'local/c', // no comma
      // the fastest
      'groq/a', // 30 a minute

      // --- the slow ones ---

      'cerebras/b'
      // 'openrouter/d',
    ],
  },
}
`,
  },
  {
    it: 'turns a target into an object with settings, and keeps its comments',
    text: CHAIN,
    edits: [set(['chains', 'default', 0], { provider: 'groq', model: 'a', limits: [{ requests: 3, per: '1m' }] })],
    becomes: CHAIN.replace("'groq/a'", "{ provider: 'groq', model: 'a', limits: [{ requests: 3, per: '1m' }] }"),
  },
  {
    it: 'adds, moves and removes targets at once',
    text: CHAIN,
    edits: [set(['chains', 'default'], ['new/x', 'local/c', 'groq/a'])],
    becomes: `{
  chains: {
    default: [
      'new/x',

      // --- the slow ones ---

      /* at home */
      'local/c', // no comma
      // the fastest
      'groq/a' // 30 a minute
      // 'openrouter/d',
    ],
  },
}
`,
  },
  {
    it: 'turns a list of targets into an object with settings, and back',
    text: CHAIN,
    edits: [
      set(['chains', 'default'], { targets: ['groq/a', 'cerebras/b', 'local/c'], maxWait: '5s' }),
      set(['chains', 'default'], ['groq/a', 'cerebras/b', 'local/c']),
    ],
    becomes: CHAIN,
  },
  {
    it: 'indents a list of targets that moves into an object',
    text: `{\n  chains: {\n    default: [\n      'a/b', // one\n    ],\n  },\n}`,
    edits: [set(['chains', 'default'], { targets: ['a/b'], maxWait: '5s' })],
    becomes: `{\n  chains: {\n    default: {\n      targets: [\n        'a/b', // one\n      ],\n      maxWait: '5s',\n    },\n  },\n}`,
  },
  {
    it: 'adds a line break after a line comment',
    text: `{ a: ['x', 'y' // why\n] }`,
    edits: [set(['a'], ['y', 'x'])],
    becomes: `{ a: ['y', // why\n  'x'\n] }`,
  },
  {
    it: 'keeps Windows line ends and a byte order mark',
    text: `\uFEFF{\r\n  a: 1, // one\r\n}\r\n`,
    edits: [set(['b'], { c: { d: 1 } }), remove('a')],
    becomes: `\uFEFF{\r\n  b: {\r\n    c: { d: 1 },\r\n  },\r\n}\r\n`,
  },
  {
    it: 'treats __proto__ like any other key',
    text: `{ chains: { a: ['x/y'] } }`,
    edits: [set(['chains', '__proto__'], ['x/y'])],
    becomes: `{ chains: { a: ['x/y'], __proto__: ['x/y'] } }`,
  },
  {
    it: 'quotes keys that are JSON5 keywords',
    text: `{ a: 1 }`,
    edits: [set(['null'], 1), set(['true'], 2)],
    becomes: `{ a: 1, 'null': 1, 'true': 2 }`,
  },
];

const REFUSED: readonly (readonly [what: string, text: string, edit: Edit, code: string, says: string])[] = [
  ['to remove a missing value', '{ a: {} }', remove('a', 'b'), 'not_found', 'There is no `a.b`.'],
  ['to rename a missing key', '{ a: {} }', rename(['b'], 'c'), 'not_found', 'There is no `b`.'],
  ['to rename to an existing key', '{ a: 1, b: 2 }', rename(['a'], 'b'), 'invalid_request', '`b` already exists.'],
  [
    'to rename an item of a list',
    '{ a: [1] }',
    rename(['a', 0], 'b'),
    'invalid_request',
    '`a[0]` is an item of a list',
  ],
  ['to set something inside a number', '{ a: 1 }', set(['a', 'b'], 2), 'invalid_request', '`a` cannot contain it'],
  [
    'to set an item behind the end of a list',
    '{ a: [1] }',
    set(['a', 2], 2),
    'invalid_request',
    '`a` cannot contain it',
  ],
  ['to remove the root', '{ a: 1 }', remove(), 'invalid_request', 'The file as a whole'],
  [
    'to edit a text that momoa cannot parse',
    '{ null: 1 }',
    set(['a'], 2),
    'invalid_configuration',
    'Change it as text.',
  ],
];

describe('applyEdits', () => {
  for (const { it: title, text, edits, becomes } of CASES) {
    it(title, () => {
      expect(applyEdits(text, edits)).to.equal(becomes);
    });
  }

  for (const [what, text, edit, code, says] of REFUSED) {
    it(`refuses ${what}`, () => {
      expect(() => applyEdits(text, [edit]))
        .to.throw(says)
        .with.property('code', code);
    });
  }

  it('changes one line of the example configuration for one setting', () => {
    const text = readFileSync(new URL('../../../429chain.json5', import.meta.url), 'utf8');
    const changed = applyEdits(text, [set(['chains', 'fast', 'maxWait'], '7s')]);
    expect(changed).to.equal(text.replace("maxWait: '5s'", "maxWait: '7s'"));
  });

  it('prints a configuration in the style of the example', () => {
    const configuration = { providers: { a: { type: 'groq' } }, chains: { default: ['a/b'] }, defaultChain: 'default' };
    const text = printConfiguration(configuration);
    expect(JSON5.parse(text)).to.deep.equal(configuration);
    expect(text).to.equal(
      `{\n  providers: {\n    a: { type: 'groq' },\n  },\n  chains: {\n    default: ['a/b'],\n  },\n  defaultChain: 'default',\n}\n`,
    );
  });
});
