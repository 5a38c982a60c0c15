import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Locator } from 'playwright-core';

export const PHONE = { width: 390, height: 844 };

/** The rule that axe leaves out by default, and the one that takes most of its time. */
const BY_NAME = 'label-content-name-mismatch';
const CONTRAST = 'color-contrast';
const ALL_RULES = { rules: { [BY_NAME]: { enabled: true } } };

/** How a whole page is looked at. Only colours differ between the themes, and all else between the widths. */
export const LOOKS = [
  { colorScheme: 'light', options: ALL_RULES },
  { colorScheme: 'dark', options: { runOnly: [CONTRAST] } },
  {
    colorScheme: 'dark',
    width: PHONE.width,
    options: { rules: { [BY_NAME]: { enabled: true }, [CONTRAST]: { enabled: false } } },
  },
] as const;

const AXE = fileURLToPath(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url));

/** What `faultsOf` uses in the browser. The tests are compiled without DOM types. */
interface PageWithAxe {
  readonly document: object;
  requestAnimationFrame(drawn: () => void): void;
  readonly axe: { run(part: object, options: object): Promise<{ violations: readonly Violation[] }> };
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Runs in the browser: finds everything in an element but what axe itself calls minor. */
const faultsOf = async (part: unknown, options: object): Promise<string[]> => {
  const { document, axe, requestAnimationFrame } = globalThis as unknown as PageWithAxe;
  await new Promise<void>((done) => requestAnimationFrame(() => setTimeout(done)));
  const { localName } = part as { localName: string };
  const { violations } = await axe.run(localName === 'body' ? document : (part as object), {
    resultTypes: ['violations'],
    ...options,
  });
  return violations
    .filter(({ impact }) => impact !== 'minor')
    .map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
    );
};

/** What axe finds in an element; in the document, if that is its body. */
export const faultsIn = async (part: Locator, options: object = ALL_RULES): Promise<string[]> => {
  const page = part.page();
  // The page's content security policy refuses a script element.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(readFileSync(AXE, 'utf8'));
  return part.evaluate(faultsOf, options);
};
