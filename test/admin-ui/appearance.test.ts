import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { AdminServer, Visitor } from './browser.js';

/** The colour of the page, and its space in rem. */
const LOOK = `({
  ground: getComputedStyle(document.body).backgroundColor,
  space: parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--space-4')),
})`;
const DARK = 'rgb(13, 17, 23)';
const LIGHT = 'rgb(245, 246, 248)';

describe('The appearance of the admin', () => {
  let server: AdminServer;
  let visitor: Visitor;

  before(async () => {
    server = await AdminServer.start({ providers: {}, chains: {} });
  });

  beforeEach(async () => {
    visitor = await Visitor.signedIn(server, 'settings?section=appearance', { colorScheme: 'light' });
  });

  afterEach(() => visitor.leave());
  after(() => server.close());

  const ground = async (page: Page): Promise<string> => (await page.evaluate<{ ground: string }>(LOOK)).ground;
  const choose = (name: string) => visitor.page.getByRole('radio', { name }).check({ force: true });

  it('follows the system by default', async () => {
    const { page } = visitor;
    expect(await ground(page)).to.equal(LIGHT);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await ground(page)).to.equal(DARK);
  });

  it('can be dark, light or as the system, and survives a reload', async () => {
    const { page } = visitor;
    await choose('Dark');
    expect(await ground(page)).to.equal(DARK);
    await page.reload();
    await page.getByRole('radio', { name: 'Dark', checked: true }).waitFor();
    expect(await ground(page)).to.equal(DARK);
    await visitor.expectAccessible();
    await choose('System');
    expect(await ground(page)).to.equal(LIGHT);
    expect(await page.evaluate('localStorage.length')).to.equal(0);
    visitor.expectNothingWrong();
  });

  it('is set before the first paint', async () => {
    const { page } = visitor;
    await choose('Dark');
    // Without the scripts of the page, only the document and its head have run.
    await page.route(/assets\/.*\.js$/, (route) => route.abort());
    visitor.expectTrouble(/ERR_FAILED|Failed to load/);
    await page.goto('settings', { waitUntil: 'domcontentloaded' });
    expect(await ground(page)).to.equal(DARK);
  });

  it('switches by the button of the menu, in every tab', async () => {
    const other = await visitor.anotherTab('connect');
    const button = visitor.page.getByRole('button', { name: /^Theme:/ });
    await button.click();
    await button.getByText('Theme: light').waitFor();
    await button.click();
    await other.getByRole('button', { name: 'Theme: dark' }).waitFor();
    expect(await ground(other)).to.equal(DARK);
    await button.click();
    await other.getByRole('button', { name: 'Theme: system' }).waitFor();
    expect(await ground(other)).to.equal(LIGHT);
  });

  it('can be compact', async () => {
    const { page } = visitor;
    const space = async () => (await page.evaluate<{ space: number }>(LOOK)).space;
    expect(await space()).to.equal(1);
    await choose('Compact');
    expect(await space()).to.equal(0.75);
    await page.reload();
    expect(await space()).to.equal(0.75);
    await visitor.expectAccessible();
  });
});
