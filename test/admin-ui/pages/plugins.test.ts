import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { chainOver } from '../../proxy.js';
import { ScriptedUpstream } from '../../scripted-upstream.js';
import { AdminServer, SERVER_AWAY, Visitor } from '../browser.js';

const CHOOSY = fileURLToPath(new URL('../../fixtures/plugins/choosy', import.meta.url));

describe('The page Plugins', () => {
  let upstream: ScriptedUpstream;
  let server: AdminServer;
  let visitor: Visitor;
  let page: Page;

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
    const plugins = [{ use: CHOOSY, options: { greeting: 'hello' } }];
    server = await AdminServer.start({ ...chainOver([upstream]), plugins });
    visitor = await Visitor.signedIn(server, 'plugins');
    ({ page } = visitor);
  });

  afterEach(async () => {
    await visitor.leave();
    await server.close();
    await upstream.close();
  });

  const card = (name: string): Locator => page.getByRole('article', { name, exact: true });
  const written = (): { options?: object; enabled?: boolean } => JSON.parse(server.text).plugins[0];

  it("lists each plugin with what it adds, the user's own first", async () => {
    await card('choosy').getByText('yours').waitFor();
    await card('choosy').getByText('Adds hook afterResponse.').waitFor();
    await card('nedb-logger').getByText('Adds hook afterResponse, request log.').waitFor();
    await card('prometheus').getByText('route GET /metrics').waitFor();
    expect(await page.getByRole('article').first().getAttribute('aria-label')).to.equal('choosy');
    visitor.expectNothingWrong();
  });

  it('says what each plugin does, and finds plugins by it', async () => {
    await card('nedb-logger')
      .getByText(/^Keeps the request log/)
      .waitFor();
    expect(await page.getByRole('heading', { level: 2 }).allTextContents()).to.deep.equal(['Your plugins', 'Built in']);
    await page.getByRole('searchbox', { name: 'Search plugins' }).fill('metrics GET');
    await card('choosy').waitFor({ state: 'detached' });
    expect(await page.getByRole('article').count()).to.equal(1);
    await card('prometheus').waitFor();
    await page.getByRole('searchbox').fill('nothing like it');
    await page.getByRole('heading', { name: 'No plugin matches' }).waitFor();
    await visitor.expectAccessible();
    await page.getByRole('button', { name: 'Show all plugins' }).click();
    await card('choosy').waitFor();
    visitor.expectNothingWrong();
  });

  it('does not disable a plugin whose types providers use, and names them', async () => {
    const before = server.text;
    await card('providers').getByRole('button', { name: 'Disable providers' }).click();
    const dialog = page.locator('confirm-dialog');
    await dialog.getByText('1 provider uses it: one.').waitFor();
    await visitor.expectAccessible();
    await dialog.getByRole('button', { name: 'Open Providers' }).click();
    await page.getByRole('heading', { name: 'Providers', level: 1 }).waitFor();
    expect(server.text).to.equal(before);
    visitor.expectNothingWrong();
  });

  it('warns before it disables what other pages need', async () => {
    await card('nedb-logger').getByRole('button', { name: 'Disable nedb-logger' }).click();
    const dialog = page.locator('confirm-dialog');
    await dialog.getByText(/Requests and Usage stay empty/).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    await card('nedb-logger').getByText('on', { exact: true }).waitFor();
    await card('nedb-logger').getByRole('button', { name: 'Disable nedb-logger' }).click();
    await dialog.getByRole('button', { name: 'Disable' }).click();
    await card('nedb-logger').getByText('off', { exact: true }).waitFor();
    visitor.expectNothingWrong();
  });

  it('saves options in a form that is generated from their schema', async () => {
    await card('choosy').getByLabel('loud').check();
    await card('choosy').getByLabel('greeting').fill('good day');
    await card('choosy').getByRole('button', { name: 'Save options' }).click();
    await page.getByText('choosy has its new options.').waitFor();
    expect(written().options).to.deep.equal({ greeting: 'good day', loud: true });
    visitor.expectNothingWrong();
  });

  it('does not save invalid options, and says why at the field', async () => {
    visitor.expectTrouble(/422|Unprocessable/);
    await card('choosy').getByLabel('greeting').fill('x');
    await card('choosy').getByRole('button', { name: 'Save options' }).click();
    await card('choosy')
      .getByText(/2 characters|at least 2|shorter/i)
      .first()
      .waitFor();
    expect(written().options).to.deep.equal({ greeting: 'hello' });
    await card('choosy').getByRole('button', { name: 'Discard' }).click();
    expect(await card('choosy').getByLabel('greeting').inputValue()).to.equal('hello');
  });

  it('disables a plugin, and enables it with Undo', async () => {
    await card('choosy').getByRole('button', { name: 'Disable choosy' }).click();
    // A disabled plugin is not loaded, and has the name of its configuration entry.
    await card(CHOOSY).getByText('off', { exact: true }).waitFor();
    expect(written().enabled).to.equal(false);
    await page.getByRole('button', { name: 'Undo' }).click();
    await card('choosy').getByText('on', { exact: true }).waitFor();
    expect(written().enabled).to.not.equal(false);
    visitor.expectNothingWrong();
  });

  it('counts the errors of a plugin and shows the last one, while requests are answered', async () => {
    await card('choosy').getByLabel('fails').check();
    await card('choosy').getByRole('button', { name: 'Save options' }).click();
    await page.getByText('choosy has its new options.').waitFor();
    for (let count = 0; count < 2; count++) expect((await server.chat()).status).to.equal(200);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await card('choosy').getByText('2 errors').waitFor();
    await card('choosy').getByText('choosy was told to fail').waitFor();
    await visitor.expectAccessible();
  });

  it('writes the options of a plugin of --plugins into the configuration', async () => {
    const given = await AdminServer.start(chainOver([upstream]), {}, [CHOOSY]);
    const other = await Visitor.signedIn(given, 'plugins');
    const choosy = other.page.getByRole('article', { name: 'choosy', exact: true });
    await choosy.getByText('given by --plugins').waitFor();
    await choosy.getByText('Options', { exact: true }).click();
    await choosy.getByLabel('loud').check();
    await other.expectAccessible();
    await choosy.getByRole('button', { name: 'Save options' }).click();
    await other.page.getByText('choosy has its new options.').waitFor();
    expect(JSON.parse(given.text).plugins).to.deep.equal([
      { use: relative(given.folder, CHOOSY), options: { loud: true } },
    ]);
    await choosy.getByRole('button', { name: 'Disable choosy' }).waitFor();
    other.expectNothingWrong();
    await other.leave();
    await given.close();
  });

  it('says when the server does not answer, and recovers by itself', async () => {
    visitor.expectTrouble(SERVER_AWAY);
    await card('choosy').waitFor();
    await server.stop();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('429chain does not answer. Is it running?').waitFor();
    await card('choosy').waitFor();
    await server.listen();
    await page.getByText('429chain does not answer. Is it running?').waitFor({ state: 'detached' });
  });

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await card('choosy').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(360);
    await visitor.expectAccessible();
  });
});
