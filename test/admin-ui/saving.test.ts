import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { AdminServer, Visitor } from './browser.js';
import { HeldAnswers } from './held-answers.js';

/** Nothing calls this provider. */
const provider = { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'key-0123456789' };

const CONFIGURATION = {
  providers: { one: provider, two: provider },
  chains: { default: ['one/a'], careful: ['one/b'], spare: ['two/c'] },
  defaultChain: 'default',
};

describe('Saving in the admin', () => {
  let server: AdminServer;
  let visitor: Visitor;
  let page: Page;

  const visit = async (path: string): Promise<void> => {
    server = await AdminServer.start(CONFIGURATION);
    visitor = await Visitor.signedIn(server, path);
    ({ page } = visitor);
  };

  afterEach(async () => {
    await visitor.leave();
    await server.close();
  });

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  /** Chooses an action in the menu of a chain. */
  const choose = async (chain: string, action: string): Promise<void> => {
    await button(`More about ${chain}`).click();
    await page.getByRole('menuitem', { name: action, exact: true }).click();
  };
  const inFile = () => JSON.parse(server.text);

  it('makes a second quick change wait for the response to the first one', async () => {
    await visit('chains');
    await button('More about careful').waitFor();
    const held = await HeldAnswers.hold(page, 'PUT /default-chain', 'GET /chains');
    await choose('careful', 'Make default');
    await held.reached();
    await choose('spare', 'Rename…');
    const name = page.getByRole('textbox', { name: 'Name' });
    await name.fill('reserve');
    await name.press('Enter');
    held.release();
    await page.getByText('careful is the default chain now').waitFor();
    await page.getByText('spare is called reserve now.').waitFor();
    expect(inFile().defaultChain).to.equal('careful');
    expect(Object.keys(inFile().chains)).to.deep.equal(['default', 'careful', 'reserve']);
    visitor.expectNothingWrong();
  });

  it('lets the later of two quick changes of the same thing win', async () => {
    await visit('chains');
    await button('More about careful').waitFor();
    const held = await HeldAnswers.hold(page, 'PUT /default-chain', 'GET /chains');
    await choose('careful', 'Make default');
    await held.reached();
    await choose('spare', 'Make default');
    held.release();
    await page.getByText('spare is the default chain now').waitFor();
    expect(inFile().defaultChain).to.equal('spare');
    visitor.expectNothingWrong();
  });

  it('starts from the last save wherever the next change is made', async () => {
    await visit('providers');
    await button('Disable one').waitFor();
    const held = await HeldAnswers.hold(page, 'PUT /providers/one', 'GET /providers');
    await button('Disable one').click();
    await held.reached();
    await button('Disable two').click();
    held.release();
    await page.getByText('one is disabled').waitFor();
    await page.getByText('two is disabled').waitFor();
    expect(inFile().providers.one.enabled).to.equal(false);
    expect(inFile().providers.two.enabled).to.equal(false);
    visitor.expectNothingWrong();
  });

  it('reports a conflict if the same thing is changed elsewhere between two quick changes', async () => {
    await visit('chains');
    await button('More about careful').waitFor();
    const held = await HeldAnswers.hold(page, 'PUT /default-chain', 'GET /chains');
    await choose('careful', 'Make default');
    await held.reached();
    visitor.expectTrouble(/409/);
    await server.changeElsewhere('chains/spare', { targets: [{ target: 'two/elsewhere' }] });
    await choose('spare', 'Remove…');
    await button('Remove').click();
    held.release();
    await page.getByText('spare was changed elsewhere. This is how it is now; try again.').waitFor();
    expect(inFile().chains.spare).to.deep.equal(['two/elsewhere']);
    expect(inFile().defaultChain).to.equal('careful');
    visitor.expectNothingWrong();
  });
});
