import type { MarkdownEnv, MarkdownRenderer } from 'vitepress';
import { addressOfFile } from './linked-files.js';

type State = Parameters<Parameters<MarkdownRenderer['core']['ruler']['push']>[1]>[0];
type Token = State['tokens'][number];

/** The anchor that GitHub makes of a heading, so that links between pages work in both places. */
export const slugOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const isElsewhere = (link: string): boolean => /^(?:[a-z]+:|#|\/)/i.test(link);

const linkOnSite = (page: string, link: string): string => {
  if (isElsewhere(link)) return link;
  const [path = '', anchor] = link.split('#');
  if (!path.endsWith('.md')) return addressOfFile(page, path);
  return `${path.replace(/(^|\/)README\.md$/, '$1index.md')}${anchor === undefined ? '' : `#${anchor}`}`;
};

/** GitHub shows one picture of a light and a dark one. The site shows both and hides one, by the theme that the reader chose. */
const PICTURE =
  /<picture>\s*<source media="\(prefers-color-scheme: dark\)" srcset="([^"]+)" \/>\s*<img alt="([^"]*)" src="([^"]+)"[^>]*>\s*<\/picture>/g;

const picturesOnSite = (html: string): string =>
  html
    .replaceAll(
      PICTURE,
      '<img class="only-light" alt="$2" src="$3" loading="lazy"><img class="only-dark" alt="$2" src="$1" loading="lazy">',
    )
    // The bundler takes up only addresses that begin with a point.
    .replaceAll(/ src="(?![a-z]+:|\/|\.)/g, ' src="./');

/** A list of links to headings of the same page. The site has an outline instead. */
const isOutline = (tokens: readonly Token[]): boolean =>
  tokens
    .filter(({ type }) => type === 'inline')
    .every(({ children }) => children?.[0]?.attrGet('href')?.startsWith('#') && children.at(-1)?.type === 'link_close');

const withoutOutlines = (tokens: readonly Token[]): Token[] => {
  const kept: Token[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] as Token;
    if (token.type === 'bullet_list_open' && token.level === 0) {
      const end = tokens.findIndex(
        ({ type, level }, index) => index > at && type === 'bullet_list_close' && level === 0,
      );
      if (isOutline(tokens.slice(at, end))) {
        at = end;
        continue;
      }
    }
    kept.push(token);
  }
  return kept;
};

/** Adapts links, pictures and lists that are written for GitHub. */
export const adaptToSite = (md: MarkdownRenderer): void => {
  md.core.ruler.push('site', (state) => {
    const env = state.env as { relativePath?: string };
    const page = env.relativePath ?? '';
    for (const token of [...state.tokens, ...state.tokens.flatMap(({ children }) => children ?? [])]) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href !== null) token.attrSet('href', linkOnSite(page, href));
      if (token.type === 'html_block' || token.type === 'html_inline') token.content = picturesOnSite(token.content);
    }
    state.tokens = withoutOutlines(state.tokens);
    // The hero of the first page is its heading.
    if (page === 'index.md') state.tokens = state.tokens.slice(3);
  });
};

/** Renders a page for the search index, which needs no coloured code. */
export const renderForSearch = (text: string, env: MarkdownEnv, md: MarkdownRenderer): string => {
  const { highlight } = md.options;
  md.options.highlight = null;
  const html = md.render(text, env);
  md.options.highlight = highlight;
  return html;
};
