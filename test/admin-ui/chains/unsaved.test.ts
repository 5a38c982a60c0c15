import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { makeReadOnly, makeWritable } from '../../read-only-file.js';
import { ADMIN_KEY, SERVER_AWAY } from '../browser.js';
import { ChainsStage, WRITTEN } from './stage.js';

describe('Unsaved changes of a chain', () => {
  const stage = ChainsStage.forEachTest();

  it('survive a link, the back button and the closing of the tab', async () => {
    await stage.visit('chains');
    await stage.page.getByRole('link', { name: 'Edit default' }).click();
    await stage.button('Remove two/b').click();
    for (const leave of [
      () => stage.page.getByRole('link', { name: 'Connect', exact: true }).click(),
      () => stage.page.goBack(),
    ]) {
      await leave();
      await stage.page.getByRole('dialog', { name: 'Leave without saving?' }).waitFor();
      await stage.button('Keep editing').click();
      await stage.settles(() => new URL(stage.page.url()).pathname, '/admin/chains/default');
      expect(await stage.order()).to.deep.equal(['one/a', 'two/c']);
    }
    const asked = stage.page.waitForEvent('dialog');
    await stage.page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).to.equal('beforeunload');
    await dialog.dismiss();
    expect(await stage.order()).to.deep.equal(['one/a', 'two/c']);
    await stage.page.getByRole('link', { name: 'Connect', exact: true }).click();
    await stage.button('Leave').click();
    await stage.page.getByRole('heading', { name: 'Connect' }).waitFor();
    expect(stage.server.text).to.equal(stage.configured());
    stage.visitor.expectNothingWrong();
  });

  it('survive while the server is down', async () => {
    await stage.visit('chains/default');
    await stage.settles(stage.order, ['one/a', 'two/b', 'two/c']);
    stage.visitor.expectTrouble(SERVER_AWAY);
    await stage.server.stop();
    await stage.button('Remove two/b').click();
    await stage.button('Save').click();
    await stage.page.locator('save-problem').getByText('429chain does not answer').waitFor();
    await stage.server.listen();
    await stage.page.getByText('Live', { exact: true }).waitFor();
    expect(await stage.order()).to.deep.equal(['one/a', 'two/c']);
    await stage.button('Save').click();
    await stage.saved('default');
    expect(stage.server.text).not.to.include("model: 'b'");
  });

  it('do not exist while the page follows changes made elsewhere', async () => {
    await stage.visit('chains/default');
    await stage.settles(stage.order, ['one/a', 'two/b', 'two/c']);
    await stage.server.changeElsewhere('chains/default', { targets: [{ target: 'two/c' }] });
    await stage.settles(stage.order, ['two/c']);
    await stage.page.getByText('default was changed elsewhere. This is how it is now.').waitFor();
    await stage.button('Remove two/c').click();
    await stage.server.changeElsewhere('chains/careful', { targets: [{ target: 'one/a' }] });
    await stage.button('Undo').click();
    await stage.button('Move two/c').waitFor();
    await (await stage.setting('Retries')).fill('1');
    await stage.button('Save').click();
    await stage.saved('default');
    expect(stage.server.text).to.include("careful: { targets: ['one/a'] }");
    stage.visitor.expectNothingWrong();
  });

  describe('in two tabs', () => {
    let other: Page;

    const bothEdit = async (): Promise<void> => {
      await stage.visit('chains/default');
      other = await stage.visitor.anotherTab('chains/default');
      await stage.button('Remove one/a', stage.page).click();
      await stage.button('Remove two/c', other).click();
      await stage.button('Save', other).click();
      await stage.saved('default', other);
      await stage.page
        .getByText('It was changed elsewhere while you were editing it. Which version should be kept?')
        .waitFor();
      await stage.page.getByText('Theirs: one/a → two/b').waitFor();
      expect(await stage.order()).to.deep.equal(['two/b', 'two/c']);
      expect(await stage.button('Save').isDisabled(), 'a version must be chosen first').to.equal(true);
      await stage.page.keyboard.press('Control+s');
    };

    it('give way to the other version, and can be restored', async () => {
      await bothEdit();
      await stage.visitor.expectAccessible();
      await stage.button('Take theirs').click();
      await stage.settles(stage.order, ['one/a', 'two/b']);
      await stage.button('Bring mine back').click();
      await stage.settles(stage.order, ['two/b', 'two/c']);
      await stage.button('Save').click();
      await stage.saved('default');
      await stage.settles(() => stage.order(other), ['two/b', 'two/c']);
      stage.visitor.expectNothingWrong();
    });

    it('replace the other version, which the other tab shows', async () => {
      await bothEdit();
      await stage.button('Keep mine').click();
      await stage.saved('default');
      await stage.settles(() => stage.order(other), ['two/b', 'two/c']);
      expect(stage.server.text).not.to.include('one/a');
      stage.visitor.expectNothingWrong();
    });

    it('restore a chain that was removed in the meantime', async () => {
      await stage.visit('chains/careful');
      await (await stage.setting('Retries')).fill('1');
      await stage.server.changeElsewhere('chains/careful', {}, 'DELETE');
      await stage.page.getByText('It was removed elsewhere while you were editing it.').waitFor();
      await stage.button('Keep mine').click();
      await stage.saved('careful');
      expect(stage.server.text).to.include("careful: { targets: ['two/b'], maxWait: '20s', retries: 1 }");
      await stage.server.changeElsewhere('chains/careful', {}, 'DELETE');
      await stage.page.getByRole('heading', { name: 'There is no chain “careful”' }).waitFor();
      stage.visitor.expectNothingWrong();
    });
  });

  it('become a change to make by hand if the file cannot be written', async function () {
    await stage.visit('chains/default');
    await stage.settles(stage.order, ['one/a', 'two/b', 'two/c']);
    if (!makeReadOnly(stage.server.file)) this.skip();
    try {
      await stage.page.reload();
      await stage.page.getByText('What you change here is shown as the change to make by hand.').waitFor();
      stage.visitor.expectTrouble(/403/);
      await stage.button('Remove two/c').click();
      await stage.button('Show the change').click();
      const note = stage.page.getByRole('alert', { name: 'The configuration cannot be written' });
      await note.getByText("- 'two/c',").waitFor();
      expect(await stage.order()).to.deep.equal(['one/a', 'two/b']);
      await stage.visitor.expectAccessible();
    } finally {
      makeWritable(stage.server.file);
    }
    // The user makes the change by hand.
    writeFileSync(stage.server.file, stage.configured(WRITTEN.replace("      'two/c',\n", '')));
    await stage.settles(() => stage.page.getByRole('region', { name: 'Unsaved changes' }).count(), 0);
    expect(await stage.order()).to.deep.equal(['one/a', 'two/b']);
    stage.visitor.expectNothingWrong();
  });

  it('survive the end of the session, and are saved after a new sign-in', async () => {
    await stage.visit('chains/default');
    stage.visitor.expectTrouble(/401|INCOMPLETE_CHUNKED/);
    const wait = await stage.setting('Longest wait');
    await wait.fill('45s');
    await stage.visitor.endSession(stage.server);
    await stage.page.getByText('Your session ended.').waitFor();
    expect(await stage.page.getByRole('button', { name: 'Save' }).isVisible()).to.equal(false);
    await stage.page.getByLabel('Admin key').fill(ADMIN_KEY);
    await stage.page.keyboard.press('Enter');
    await stage.page.getByRole('button', { name: 'Save' }).click();
    await stage.page.getByText('default is saved and in effect.').waitFor();
    expect(stage.server.text).to.contain('45s');
    stage.visitor.expectNothingWrong();
  });
});
