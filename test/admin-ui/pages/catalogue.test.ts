import { expect } from 'chai';
import { AdminServer, Visitor } from '../browser.js';

describe('The page Catalogue', () => {
  let server: AdminServer;
  let visitor: Visitor;

  beforeEach(async () => {
    server = await AdminServer.start({
      providers: { fast: { type: 'groq', apiKey: 'key-of-groq-0123456789' } },
      chains: { default: ['fast/a-model'] },
    });
  });

  afterEach(async () => {
    await visitor.leave();
    await server.close();
  });

  const entry = (title: string) => visitor.page.getByRole('article', { name: title, exact: true });
  const button = (name: string) => visitor.page.getByRole('button', { name, exact: true });

  it('shows what each provider gives with its sources, and keeps its filter in the address', async () => {
    visitor = await Visitor.signedIn(server, 'catalogue');
    await entry('Groq').getByText('Does not train on requests').first().waitFor();
    await entry('Groq').getByRole('link', { name: 'fast on the page Providers' }).waitFor();
    expect(await entry('Groq').getByRole('button').count()).to.equal(0);
    // It has no provider type.
    expect(await entry('Aion Labs').getByRole('button').count()).to.equal(0);
    await entry('Groq').getByText('Limits, models and sources').focus();
    await visitor.page.keyboard.press('Enter');
    await entry('Groq').getByText('30 requests a minute for each model').waitFor();
    await entry('Groq').getByRole('link', { name: 'console.groq.com' }).first().waitFor();
    await button('Keyless').click();
    await entry('Groq').waitFor({ state: 'detached' });
    await button('Does not train').click();
    await visitor.page.getByRole('status').getByText('1 of ').waitFor();
    // One entry is enough for axe, which is slow on the whole page.
    await entry('OVHcloud AI Endpoints').getByText('Limits, models and sources').click();
    await visitor.expectAccessible();
    await visitor.page.reload();
    await entry('OVHcloud AI Endpoints').waitFor();
    expect(await visitor.page.getByRole('article').count()).to.equal(1);
    await visitor.page.getByLabel('Search the catalogue').fill('no such words');
    await visitor.page.getByText('No provider fits').waitFor();
    expect(new URL(visitor.page.url()).search).to.equal('?q=no+such+words&kind=keyless&only=no-training');
    await button('Clear the filter').click();
    await entry('Groq').waitFor();
    expect(new URL(visitor.page.url()).search).to.equal('');
    visitor.expectNothingWrong();
  });

  it('adds a provider of the chosen type, also on a phone', async () => {
    visitor = await Visitor.signedIn(server, 'catalogue', { viewport: { width: 360, height: 740 } });
    await entry('Mistral').waitFor();
    expect(await visitor.page.evaluate('document.documentElement.scrollWidth')).to.equal(360);
    await button('Add Mistral').click();
    const dialog = visitor.page.locator('ui-dialog');
    await dialog.getByLabel('Key', { exact: true }).fill('key-of-mistral-0123456789');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await entry('Mistral').getByRole('link', { name: 'mistral on the page Providers' }).waitFor();
    expect(JSON.parse(server.text).providers.mistral).to.include({ type: 'mistral' });
    visitor.expectNothingWrong();
  });
});
