import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import { ownValidatorsCode } from './own-validators.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What users import or run, by its path below dist/. */
const ENTRIES = ['src/cli/main', 'src/index', 'src/plugin/index', 'src/testing/index'];

/** Compiles the schemas of the configuration and of what is built in now, and not at each start. */
const compiledSchemas: Plugin = {
  name: 'compiled-schemas',
  load: {
    filter: { id: /\/src\/config\/check\/own-validators\.ts$/ },
    handler: () => ({ code: ownValidatorsCode(), moduleType: 'js' }),
  },
};

const DIST = 'dist';
/** Another folder gets source maps beside the same code: they say which file a profiled function comes from. */
const [, , outDir = DIST] = process.argv;

/**
 * Bundles the program into a few files, which Node loads in a third of the time of 500. Code that commands load by `import()`
 * stays in files of its own. What all entries share is in files that they share too: there is one `ChainError`.
 */
await build({
  configFile: false,
  root: ROOT,
  logLevel: 'warn',
  publicDir: false,
  plugins: [compiledSchemas],
  ssr: { noExternal: ['429chain'], resolve: { conditions: ['429chain-source'] } },
  build: {
    ssr: true,
    outDir,
    sourcemap: outDir === DIST ? false : 'hidden',
    emptyOutDir: false,
    target: 'node20.19',
    minify: false,
    rolldownOptions: {
      input: Object.fromEntries(ENTRIES.map((entry) => [entry, `${entry}.ts`])),
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'src/parts/[name].js',
        minify: false,
        comments: { legal: true, annotation: false, jsdoc: false },
      },
    },
  },
});
