import { expect } from 'chai';
import { makeReadOnly, makeWritable } from '../../read-only-file.js';
import { SERVER_AWAY } from '../browser.js';
import { ProvidersStage } from './stage.js';

describe('The page Providers', () => {
  const stage = ProvidersStage.forEachTest();

  it('shows each provider with its state, its masked key, its limits with their sources, and its chains', async () => {
    await stage.startWithTwo();
    await stage.card('router').getByText('sk-g…4f2a').waitFor();
    await stage.card('router').getByText('ROUTER_API_KEY').waitFor();
    await stage.card('router').getByText('not used yet', { exact: true }).waitFor();
    await stage.card('router').getByRole('meter', { name: 'requests per 1m left, router', exact: true }).waitFor();
    await stage.card('router').getByText('whole account · configured').waitFor();
    await stage.card('spare').getByText('unconfigured', { exact: true }).waitFor();
    await stage.card('spare').getByText('no chain yet').waitFor();
    expect(await stage.card('router').getByRole('link', { name: 'default' }).getAttribute('href')).to.equal(
      '/admin/chains/default',
    );
    await stage.visitor.expectAccessible();
    stage.visitor.expectNothingWrong();
  });

  it('shows without a reload that a key was refused, and why', async () => {
    await stage.startWithTwo();
    await stage.card('router').getByText('not used yet', { exact: true }).waitFor();
    stage.upstream.script((res) => void res.writeHead(401).end('{"error":{"message":"No such account"}}'));
    await stage.server.chat();
    await stage.card('router').getByText('refused', { exact: true }).waitFor();
    await stage
      .card('router')
      .getByText(/No such account/)
      .first()
      .waitFor();
  });

  it('disables a provider, and enables it with Undo', async () => {
    await stage.startWithTwo();
    await stage.button('Disable router').click();
    await stage.card('router').getByText('disabled', { exact: true }).waitFor();
    expect(stage.written.router.enabled).to.equal(false);
    await stage.button('Undo').click();
    await stage.card('router').getByText('not used yet', { exact: true }).waitFor();
    expect(stage.written.router.enabled).to.equal(true);
  });

  it('treats a double click as one click', async () => {
    await stage.startWithTwo();
    await stage.button('Disable router').dblclick();
    await stage.button('Enable router').waitFor();
    await stage.button('Undo').waitFor();
    expect(await stage.page.getByText('was changed elsewhere').count()).to.equal(0);
    expect(stage.written.router.enabled).to.equal(false);
    stage.visitor.expectNothingWrong();
  });

  it('does not remove a provider in use, and links to its chain', async () => {
    await stage.startWithTwo();
    await stage.button('Remove router').click();
    await stage.dialog.getByText('1 chain uses it.').waitFor();
    expect(await stage.dialog.getByRole('link', { name: 'default' }).getAttribute('href')).to.equal(
      '/admin/chains/default',
    );
    expect(stage.written).to.have.property('router');
  });

  it('removes an unused provider after a confirmation', async () => {
    await stage.startWithTwo();
    await stage.button('Remove spare').click();
    await stage.button('Cancel').click();
    await stage.button('Remove spare').click();
    await stage.button('Remove', stage.dialog).click();
    await stage.card('spare').waitFor({ state: 'detached' });
    expect(stage.written).to.have.all.keys('router');
  });

  it('shows the change to make by hand if the file cannot be written', async function () {
    await stage.startWithTwo();
    stage.visitor.expectTrouble(/403/);
    if (!makeReadOnly(stage.server.file)) this.skip();
    try {
      await stage.button('Disable router').click();
      await stage.page.getByText('Nothing was saved. Make the change by hand.').waitFor();
      await stage.page.getByText(/"enabled": false/).waitFor();
      await stage.button('Copy the new lines').waitFor();
      await stage.visitor.expectAccessible();
      stage.visitor.expectNothingWrong();
    } finally {
      makeWritable(stage.server.file);
    }
  });

  it('says before a change that the file cannot be written', async function () {
    await stage.startWithTwo();
    if (!makeReadOnly(stage.server.file)) this.skip();
    try {
      await stage.page.reload();
      await stage.page.getByText('What you change here is shown as the change to make by hand.').waitFor();
      await stage.visitor.expectAccessible();
    } finally {
      makeWritable(stage.server.file);
    }
  });

  it('says what to do without providers', async () => {
    await stage.start({ providers: {}, chains: {} });
    await stage.page.getByText('No provider yet').waitFor();
    await stage.visitor.expectAccessible();
    await stage.page.getByRole('link', { name: 'Add your first provider' }).click();
    await stage.page.getByRole('heading', { name: 'Welcome' }).waitFor();
    stage.visitor.expectNothingWrong();
  });

  it('keeps its content while 429chain is down, and says so', async () => {
    await stage.startWithTwo();
    stage.visitor.expectTrouble(SERVER_AWAY);
    await stage.card('spare').waitFor();
    await stage.server.stop();
    await stage.button('Test router').click();
    await stage.page.getByText('429chain does not answer. Is it running?').waitFor();
    await stage.card('router').waitFor();
    await stage.server.listen();
    await stage.page.getByText('Live', { exact: true }).waitFor();
    stage.visitor.expectNothingWrong();
  });

  it('fits a phone', async () => {
    await stage.startWithTwo();
    await stage.page.setViewportSize({ width: 360, height: 740 });
    await stage.card('router').waitFor();
    await stage.button('Edit router').click();
    await stage.dialog.getByLabel('Base URL').waitFor();
    expect(await stage.page.evaluate('document.documentElement.scrollWidth')).to.equal(360);
  });
});
