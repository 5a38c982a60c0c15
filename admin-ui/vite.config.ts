import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Writes compressed variants beside each file, so that the proxy does not compress at run time. */
const compressed = (): Plugin => ({
  name: 'compressed',
  generateBundle: {
    // Vite has finished writing the files here.
    order: 'post',
    handler(_, bundle) {
      for (const [fileName, file] of Object.entries(bundle)) {
        if (!/\.(?:js|css)$/.test(fileName)) continue;
        const content = file.type === 'chunk' ? file.code : file.source;
        this.emitFile({ type: 'asset', fileName: `${fileName}.br`, source: brotliCompressSync(content) });
        this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzipSync(content) });
      }
    },
  },
});

export default defineConfig({
  root: here('.'),
  base: '/admin/',
  plugins: [compressed()],
  resolve: {
    alias: {
      // Replaces a module of the router that sends usage statistics to its vendor.
      '@vaadin/vaadin-usage-statistics/vaadin-usage-statistics.js': here('./src/no-statistics.ts'),
    },
  },
  build: { outDir: here('../dist/admin-ui'), emptyOutDir: true, target: 'es2023', modulePreload: { polyfill: false } },
  server: { proxy: { '/admin/api': { target: 'http://127.0.0.1:3429' } } },
});
