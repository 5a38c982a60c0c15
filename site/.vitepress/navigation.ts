import { readFileSync } from 'node:fs';
import type { DefaultTheme } from 'vitepress';

const PAGES = new URL('../../docs/README.md', import.meta.url);

const itemsOf = (list: string): DefaultTheme.SidebarItem[] =>
  [...list.matchAll(/^- (?:\*\*)?\[([^\]]+)\]\(([^)#]+)\.md\)/gm)].map(([, text, page]) => ({
    text,
    link: new URL(`${page}`, 'site:/docs/').pathname,
  }));

/** The sidebar: the headings of docs/README.md, each with the pages that its list names. */
export const sidebar = (): DefaultTheme.SidebarItem[] => {
  const [, ...sections] = readFileSync(PAGES, 'utf8').split(/^## /m);
  return sections.flatMap((section) => {
    const [text = '', ...lines] = section.split('\n');
    const items = itemsOf(lines.join('\n'));
    return items.length === 0 ? [] : [{ text, items }];
  });
};
