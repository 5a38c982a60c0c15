import { expect } from 'chai';
import { ADMIN_KEY, AdminServer, SERVER_AWAY, Visitor } from './browser.js';

describe('A page whose script cannot be loaded', () => {
  let server: AdminServer;
  let visitor: Visitor;

  beforeEach(async () => {
    server = await AdminServer.start({
      providers: { one: { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1' } },
      chains: { default: ['one/a-model'] },
    });
    visitor = await Visitor.signedIn(server, 'settings');
    visitor.expectTrouble(SERVER_AWAY);
    await visitor.page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  });

  afterEach(async () => {
    await visitor.leave();
    await server.close();
  });

  const go = (name: string) =>
    visitor.page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();
  const arrives = (name: string) => visitor.page.getByRole('heading', { level: 1, name }).waitFor();
  const alert = (text: string) => visitor.page.getByRole('alert').getByText(text);

  it('says so, keeps the page before it, and opens when 429chain is back', async () => {
    await server.stop();
    await go('Usage');
    await alert('The page Usage cannot be loaded: 429chain does not answer.').waitFor();
    await arrives('Settings');
    await server.listen();
    // A restart ends the sessions of a configuration without a data folder.
    const key = visitor.page.getByLabel('Admin key');
    await Promise.race([key.waitFor().then(() => key.fill(ADMIN_KEY)), arrives('Usage')]);
    if (await key.isVisible()) await visitor.page.keyboard.press('Enter');
    await arrives('Usage');
  });

  it('closes the menu of a phone, and says so at the top of a page that is scrolled down', async () => {
    const { page } = visitor;
    await page.setViewportSize({ width: 390, height: 600 });
    await server.stop();
    await page.getByRole('button', { name: 'Menu' }).click();
    await go('Usage');
    await alert('The page Usage cannot be loaded').waitFor();
    expect(await page.getByRole('navigation', { name: 'Pages' }).isVisible()).to.equal(false);
    await page.getByRole('main').evaluate('(main) => (main.style.minHeight = "4000px")');
    await page.evaluate('window.scrollTo(0, 2000)');
    const { y = -1 } = (await page.getByRole('alert').boundingBox()) ?? {};
    expect(y).to.be.within(0, 120);
  });

  it('opens another page in the meantime, if that is already loaded', async () => {
    await go('Usage');
    await arrives('Usage');
    await server.stop();
    await go('Plugins');
    await alert('The page Plugins cannot be loaded').waitFor();
    await go('Settings');
    await arrives('Settings');
    expect(await alert('cannot be loaded').count()).to.equal(0);
  });

  it('loads the whole admin again after an upgrade', async () => {
    await visitor.page.route(/page-usage-.*\.js/, (route) => route.fulfill({ status: 404 }), { times: 1 });
    await go('Usage');
    await arrives('Usage');
    expect(await visitor.page.title()).to.equal('Usage · 429chain');
  });

  it('asks to save unsaved changes first after an upgrade', async () => {
    await go('Chains');
    await arrives('Chains');
    await visitor.page.goto('chains/default');
    await arrives('default');
    await visitor.page.getByRole('button', { name: 'All settings' }).click();
    await visitor.page.getByLabel('Longest wait').fill('7s');
    await visitor.page.getByLabel('Longest wait').blur();
    await visitor.page.getByRole('region', { name: 'Unsaved changes' }).waitFor();
    await visitor.page.route(/page-usage-.*\.js/, (route) => route.fulfill({ status: 404 }));
    await go('Usage');
    await alert('429chain was upgraded, so the page Usage cannot be loaded.').waitFor();
    expect(await visitor.page.getByLabel('Longest wait').inputValue()).to.equal('7s');
    await visitor.page.unroute(/page-usage-.*\.js/);
  });
});
