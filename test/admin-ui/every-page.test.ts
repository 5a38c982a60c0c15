import { expect } from 'chai';
import { type DemoWorld, startDemo } from '../../src/demo/world.js';
import { AdminServer, Visitor } from './browser.js';
import { PAGES } from './pages.js';

/** The sum of all layout shifts of a page, from its first paint through dense traffic. */
const MOST_SHIFT = 0.05;
const REQUESTS = 30;

/** Collects the shifts that no input of the user caused, each with the elements that moved. */
const COLLECT = `globalThis.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries()) {
    if (hadRecentInput) continue;
    const moved = sources.map(({ node, previousRect: from, currentRect: to }) =>
      (node?.localName ?? node?.nodeName) + '.' + (node?.className ?? '') + ' ' + [from.x, from.y, from.width, from.height].map(Math.round) + ' → ' + [to.x, to.y, to.width, to.height].map(Math.round));
    globalThis.shifts.push({ value, moved });
  }
}).observe({ type: 'layout-shift', buffered: true });`;

interface Shift {
  readonly value: number;
  readonly moved: readonly string[];
}

describe('Every page of the admin', () => {
  let world: DemoWorld;
  let server: AdminServer;

  before(async () => {
    world = await startDemo();
    server = await AdminServer.start(world.settings);
    await traffic();
  });

  after(async () => {
    await server.close();
    await world.close();
  });

  const traffic = async (): Promise<void> => {
    await Promise.all(Array.from({ length: REQUESTS }, () => server.chat().then((answer) => answer.text())));
  };

  for (const [path, usable] of PAGES) {
    it(`holds still under traffic, and axe finds nothing: /admin/${path}`, async () => {
      const visitor = await Visitor.come(server);
      try {
        await visitor.signIn(server);
        await visitor.page.addInitScript(COLLECT);
        await visitor.page.goto(path);
        await visitor.page.locator(usable).first().waitFor();
        await visitor.page.getByText('Live', { exact: true }).waitFor();
        await traffic();
        // Shifts are reported after the frame in which they happen.
        await visitor.page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))');
        const shifts = await visitor.page.evaluate<Shift[]>('globalThis.shifts');
        const sum = shifts.reduce((total, { value }) => total + value, 0);
        const worst = shifts.toSorted((one, other) => other.value - one.value).slice(0, 5);
        expect(sum, worst.map(({ value, moved }) => `${value.toFixed(4)} ${moved.join(' | ')}`).join('\n')).to.be.below(
          MOST_SHIFT,
        );
        await visitor.expectWholePageAccessible();
      } finally {
        await visitor.leave();
      }
    });
  }
});
