import { expect } from 'chai';
import { API_KEY } from '../proxy.js';
import { ScriptedUpstream } from '../scripted-upstream.js';
import { ADMIN_KEY, AdminServer, Visitor } from './browser.js';

describe('The admin in a browser', () => {
  let upstream: ScriptedUpstream;
  let server: AdminServer;
  let visitor: Visitor | undefined;

  before(async () => {
    upstream = await ScriptedUpstream.start();
    server = await AdminServer.start({
      providers: { one: { type: 'openai-compatible', baseUrl: upstream.baseUrl, apiKey: 'key-of-one-0123456789' } },
      chains: { default: ['one/a-model'] },
    });
  });

  afterEach(async () => {
    await visitor?.leave();
    visitor = undefined;
  });

  after(async () => {
    await server.close();
    await upstream.close();
  });

  it('asks for the admin key, and refuses a wrong one', async () => {
    visitor = await Visitor.come(server);
    const { page } = visitor;
    await page.goto('');
    const key = page.getByLabel('Admin key');
    await page.getByText('The key is server.adminKey in 429chain.json5.').waitFor();
    visitor.expectNothingWrong();
    // The browser logs the refused request.
    visitor.expectTrouble(/401/);
    await key.fill('a wrong key');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('This is not the admin key.').waitFor();
    await visitor.expectAccessible();
    await key.fill(ADMIN_KEY);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    visitor.expectNothingWrong();
  });

  it('says where a generated key is, and where a variable has it', async () => {
    const bare = { server: { apiKeys: [API_KEY] }, providers: {}, chains: {} };
    const generated = await AdminServer.start(JSON.stringify(bare));
    const adminKey = '${MY_KEY}';
    const inFile = await AdminServer.start({ ...bare, server: { ...bare.server, adminKey } }, { MY_KEY: ADMIN_KEY });
    try {
      visitor = await Visitor.come(generated);
      await visitor.page.goto('');
      await visitor.page.getByText('It is in the file .429chain/admin-key, beside the configuration.').waitFor();
      await visitor.page.goto(`${inFile.address}/admin/`);
      await visitor.page.getByText('The key is in the file .env beside 429chain.json5, as MY_KEY.').waitFor();
      visitor.expectNothingWrong();
    } finally {
      await Promise.all([generated.close(), inFile.close()]);
    }
  });

  it('stores the key nowhere in the browser', async () => {
    visitor = await Visitor.signedIn(server);
    await visitor.page.getByRole('heading', { name: 'Overview' }).waitFor();
    const kept = await visitor.page.evaluate<string>(
      'JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, location.href])',
    );
    expect(kept).not.to.contain(ADMIN_KEY);
    expect(kept).not.to.contain('429chain-session');
  });

  it('asks for the key again after the session has ended, and signs out', async () => {
    visitor = await Visitor.signedIn(server);
    visitor.expectTrouble(/401/);
    await visitor.page.getByRole('button', { name: 'Sign out' }).click();
    await visitor.page.getByLabel('Admin key').waitFor();
    await visitor.page.goto('chains');
    await visitor.page.getByLabel('Admin key').waitFor();
  });

  it('asks for the key as soon as the session ends, also on a page without requests', async () => {
    visitor = await Visitor.signedIn(server, 'settings');
    visitor.expectTrouble(/401|INCOMPLETE_CHUNKED/);
    await visitor.page.getByText('Live').waitFor();
    await visitor.endSession(server);
    await visitor.page.getByLabel('Admin key').waitFor();
  });

  it('stays live in the visible tab, however many tabs are open', async () => {
    visitor = await Visitor.signedIn(server, 'connect');
    // More tabs than a browser opens connections to one address. In tests, tabs are never hidden by themselves.
    for (let count = 0; count < 7; count += 1) {
      const tab = await visitor.anotherTab('connect');
      await tab.getByText('Live').waitFor();
      await tab.evaluate(
        "Object.defineProperty(document, 'hidden', { value: true, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))",
      );
    }
    const last = await visitor.anotherTab('chains');
    await last.getByText('Live').waitFor();
    await last.close();
    visitor.expectNothingWrong();
  });

  it('says that there is no page at an unknown address', async () => {
    visitor = await Visitor.signedIn(server, 'nothing/here');
    await visitor.page.getByRole('heading', { name: 'There is no page here' }).waitFor();
    await visitor.page.getByRole('link', { name: 'Go to the overview' }).click();
    await visitor.page.getByRole('heading', { name: 'Overview' }).waitFor();
    visitor.expectNothingWrong();
  });

  const PAGES = [
    'Overview',
    'Providers',
    'Catalogue',
    'Chains',
    'Requests',
    'Usage',
    'Playground',
    'Connect',
    'Plugins',
    'Settings',
  ];

  it('reaches every page by keyboard', async () => {
    visitor = await Visitor.signedIn(server);
    const { page } = visitor;
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    for (const name of PAGES) {
      const link = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true });
      await link.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name }).waitFor();
      expect(await link.getAttribute('aria-current')).to.equal('page');
      expect(await page.title()).to.equal(`${name} · 429chain`);
    }
    visitor.expectNothingWrong();
  });
});
