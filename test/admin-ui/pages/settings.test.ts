import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { API_KEY, chainOver } from '../../proxy.js';
import { makeReadOnly, makeWritable } from '../../read-only-file.js';
import { ScriptedUpstream } from '../../scripted-upstream.js';
import { ADMIN_KEY, AdminServer, Visitor } from '../browser.js';
import { allowCopying, clipboard } from '../copied.js';
import { HeldAnswers } from '../held-answers.js';
import { wholePage } from '../whole-page.js';

describe('The page Settings', () => {
  let upstream: ScriptedUpstream;
  let server: AdminServer;
  let visitor: Visitor;
  let page: Page;

  const start = async (section: string, more: object = {}): Promise<void> => {
    server = await AdminServer.start({ ...chainOver([upstream]), ...more });
    visitor = await Visitor.signedIn(server, `settings?section=${section}`);
    ({ page } = visitor);
    await allowCopying(page);
  };

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
  });

  afterEach(async () => {
    await visitor.leave();
    await server.close();
    await upstream.close();
  });

  const button = (name: string | RegExp): Locator => page.getByRole('button', { name, exact: true });
  const dotEnv = (): string => readFileSync(join(server.folder, '.env'), 'utf8');
  const asking = (key: string): Promise<Response> =>
    fetch(`${server.address}/v1/models`, { headers: { authorization: `Bearer ${key}` } });

  describe('for keys', () => {
    it('creates a key that works at once, is copied in full, and is nowhere on the page', async () => {
      await start('keys');
      await button('New key').click();
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('laptop');
      await button('Make the key').click();
      await page.getByRole('heading', { name: '“laptop” is made' }).waitFor();
      await button('Copy the key').click();
      await page.getByText('Copied', { exact: true }).first().waitFor();
      const key = await clipboard(page);
      expect((await asking(key)).status).to.equal(200);
      expect(dotEnv()).to.contain(key);
      expect(server.text).not.to.contain(key);
      expect(await wholePage(page)).not.to.contain(key);
      await button('Done').click();
      await page.getByRole('row', { name: /laptop/ }).waitFor();
      await visitor.expectAccessible();
      visitor.expectNothingWrong();
    });

    it('renames a key, also for the log', async () => {
      await start('keys');
      await button('Rename key 1').click();
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('desk');
      await page.keyboard.press('Enter');
      await page.getByText('key 1 is called desk.').waitFor();
      await server.chat();
      await page.goto('requests');
      await page
        .getByRole('link', { name: /Request at/ })
        .first()
        .click();
      await page.getByText('desk').waitFor();
    });

    it('revokes a key after a confirmation, and never the only one', async () => {
      await start('keys', {
        server: { apiKeys: [API_KEY, { key: 'another-key-of-a-caller', label: 'old' }], adminKey: ADMIN_KEY },
      });
      await button('Revoke old').click();
      await page.getByRole('heading', { name: 'Revoke “old”?' }).waitFor();
      await button('Cancel').click();
      expect((await asking('another-key-of-a-caller')).status).to.equal(200);
      await button('Revoke old').click();
      await page.locator('confirm-dialog').getByRole('button', { name: 'Revoke' }).click();
      await page.getByText('old is revoked.').waitFor();
      expect((await asking('another-key-of-a-caller')).status).to.equal(401);
      await button('Revoke key 1').and(page.locator(':disabled')).waitFor();
    });

    it('keeps a dialog open at a double click, and focuses the safe button of a confirmation', async () => {
      await start('keys', {
        server: { apiKeys: [API_KEY, { key: 'another-key', label: 'old' }], adminKey: ADMIN_KEY },
      });
      await button('Revoke old').dblclick();
      await page.getByRole('heading', { name: 'Revoke “old”?' }).waitFor();
      await page.keyboard.press('Escape');
      await page.locator('confirm-dialog').waitFor({ state: 'detached' });
      await button('Revoke old').press('Enter');
      await page.getByRole('heading', { name: 'Revoke “old”?' }).waitFor();
      await page.keyboard.press('Enter');
      await page.locator('confirm-dialog').waitFor({ state: 'detached' });
      expect((await asking('another-key')).status).to.equal(200);
    });

    it('says where the key from the first start is, and keeps it when another one is created', async () => {
      await start('keys', { server: { adminKey: ADMIN_KEY } });
      await page.getByText(/it was made at the first start/).waitFor();
      const own = server.app.runtime.apiKeys[0]?.key ?? '';
      await button('New key').click();
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('phone');
      await button('Make the key').click();
      await button('Done').click();
      expect((await asking(own)).status).to.equal(200);
      expect(await wholePage(page)).not.to.contain(own);
    });
  });

  describe('for the configuration text', () => {
    const editor = (): Locator => page.getByRole('textbox', { name: 'Configuration' });

    it('marks problems with line and column, jumps to them, and saves the corrected text', async () => {
      await start('configuration');
      const before = await editor().inputValue();
      await editor().fill(before.replace('"maxWait": "0s"', '"maxWait": "soon"'));
      await page.getByText('1 problem. It cannot be saved like this.').waitFor();
      const problem = page.getByRole('list', { name: 'Problems' }).getByRole('button').first();
      expect(await problem.textContent()).to.match(/^\d+:\d+.*duration/);
      await visitor.expectAccessible();
      await problem.click();
      expect(
        await editor().evaluate((area) =>
          (area as unknown as { value: string; selectionStart: number }).value.slice(
            (area as unknown as { selectionStart: number }).selectionStart,
          ),
        ),
      ).to.match(/^"soon"/);
      await editor().fill(before.replace('"maxWait": "0s"', '"maxWait": "7s"'));
      await page.getByText('This could be saved.').waitFor();
      await editor().press('Control+s');
      await page.getByText('Saved. It takes effect now.').waitFor();
      expect(server.text).to.contain('"maxWait": "7s"');
      visitor.expectNothingWrong();
    });

    it('masks literal keys, and keeps them when it saves', async () => {
      await start('configuration');
      const text = await editor().inputValue();
      expect(text).not.to.contain(API_KEY).and.not.to.contain('key-of-one');
      expect(text).to.contain('<masked: ');
      await editor().fill(`// seen\n${text}`);
      await button('Save').click();
      await page.getByText('Saved. It takes effect now.').waitFor();
      expect(server.text)
        .to.match(/^\/\/ seen/)
        .and.to.contain(API_KEY)
        .and.to.contain('key-of-one');
    });

    it('says that the file was changed in the meantime, and keeps the chosen version', async () => {
      await start('configuration');
      visitor.expectTrouble(/409|Conflict/);
      const before = await editor().inputValue();
      await editor().fill(`// mine\n${before}`);
      writeFileSync(server.file, `// theirs\n${server.text}`);
      await button('Save').click();
      await page.getByText('It was changed elsewhere while you were editing it.').waitFor();
      await button('Keep mine').click();
      await page.getByText('Saved. It takes effect now.').waitFor();
      expect(server.text)
        .to.match(/^\/\/ mine/)
        .and.not.to.contain('theirs');
    });

    it('keeps the problems of newer input while an earlier text is being saved', async () => {
      await start('configuration');
      const before = await editor().inputValue();
      const held = await HeldAnswers.hold(page, 'PUT /configuration');
      await editor().fill(`// saved\n${before}`);
      await editor().press('Control+s');
      await held.reached();
      await editor().fill(before.replace('"maxWait": "0s"', '"maxWait": "soon"'));
      await page.getByRole('list', { name: 'Problems' }).waitFor();
      held.release();
      await page.getByText('1 problem. It cannot be saved like this.').waitFor();
      expect(server.text).to.match(/^\/\/ saved/);
      visitor.expectNothingWrong();
    });

    it('exports the text, and imports another one into the editor', async () => {
      await start('configuration');
      const download = page.waitForEvent('download');
      await button('Export').click();
      const exported = readFileSync(await (await download).path(), 'utf8');
      expect(exported).to.equal(await editor().inputValue());
      const buffer = Buffer.from(`// imported\n${exported}`);
      await page
        .getByLabel('A configuration to import')
        .setInputFiles({ name: 'other.json5', mimeType: 'application/json', buffer });
      await page.getByText('This could be saved.').waitFor();
      expect(await editor().inputValue()).to.match(/^\/\/ imported/);
      expect(server.text).not.to.contain('imported');
    });

    it('asks before it discards unsaved input', async () => {
      await start('configuration');
      await editor().fill('// half');
      await page.getByRole('link', { name: 'Chains' }).click();
      await page.getByRole('heading', { name: 'Leave without saving?' }).waitFor();
      await button('Stay').click();
      expect(await editor().inputValue()).to.equal('// half');
    });

    it('says that the file cannot be written, and shows the change to make', async function () {
      await start('configuration');
      visitor.expectTrouble(/403|Forbidden/);
      const before = await editor().inputValue();
      if (!makeReadOnly(server.file)) this.skip();
      try {
        await editor().fill(`// new\n${before}`);
        await button('Save').click();
        await page.locator('read-only-note').getByText('// new').waitFor();
      } finally {
        makeWritable(server.file);
      }
    });
  });

  it('shows version, address and file', async () => {
    await start('about');
    await page.getByText(server.file).first().waitFor();
    await page.getByText(`${server.address}/v1`).waitFor();
    await visitor.expectAccessible();
    visitor.expectNothingWrong();
  });

  it('fits a phone', async () => {
    await start('configuration');
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole('textbox', { name: 'Configuration' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(360);
  });
});
