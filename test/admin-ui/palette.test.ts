import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { ScriptedUpstream } from '../scripted-upstream.js';
import { AdminServer, SERVER_AWAY, Visitor } from './browser.js';
import { allowCopying, clipboard } from './copied.js';

describe('The palette', () => {
  let upstream: ScriptedUpstream;
  let server: AdminServer;
  let visitor: Visitor;
  let page: Page;

  before(async () => {
    upstream = await ScriptedUpstream.start();
    server = await AdminServer.start({
      providers: { garage: { type: 'openai-compatible', baseUrl: upstream.baseUrl } },
      chains: { default: ['garage/big-model'], 'night shift': ['garage/small-model'] },
    });
    await server.chat();
    visitor = await Visitor.signedIn(server);
    ({ page } = visitor);
  });

  beforeEach(async () => {
    await page.goto('connect');
    await page.getByRole('heading', { level: 1, name: 'Connect' }).waitFor();
  });

  after(async () => {
    await visitor.leave();
    await server.close();
    await upstream.close();
  });

  const field = () => page.getByRole('combobox', { name: 'Search' });
  const option = (name: string | RegExp) => page.locator('command-palette').getByRole('option', { name });
  const open = async (): Promise<void> => {
    await page.keyboard.press('Control+k');
    await field().waitFor();
  };
  const active = (): Promise<string | null> =>
    page.locator('command-palette').locator('[aria-selected=true]').textContent();

  it('opens by its keys and by its button, and closes by Escape', async () => {
    await open();
    await page.keyboard.press('Escape');
    await field().waitFor({ state: 'detached' });
    const button = page.getByRole('button', { name: 'Search Ctrl K' });
    await button.click();
    await field().waitFor();
    await option('night shift').waitFor();
    await visitor.expectAccessible();
    await page.keyboard.press('Escape');
    await field().waitFor({ state: 'detached' });
    expect(await button.evaluate((element) => element.matches(':focus'))).to.equal(true);
    visitor.expectNothingWrong();
  });

  const PLACES: readonly (readonly [query: string, choose: RegExp, url: RegExp])[] = [
    ['usa', /^Usage/, /\/admin\/usage$/],
    ['nsh', /^night shift/, /\/admin\/chains\/night%20shift$/],
    ['garage', /^garage\b(?!\/)/, /\/admin\/providers/],
    ['big', /^garage\/big-model/, /\/admin\/playground\?model=garage%2Fbig-model$/],
    ['client key', /^Create a client key/, /\/admin\/settings\?section=keys$/],
    ['provider', /^Add a provider/, /\/admin\/welcome\?step=type$/],
    ['0000aaaa-none', /^0000aaaa-none/, /\/admin\/requests\/0000aaaa-none$/],
  ];
  for (const [query, choose, url] of PLACES) {
    it(`leads from “${query}” to ${url.source}`, async () => {
      visitor.expectTrouble(/404/);
      await open();
      await option(/night shift/).waitFor();
      await page.keyboard.type(query);
      await option(choose).first().click();
      await page.waitForURL(url);
    });
  }

  it('chooses by arrow keys and Enter, and tells screen readers which', async () => {
    await open();
    await option('night shift').waitFor();
    expect(await active()).to.contain('Overview');
    await page.keyboard.press('ArrowUp');
    expect(await active()).not.to.contain('Overview');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await active()).to.contain('Providers');
    const id = await field().getAttribute('aria-activedescendant');
    expect(await page.locator(`#${id}`).textContent()).to.contain('Providers');
    await page.keyboard.press('Enter');
    await page.waitForURL(/providers$/);
  });

  it('finds a request by a part of its id, and by its target', async () => {
    const { id = '' } = server.app.runtime.host.requestLog === undefined ? {} : ((await recent())[0] ?? {});
    await open();
    await option(/night shift/).waitFor();
    await page.keyboard.type(id.slice(0, 8));
    await option(id).click();
    await page.waitForURL(new RegExp(`requests/${id}$`));
  });

  it('asks for the name of a new chain', async () => {
    await open();
    await page.keyboard.type('new chain');
    await page.keyboard.press('Enter');
    await page.getByLabel('Name', { exact: true }).fill('fast lane');
    await page.keyboard.press('Enter');
    await page.waitForURL(/chains\/fast%20lane\?new$/);
    await page.getByRole('heading', { level: 1, name: 'fast lane' }).waitFor();
  });

  it('copies the base URL', async () => {
    await allowCopying(page);
    await open();
    await page.keyboard.type('copy');
    await page.keyboard.press('Enter');
    await page.getByText(`${server.address}/v1 is copied.`).waitFor();
    expect(await clipboard(page)).to.equal(`${server.address}/v1`);
  });

  it('does not open over a dialog, which would lose what is typed there', async () => {
    await page.goto('settings');
    await page.getByRole('button', { name: 'New key' }).click();
    const name = page.getByLabel('Name', { exact: true });
    await name.fill('a program');
    await name.press('Control+k');
    await name.fill('a program!');
    expect(await field().count()).to.equal(0);
  });

  it('is not there before the sign-in', async () => {
    const guest = await Visitor.come(server);
    await guest.page.goto('');
    await guest.page.getByLabel('Admin key').press('Control+k');
    await guest.page.getByLabel('Admin key').fill('x');
    expect(await guest.page.getByRole('combobox').count()).to.equal(0);
    guest.expectNothingWrong();
    await guest.leave();
  });

  it('finds pages and actions while 429chain does not answer', async () => {
    visitor.expectTrouble(SERVER_AWAY);
    await open();
    await page.keyboard.press('Escape');
    await page.context().setOffline(true);
    await open();
    await page.keyboard.type('theme');
    await option('Switch theme: dark').click();
    expect(await page.locator('html').getAttribute('data-theme')).to.equal('dark');
    await page.context().setOffline(false);
  });

  const recent = async (): Promise<readonly { readonly id: string }[]> => {
    const response = await page.context().request.get(`${server.address}/admin/api/requests`);
    return ((await response.json()) as { requests: { id: string }[] }).requests;
  };
});
