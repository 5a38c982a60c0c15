import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startDemo } from '../../src/demo/world.js';
import { AdminServer, Visitor } from '../../test/admin-ui/browser.js';
import { closeBrowser } from '../../test/admin-ui/chromium.js';

/** Takes pictures of every page of the admin in both themes, for README and docs. */
const FOLDER = fileURLToPath(new URL('../../docs/pictures', import.meta.url));

/** The name and address of each page, and an element to wait for. */
const PAGES: readonly (readonly [name: string, path: string, ready: string])[] = [
  ['overview', '', 'Recent requests'],
  ['welcome', 'welcome', 'Pick a provider'],
  ['providers', 'providers', 'Add a provider'],
  ['catalogue', 'catalogue', 'Google Gemini'],
  ['chain', 'chains/default', 'asked next'],
  ['requests', 'requests', 'Served by'],
  ['usage', 'usage', 'Requests a day'],
  ['playground', 'playground', 'Playground'],
  ['connect', 'connect', 'Connect'],
  ['plugins', 'plugins', 'nedb-logger'],
  ['settings', 'settings', 'Settings'],
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
    for (const [name, path, ready] of PAGES) {
      await visitor.page.goto(`${server.address}/admin/${path}`);
      await visitor.page.getByText(ready).first().waitFor();
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
