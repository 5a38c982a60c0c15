import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: '/admin/',
  resolve: {
    alias: {
      // The router brings a module that counts its users for its vendor; nothing of that leaves this machine.
      '@vaadin/vaadin-usage-statistics/vaadin-usage-statistics.js': here('./src/no-statistics.ts'),
    },
  },
  build: { outDir: here('../dist/admin-ui'), emptyOutDir: true, target: 'es2023', modulePreload: { polyfill: false } },
  server: { proxy: { '/admin/api': { target: 'http://127.0.0.1:3429' } } },
});
