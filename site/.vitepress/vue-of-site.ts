import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vitepress';

const CONFIG = fileURLToPath(new URL('config.mts', import.meta.url));

/** Pages import Vue, which is installed in `site/` and not above `docs/`. */
export const vueOfSite = (): Plugin => ({
  name: 'vue-of-site',
  enforce: 'pre',
  resolveId(id, _importer, options) {
    return /^vue(?:\/|$)/.test(id) ? this.resolve(id, CONFIG, { ...options, skipSelf: true }) : undefined;
  },
});
