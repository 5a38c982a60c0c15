import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { startDemo } from '../../src/demo/world.js';
import { AdminServer, Visitor } from '../../test/admin-ui/browser.js';
import { closeBrowser } from '../../test/admin-ui/chromium.js';

/** Takes pictures of every page of the admin in both themes, for README and docs. */
const FOLDER = fileURLToPath(new URL('../../docs/pictures', import.meta.url));

interface Picture {
  readonly name: string;
  readonly path: string;
  /** An element to wait for. */
  readonly ready: string;
  /** What to do on the page first. */
  readonly first?: (page: Page) => Promise<void>;
}

const PICTURES: readonly Picture[] = [
  { name: 'overview', path: '', ready: 'chain-flow target-row' },
  { name: 'welcome', path: 'welcome', ready: 'type-cards' },
  { name: 'providers', path: 'providers', ready: 'provider-card' },
  { name: 'catalogue', path: 'catalogue', ready: 'catalogue-entry' },
  { name: 'chains', path: 'chains', ready: 'chain-card' },
  { name: 'chain', path: 'chains/default', ready: 'chain-target quota-bar' },
  { name: 'requests', path: 'requests', ready: 'request-table a' },
  {
    name: 'request',
    path: 'requests',
    ready: 'attempt-ladder',
    first: (page) => page.locator('request-table a').first().click(),
  },
  { name: 'usage', path: 'usage', ready: 'bar-chart canvas' },
  {
    name: 'playground',
    path: 'playground',
    ready: 'run-facts',
    first: async (page) => {
      await page.locator('page-playground textarea').first().fill('What is a waterfall?');
      await page.getByRole('button', { name: /^Send/ }).click();
    },
  },
  { name: 'connect', path: 'connect', ready: 'program-settings' },
  { name: 'plugins', path: 'plugins', ready: 'plugin-card' },
  { name: 'settings', path: 'settings', ready: 'key-list table' },
];

/** Enough requests to reach the limits of the first targets, so that the pictures show fallback. */
const REQUESTS = 70;

const world = await startDemo();
const server = await AdminServer.start(world.settings);
try {
  mkdirSync(FOLDER, { recursive: true });
  await Promise.all(Array.from({ length: REQUESTS }, () => server.chat().then((answer) => answer.text())));
  for (const colorScheme of ['light', 'dark'] as const) {
    const visitor = await Visitor.signedIn(server, '', { colorScheme, viewport: { width: 1280, height: 800 } });
    for (const { name, path, ready, first } of PICTURES) {
      await visitor.page.goto(`${server.address}/admin/${path}`);
      await first?.(visitor.page);
      await visitor.page.locator(ready).first().waitFor();
      await visitor.page.evaluate('document.fonts.ready');
      await visitor.page.screenshot({ path: `${FOLDER}/${name}-${colorScheme}.png` });
    }
    await visitor.leave();
  }
} finally {
  await closeBrowser();
  await server.close();
  await world.close();
}
