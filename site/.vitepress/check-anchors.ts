import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Checks that every link to a heading leads to one. VitePress checks links to pages itself.
 *
 * @throws Error with all links that lead nowhere
 */
export const checkAnchors = (outDir: string): void => {
  const files = readdirSync(outDir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
  const pages = new Map(files.map((name) => [`/${name}`, readFileSync(join(outDir, name), 'utf8')]));
  const base = process.env.SITE_BASE ?? '/';
  const ids = new Map(
    [...pages].map(([path, html]) => [path, new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))]),
  );
  const dead = [...pages].flatMap(([path, html]) =>
    [...html.matchAll(/<a [^>]*href="([^"]*#[^"]+)"/g)].flatMap(([, href = '']) => {
      const { protocol, pathname, hash } = new URL(href, `site:${base}${path.slice(1)}`);
      if (protocol !== 'site:') return [];
      const target = `/${pathname.slice(base.length)}`.replace(/\/$/, '/index.html').replace(/(?<!\.html)$/, '.html');
      return ids.get(target)?.has(decodeURIComponent(hash.slice(1))) ? [] : [`${path} links to ${href}`];
    }),
  );
  if (dead.length > 0) throw new Error(`Links to headings that do not exist:\n${[...new Set(dead)].join('\n')}`);
};
