import type { Page } from 'playwright-core';

/** Collects every element with its shadow root and the values of fields, which `page.content()` omits. */
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

/** The whole content of a page, hidden parts too. */
export const wholePage = async (page: Page): Promise<string> => (await page.evaluate(SCRIPT)) as string;
