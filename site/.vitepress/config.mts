import { defineConfig } from 'vitepress';
import { checkAnchors } from './check-anchors.js';
import { copyLinkedFiles, serveLinkedFiles } from './linked-files.js';
import { adaptToSite, renderForSearch, slugOf } from './markdown.js';
import { sidebar } from './navigation.js';
import { vueOfSite } from './vue-of-site.js';

/** The site shows the Markdown of the repository: README.md, docs/ and the pages that they link to. */
export default defineConfig({
  title: '429chain',
  description: 'One address in front of your free LLM accounts. When one reaches its limit, the next one answers.',
  lang: 'en',
  // For a site below a path, such as GitHub Pages of a project: SITE_BASE=/429chain/
  base: process.env.SITE_BASE ?? '/',
  srcDir: '..',
  srcExclude: [
    '{admin-ui,catalogue,dist,docker,plugins,release,schemas,scripts,src,templates,test}/**',
    '.*/**',
    '**/node_modules/**',
  ],
  outDir: 'dist',
  rewrites: { 'README.md': 'index.md', 'docs/README.md': 'docs/index.md' },
  head: [
    ['link', { rel: 'icon', href: `${process.env.SITE_BASE ?? '/'}icon.svg`, type: 'image/svg+xml' }],
    ['meta', { name: 'theme-color', content: '#0a63bd' }],
  ],
  vite: {
    publicDir: 'admin-ui/public',
    plugins: [serveLinkedFiles(), vueOfSite()],
    build: { chunkSizeWarningLimit: 2000 },
  },
  markdown: {
    anchor: { slugify: slugOf },
    attrs: { disable: true },
    languageAlias: { caddyfile: 'nginx', promql: 'shell' },
    image: { lazyLoading: true },
    config: adaptToSite,
  },
  transformPageData: ({ relativePath }) => (relativePath === 'index.md' ? { frontmatter: HOME } : undefined),
  buildEnd: async ({ outDir }) => {
    await copyLinkedFiles(outDir);
    await checkAnchors(outDir);
  },
  themeConfig: {
    logo: '/icon.svg',
    nav: [
      { text: 'Quick start', link: '/docs/quick-start' },
      { text: 'Configuration', link: '/docs/configuration' },
      { text: 'Plugins', link: '/docs/plugins' },
      { text: 'Errors', link: '/docs/errors' },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: 'local', options: { _render: renderForSearch } },
    externalLinkIcon: true,
    footer: { message: 'MIT licence' },
  },
});

/** The top of the first page. README.md follows below it. */
const HOME = {
  layout: 'home',
  titleTemplate: 'many free LLM accounts behind one address',
  hero: {
    name: '429chain',
    text: 'Many free LLM accounts, one address',
    tagline: 'When one provider answers 429, the next one answers your request.',
    actions: [
      { theme: 'brand', text: 'Quick start', link: '/docs/quick-start' },
      { theme: 'alt', text: 'Documentation', link: '/docs/' },
      { theme: 'alt', text: 'Providers and limits', link: '/docs/providers' },
    ],
  },
};
