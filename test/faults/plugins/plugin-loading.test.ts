import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { Guard } from '../../../src/host/guard.js';
import { PLUGIN_PACE } from '../../../src/host/in-time.js';
import { jsonFaultIn } from '../../../src/host/loading/json-fault.js';
import { loadPlugin } from '../../../src/host/loading/load.js';
import { silentLog } from '../../../src/log.js';
import { built } from '../../built.js';

const run = promisify(execFile);
const FINE = "export default { name: 'x', apply() {} };";

interface Fault {
  readonly what: string;
  /** Text by file name. The plugin is the folder with these files. */
  readonly files: Readonly<Record<string, string>>;
  /** What the message says after the plugin's path. */
  readonly says: RegExp;
}

/** Before 22.18, Node cannot run TypeScript at all. */
const STRIPS_TYPES = (process.features as { typescript?: unknown }).typescript === 'strip';

const FAULTS: readonly Fault[] = [
  {
    what: 'a syntax error',
    files: { 'index.mjs': `// one\n${FINE}\nexport const a = ;` },
    says: /: index\.mjs:3:18: Unexpected token ';'$/,
  },
  {
    what: 'a syntax error in an import of an import',
    files: {
      'index.mjs': `import './lib/one.mjs';\n${FINE}`,
      'lib/one.mjs': "export * from './two.mjs';",
      'lib/two.mjs': 'export const a = 1;\nreturn a;',
    },
    says: /: lib\/two\.mjs:2:1: Illegal return statement$/,
  },
  {
    what: 'a syntax error in a module that is imported later',
    files: { 'index.mjs': `const { a } = await import('./late.mjs');\n${FINE}`, 'late.mjs': '\n\n  const = 1;' },
    says: /: late\.mjs:3:9: Unexpected token '='$/,
  },
  {
    what: 'a syntax error in CommonJS',
    files: { 'package.json': '{ "main": "./main.cjs" }', 'main.cjs': 'const a = {\n  b: ,\n};' },
    says: /: main\.cjs:2:6: Unexpected token ','$/,
  },
  {
    what: 'an error of its code',
    files: { 'index.mjs': '\n\n  nothing.at.all;' },
    says: /: index\.mjs:3:3: nothing is not defined$/,
  },
  {
    what: 'an error of the function that it exports',
    files: { 'index.mjs': "export default async () => {\n  throw new Error('not today');\n};" },
    says: /: index\.mjs:2:9: not today$/,
  },
  {
    what: 'a package that is not installed',
    files: { 'package.json': '{ "type": "module", "main": "a.js" }', 'a.js': "\nimport x from 'not-there/deep';" },
    says: /: a\.js:2:15: The package "not-there" is not installed\. Run `npm install not-there` in \S+\.$/,
  },
  {
    what: 'a package with a scope that is not installed, required in CommonJS',
    files: { 'package.json': '{ "main": "./main.cjs" }', 'main.cjs': "const x = require('@not/there');" },
    says: /: main\.cjs:1:19: The package "@not\/there" is not installed\. Run `npm install @not\/there` in \S+\.$/,
  },
  {
    what: 'a file that is not there',
    files: { 'index.mjs': `import { a } from './words.mjs';\n${FINE}` },
    says: /: index\.mjs:1:19: There is no file words\.mjs\.$/,
  },
  {
    what: 'a file without its ending',
    files: { 'index.mjs': `import { a } from './lib/words';\n${FINE}`, 'lib/words.js': '' },
    says: /: index\.mjs:1:19: There is no file lib\/words\. Node needs the whole name: lib\/words\.js\.$/,
  },
  {
    what: 'a folder in place of a file',
    files: { 'index.mjs': `import './lib';\n${FINE}`, 'lib/index.js': '' },
    says: /: index\.mjs:1:8: Node imports files, not folders: lib\.$/,
  },
  {
    what: 'an export that is not there',
    files: { 'index.mjs': `import { b } from './a.mjs';\n${FINE}`, 'a.mjs': 'export const a = 1;' },
    says: /: index\.mjs:1:10: The requested module '\.\/a\.mjs' does not provide an export named 'b'$/,
  },
  {
    what: 'something that 429chain does not export',
    files: { 'index.mjs': `import { a } from '429chain/nothing';\n${FINE}` },
    says: /: index\.mjs:1:19: Package subpath '\.\/nothing' is not defined/,
  },
  {
    what: 'a module that Node does not have',
    files: { 'index.mjs': `${FINE}\nimport 'node:nothing';` },
    says: /: index\.mjs:2:8: No such built-in module: node:nothing$/,
  },
  {
    what: 'JSON that is none',
    files: {
      'index.mjs': `import a from './a.json' with { type: 'json' };\n${FINE}`,
      'a.json': '{\n  "a": 1,\n  b: 2\n}',
    },
    says: /: a\.json:3:3: not JSON: Expected double-quoted property name$/,
  },
  {
    what: 'JSON without the attribute that Node requires',
    files: { 'index.mjs': `import a from './a.json';\n${FINE}`, 'a.json': '{}' },
    says: /: index\.mjs:1:15: Importing JSON needs `with \{ type: 'json' \}`\.$/,
  },
  {
    what: 'a package.json that is no JSON',
    files: { 'package.json': '{\n  "main": x\n}', 'index.mjs': FINE },
    says: /: package\.json:2:11: not JSON: Unexpected token 'x'$/,
  },
  {
    what: 'require in an ES module',
    files: { 'index.mjs': `const fs = require('fs');\n${FINE}` },
    says: /: index\.mjs:1:12: require is not defined.* use `import` and `export default`, or name it \.cjs\.$/,
  },
  {
    what: 'import in CommonJS',
    files: { 'package.json': '{ "main": "./main.cjs" }', 'main.cjs': `import fs from 'fs';\n${FINE}` },
    says: /: main\.cjs:1:1: Cannot use import statement outside a module\. Name the file \.mjs, or write/,
  },
  {
    what: 'TypeScript that Node cannot strip',
    files: { 'index.ts': `${FINE}\nenum Size { small }` },
    says: STRIPS_TYPES ? /: index\.ts:2:1: .*enum.* compile the plugin/ : /: index\.ts: Node \S+ cannot run TypeScript/,
  },
  {
    what: 'exports by name only',
    files: { 'index.mjs': "export const name = 'x';\nexport const apply = () => {};" },
    says: / has no default export of the shape \{ name, apply.*\. It exports apply, name\./,
  },
  {
    what: 'a default export of another shape',
    files: { 'index.mjs': 'export default { apply() {} };' },
    says: / has no default export of the shape/,
  },
];

/** Loads every folder that is given, in one process without a loader of the tests. Prints the messages. */
const LOADER = `
const { createProxy } = await import(${JSON.stringify(built('index.js'))});
const [, dataDir, ...folders] = process.argv;
const messages = [];
for (const folder of folders) {
  process.chdir(folder);
  const proxy = createProxy({ configuration: { providers: {}, chains: {} }, dataDir, plugins: [folder] });
  messages.push(await proxy.then(() => 'it was loaded', (error) => error.message));
}
console.log(JSON.stringify(messages));`;

describe('A plugin that cannot be loaded because of', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), '429chain-loading-')));
  const folderOf = (index: number): string => join(root, String(index));
  let messages: string[] = [];

  const write = (folder: string, files: Fault['files']): void => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  };

  before(async () => {
    FAULTS.forEach(({ files }, index) => {
      write(folderOf(index), files);
    });
    const args = [
      '--input-type=module',
      '-e',
      LOADER,
      join(root, 'data'),
      ...FAULTS.map((_, index) => folderOf(index)),
    ];
    messages = JSON.parse((await run(process.execPath, args)).stdout);
  });

  after(() => {
    rmSync(root, { recursive: true });
  });

  FAULTS.forEach(({ what, says }, index) => {
    it(`${what} is refused with file, line and column`, () => {
      const begin = `The plugin ${folderOf(index)}`;
      expect(messages[index]?.startsWith(begin), messages[index]).to.equal(true);
      expect(messages[index]?.replace(begin, '').replace(' cannot be loaded', '')).to.match(says);
    });
  });

  it('a fault is loaded once its code is mended', async () => {
    const folder = join(root, 'mended');
    const options = { folder, guard: new Guard(silentLog, Date.now), pace: PLUGIN_PACE, log: silentLog };
    const load = (): Promise<string> =>
      loadPlugin(folder, options).then(
        ({ name }) => name,
        () => 'refused',
      );
    const entry = `import { name } from './lib.mjs';\nexport default { name, apply() {} };`;
    write(folder, { 'index.mjs': entry, 'lib.mjs': 'throw new Error();' });
    expect(await load()).to.equal('refused');
    expect(await load()).to.equal('refused');
    write(folder, { 'lib.mjs': "export const name = 'mended';" });
    expect(await load()).to.equal('mended');
    expect(await load()).to.equal('mended');
  });
});

describe('The place where a text stops being JSON', () => {
  const ROWS: readonly (readonly [text: string, place: string])[] = [
    ['{}', 'JSON'],
    ['', '1:1'],
    ['{"a": x}', '1:7'],
    ['{"a": tru}', '1:10'],
    ['{"a": 1,\n// no\n"b": 2}', '2:1'],
    ['[1,\n2,]', '2:3'],
    ['{"a": 1', '1:8'],
    ['{"a": "\n"}', '1:8'],
    ['{"a": 1}\n}', '2:1'],
  ];
  for (const [text, place] of ROWS) {
    it(`is ${place} in ${JSON.stringify(text)}`, () => {
      const fault = jsonFaultIn(text);
      expect(fault === undefined ? 'JSON' : `${fault.line}:${fault.column}`).to.equal(place);
    });
  }
});
