import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { type DemoWorld, startDemo } from '../../src/demo/world.js';
import { until } from '../until.js';
import { AdminServer, Visitor } from './browser.js';
import { PAGES } from './pages.js';

/** The document, styles and scripts that the browser loads before a page is usable, gzipped. In bytes. */
const MOST_BYTES = 60 * 1024;

/** Data depends on what the user has configured. */
const DATA = /^\/admin\/api\//;

/** For the page: notes the time of the first frame in which an element is there, through shadow roots. */
const noteWhenUsable = (selectors: readonly string[]): string => `
  const inside = (root, selector) => {
    const found = root.querySelector(selector);
    if (found !== null) return found;
    for (const { shadowRoot } of root.querySelectorAll('*')) {
      const deeper = shadowRoot === null ? undefined : inside(shadowRoot, selector);
      if (deeper !== undefined) return deeper;
    }
  };
  const look = () => {
    let root = document;
    for (const selector of ${JSON.stringify(selectors)}) {
      const found = root === undefined ? undefined : inside(root, selector);
      root = found?.shadowRoot ?? found;
    }
    if (root === undefined) requestAnimationFrame(look);
    else performance.mark('usable');
  };
  requestAnimationFrame(look);`;

/** In the page: the paths of what was loaded by then; `undefined` before that. */
const LOADED_BEFORE = `
  performance.getEntriesByName('usable').map(({ startTime }) =>
    performance
      .getEntriesByType('resource')
      .filter(({ responseEnd }) => responseEnd <= startTime)
      .map(({ name }) => new URL(name).pathname))[0]`;

describe('The first load of the admin', () => {
  let world: DemoWorld;
  let server: AdminServer;

  before(async () => {
    world = await startDemo();
    server = await AdminServer.start(world.settings);
  });

  after(async () => {
    await server.close();
    await world.close();
  });

  for (const [path, usable] of PAGES) {
    it(`of /admin/${path} is at most 60 KB`, async () => {
      const visitor = await Visitor.come(server);
      try {
        await visitor.signIn(server);
        const loaded: { readonly name: string; readonly size: number }[] = [];
        await visitor.page.route(/\/admin\//, async (route) => {
          const { pathname: name } = new URL(route.request().url());
          if (DATA.test(name)) return await route.continue();
          const response = await route.fetch();
          loaded.push({ name, size: gzipSync(await response.body()).length });
          // A load that starts again aborts the one before.
          await route.fulfill({ response }).catch(() => {});
        });
        await visitor.page.addInitScript(noteWhenUsable(usable.split(' ')));
        await visitor.page.goto(path);
        let before: readonly string[] = [];
        await until(async () => {
          before = (await visitor.page.evaluate<string[] | undefined>(LOADED_BEFORE)) ?? [];
          return before.length > 0;
        });
        const sizes = loaded.filter(
          ({ name }) => name === new URL(visitor.page.url()).pathname || before.includes(name),
        );
        const largest = sizes.toSorted((one, other) => other.size - one.size).slice(0, 12);
        expect(
          sizes.reduce((sum, { size }) => sum + size, 0),
          largest.map(({ name, size }) => `${name} ${size}`).join('\n'),
        ).to.be.within(1, MOST_BYTES);
        visitor.expectNothingWrong();
      } finally {
        await visitor.leave();
      }
    });
  }
});
