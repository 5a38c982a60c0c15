import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import { ownValidatorsCode } from './own-validators.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What users import or run, by its path below dist/. */
const ENTRIES = ['src/cli/main', 'src/index', 'src/plugin/index', 'src/testing/index'];

const validators = ownValidatorsCode();

/** Replaces the code that compiles the schemas of the configuration and of what is built in at each start. */
const compiledSchemas: Plugin = {
  name: 'compiled-schemas',
  load: {
    filter: { id: /\/src\/config\/check\/own-validators\.ts$/ },
    handler: () => ({ code: validators, moduleType: 'js' }),
  },
};

/** Puts the library of the plugin redis-ledger into the code: the package has no file of its own for it. */
const redisLibrary: Plugin = {
  name: 'redis-library',
  load: {
    filter: { id: /\/plugins\/redis-ledger\/library-text\.ts$/ },
    handler: () => {
      const text = readFileSync(new URL('../../plugins/redis-ledger/units.lua', import.meta.url), 'utf8');
      return { code: `export const libraryText = () => ${JSON.stringify(text)};`, moduleType: 'js' };
    },
  },
};

/**
 * Writes characters beyond Latin-1 as escapes, which mean the same in strings and patterns. Node keeps the text of each file in
 * memory, and one such character makes it twice as large.
 */
const escapedCharacters: Plugin = {
  name: 'escaped-characters',
  renderChunk: (code) =>
    code.replace(/[^\0-\xff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
};

/**
 * Bundles the program into a few files, which Node loads in a third of the time of 500. Code that commands load by `import()`
 * stays in files of its own. What all entries share is in files that they share too: there is one `ChainError`.
 */
await build({
  configFile: false,
  root: ROOT,
  logLevel: 'warn',
  publicDir: false,
  plugins: [compiledSchemas, redisLibrary, escapedCharacters],
  ssr: { noExternal: ['429chain'], resolve: { conditions: ['429chain-source'] } },
  build: {
    ssr: true,
    outDir: 'dist',
    emptyOutDir: false,
    target: 'node20.19',
    minify: false,
    rolldownOptions: {
      input: Object.fromEntries(ENTRIES.map((entry) => [entry, `${entry}.ts`])),
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'src/parts/[name].js',
        minify: false,
        // Lines such as `// src/app.ts` say where the code below them comes from.
        comments: { legal: true, annotation: false, jsdoc: false },
      },
    },
  },
});
