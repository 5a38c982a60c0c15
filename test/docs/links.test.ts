import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect } from 'chai';
import { PAGES, proseOf, ROOT } from './pages.js';

interface Link {
  readonly page: string;
  readonly to: string;
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const withoutCode = (text: string): string => proseOf(text).replaceAll(/`[^`\n]*`/g, '');

const linksOf = (page: string): Link[] =>
  [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)|\b(?:href|src|srcset)="([^"]+)"/g)].map(
    ([, written, attribute]) => ({ page, to: (written ?? attribute) as string }),
  );

/** As GitHub makes an anchor of a heading. */
const slugOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (page: string): Set<string> => {
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(read(page)).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = slugOf(heading);
    const same = [...anchors].filter((each) => each === slug || each.replace(/-\d+$/, '') === slug).length;
    anchors.add(same === 0 ? slug : `${slug}-${same}`);
  }
  return anchors;
};

/** Where a link leads to from the root of the repository. */
const destinationOf = ({ page, to }: Link): { path: string; anchor: string | undefined } => {
  const [path = '', anchor] = to.split('#');
  return { path: path === '' ? page : normalize(join(dirname(page), path)), anchor };
};

/** What is wrong with a link; `undefined` where it leads somewhere. */
const faultOf = (link: Link): string | undefined => {
  const { path, anchor } = destinationOf(link);
  if (!existsSync(join(ROOT, path))) return `${link.page} links to ${link.to}: there is no ${path}`;
  if (anchor === undefined || !path.endsWith('.md') || anchorsOf(path).has(anchor)) return undefined;
  return `${link.page} links to ${link.to}: ${path} has no such heading`;
};

describe('links of README and docs', () => {
  const links = PAGES.flatMap(linksOf).filter(({ to }) => !/^(?:https?|mailto):/.test(to));

  it('lead to files and headings that are there', () => {
    expect(links).to.have.length.above(50);
    expect(links.map(faultOf).filter((fault) => fault !== undefined)).to.deep.equal([]);
  });

  it('that lead nowhere are found out', () => {
    const faults = [
      'no-such-page.md',
      'errors.md#no-such-heading',
      '../README.md#try-it',
      'errors.md#your-request',
    ].map((to) => faultOf({ page: 'docs/README.md', to }));
    expect(faults.map((fault) => fault !== undefined)).to.deep.equal([true, true, false, false]);
  });

  it('of docs/README.md name every page', () => {
    const named = links.filter(({ page }) => page === 'docs/README.md').map((link) => destinationOf(link).path);
    const pages = PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
    expect(pages.filter((page) => !named.includes(page))).to.deep.equal([]);
  });
});
