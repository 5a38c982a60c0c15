import type { Page } from 'playwright-core';

/** Every element, shadow roots included, and what is typed into the fields: `page.content()` sees none of that. */
const SCRIPT = `(() => {
  const parts = [];
  const walk = (root) => {
    parts.push(root.innerHTML);
    for (const element of root.querySelectorAll('*')) {
      if ('value' in element) parts.push(String(element.value));
      if (element.shadowRoot) walk(element.shadowRoot);
    }
  };
  walk(document.documentElement);
  return parts.join('\\n');
})()`;

/** All that is in a page, seen or not. */
export const wholePage = async (page: Page): Promise<string> => (await page.evaluate(SCRIPT)) as string;
