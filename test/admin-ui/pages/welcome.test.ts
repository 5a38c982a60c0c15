import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import OpenAI from 'openai';
import type { Locator, Page } from 'playwright-core';
import { API_KEY } from '../../proxy.js';
import { answer, reply, type ScriptedUpstream } from '../../scripted-upstream.js';
import { AdminServer, Visitor } from '../browser.js';
import { GOOD_KEY, startModelProvider, WRONG_KEY } from '../model-provider.js';
import { wholePage } from '../whole-page.js';

describe('The page Welcome', () => {
  let upstream: ScriptedUpstream;
  let server: AdminServer;
  let visitor: Visitor;
  let page: Page;

  const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
  const stepIs = (name: string): Promise<void> =>
    page.getByRole('navigation', { name: 'Steps' }).locator('[aria-current=step]').getByText(name).waitFor();
  const chainInFile = (): unknown => JSON.parse(server.text).chains.default;

  beforeEach(async () => {
    upstream = await startModelProvider('Water that falls, and asks for no tokens.');
    server = await AdminServer.start({ providers: {}, chains: {} });
    visitor = await Visitor.signedIn(server, 'welcome');
    ({ page } = visitor);
  });

  afterEach(async () => {
    await visitor.leave();
    await server.close();
    await upstream.close();
  });

  /** Enters the address and the key of a server, up to its models. */
  const giveKey = async (key = GOOD_KEY): Promise<void> => {
    await button('Any OpenAI-compatible server').click();
    await page.getByLabel('Base URL').fill(upstream.baseUrl);
    await page.getByLabel('Key', { exact: true }).fill(key);
    await button('Try it').click();
  };

  it('guides from no provider to an answer, and to code for programs', async () => {
    await page.goto('');
    await page.getByRole('link', { name: 'Create the first chain' }).click();
    await stepIs('Pick a provider');
    await giveKey();
    await stepIs('Fill a chain');
    await page.getByText('It works. 3 models').waitFor();
    await visitor.expectAccessible();
    await button('Add local/small/eight:free').click();
    await button('Add local/seeing/nine:free').click();
    await button('Move local/seeing/nine:free up').press('Enter');
    await button('Save the chain').click();
    await stepIs('Send a prompt');
    expect(chainInFile()).to.deep.equal(['local/seeing/nine:free', 'local/small/eight:free']);
    await button('Send').click();
    await page.getByText('Water that falls, and asks for no tokens.').waitFor();
    await page.getByText('Answered by local/seeing/nine:free').waitFor();
    await visitor.expectAccessible();
    await button('Connect your programs').click();
    await page.getByText(`${server.address}/v1/chat/completions`).waitFor();
    await visitor.expectAccessible();
    visitor.expectNothingWrong();
  });

  it('tests a key as soon as it is pasted', async () => {
    await button('Any OpenAI-compatible server').click();
    await page.getByLabel('Base URL').fill(upstream.baseUrl);
    await page.getByLabel('Key', { exact: true }).focus();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate(`navigator.clipboard.writeText('${GOOD_KEY}')`);
    await page.keyboard.press('ControlOrMeta+V');
    await stepIs('Fill a chain');
  });

  it('says that a key is wrong, and accepts the next one', async () => {
    await giveKey(WRONG_KEY);
    await page.getByText('The provider refuses this key. Is it complete, and from this provider?').waitFor();
    await stepIs('Paste its key');
    expect(JSON.parse(server.text).providers).to.deep.equal({});
    await page.getByLabel('Key', { exact: true }).and(page.locator(':focus')).waitFor();
    await page.keyboard.insertText(GOOD_KEY);
    await page.keyboard.press('Enter');
    await stepIs('Fill a chain');
  });

  it('says that nothing answers at an address', async () => {
    await button('Any OpenAI-compatible server').click();
    await page.getByLabel('Base URL').fill('http://127.0.0.1:1/v1');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing answers at this address.').waitFor();
  });

  it('accepts a local server without a key', async () => {
    upstream.always((res, request) =>
      (request.path.endsWith('/models') ? reply(200, { data: [{ id: 'qwen3:8b' }] }) : answer('Hello'))(res, request),
    );
    await page.goto('welcome');
    await button('Any OpenAI-compatible server').click();
    await page.getByLabel('Base URL').fill(upstream.baseUrl);
    await page.keyboard.press('Enter');
    await button('Add local/qwen3:8b').click();
    await button('Save the chain').click();
    await stepIs('Send a prompt');
    expect(JSON.parse(server.text).providers.local).to.deep.equal({
      type: 'openai-compatible',
      baseUrl: upstream.baseUrl,
    });
  });

  it('goes back and forward and survives a reload, without storing a key', async () => {
    await giveKey();
    await button('Add local/small/eight:free').click();
    await page.goBack();
    await stepIs('Paste its key');
    await page.goForward();
    await stepIs('Fill a chain');
    await page.reload();
    await button('Take local/small/eight:free out').waitFor();
    const kept = (await page.evaluate('JSON.stringify([{ ...sessionStorage }, { ...localStorage }])')) as string;
    expect(kept).to.contain('small/eight:free').and.not.to.contain(GOOD_KEY);
    expect(page.url()).not.to.contain(GOOD_KEY);
    await button('Save the chain').click();
    await stepIs('Send a prompt');
    visitor.expectNothingWrong();
  });

  it('does not skip steps', async () => {
    await page.goto('welcome?step=connect');
    await stepIs('Pick a provider');
  });

  it('says why no target answered, and what to do', async () => {
    visitor.expectTrouble(/429|503/);
    await giveKey();
    await button('Add local/small/eight:free').click();
    await button('Save the chain').click();
    await stepIs('Send a prompt');
    upstream.always(reply(429, { error: { message: 'Slow down' } }, { 'retry-after': '3600' }));
    await button('Send').click();
    await page.getByRole('alert').getByText('local/small/eight:free', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'choose other models' }).click();
    await stepIs('Fill a chain');
  });

  it('appends the models of another provider to the same chain', async () => {
    await giveKey();
    await button('Add local/small/eight:free').click();
    await page.getByRole('link', { name: 'Add another provider' }).click();
    await stepIs('Pick a provider');
    await button('OpenRouter').click();
    await page.getByRole('link', { name: 'Pick a provider' }).click();
    await button('Models of local').click();
    await button('Add local/paid/large').click();
    await button('Save the chain').click();
    await stepIs('Send a prompt');
    expect(chainInFile()).to.deep.equal(['local/small/eight:free', 'local/paid/large']);
  });

  it('masks the client key except in the copied command, which works', async () => {
    await giveKey();
    await button('Add local/small/eight:free').click();
    await button('Save the chain').click();
    await stepIs('Send a prompt');
    await page.getByRole('link', { name: 'Connect' }).last().click();
    await page.getByRole('region', { name: 'Python' }).waitFor();
    expect(await wholePage(page)).not.to.contain(API_KEY);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await button('Copy Python').click();
    await page.getByText('Copied', { exact: true }).waitFor();
    const copied = (await page.evaluate('navigator.clipboard.readText()')) as string;
    const [, baseURL = '', apiKey = ''] = /base_url="(.+)", api_key="(.+)"/.exec(copied) ?? [];
    const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
    const answered = await client.chat.completions.create({
      model: 'default',
      messages: [{ role: 'user', content: 'Hello' }],
    });
    expect(answered.choices[0]?.message.content).to.equal('Water that falls, and asks for no tokens.');
    visitor.expectNothingWrong();
  });

  it("stores the provider's key in .env only", async () => {
    await giveKey();
    await stepIs('Fill a chain');
    expect(readFileSync(join(server.folder, '.env'), 'utf8')).to.equal(`LOCAL_API_KEY=${GOOD_KEY}\n`);
    expect(server.text).not.to.contain(GOOD_KEY);
    expect(await wholePage(page)).not.to.contain(GOOD_KEY);
  });

  it('adding a server again keeps its provider, and another one gets a name that can be chosen', async () => {
    await giveKey();
    await stepIs('Fill a chain');
    await page.goto('welcome');
    await button('Any OpenAI-compatible server').click();
    const name = page.getByLabel('Name', { exact: true });
    await page.getByLabel('Base URL').fill(upstream.baseUrl);
    expect(await name.inputValue()).to.equal('local');
    await page.getByText('local is added already. Its key is replaced.').waitFor();
    await page.getByLabel('Key', { exact: true }).fill(GOOD_KEY);
    await button('Try it').click();
    await stepIs('Fill a chain');
    expect(Object.keys(JSON.parse(server.text).providers)).to.deep.equal(['local']);

    await page.goto('welcome?step=type');
    await button('Any OpenAI-compatible server').click();
    await page.getByLabel('Base URL').fill(`${upstream.baseUrl}/`);
    expect(await name.inputValue()).to.equal('local');
    await page.getByLabel('Base URL').fill(upstream.baseUrl.replace('127.0.0.1', 'localhost'));
    expect(await name.inputValue()).to.equal('local-2');
    await name.fill('garage');
    await page.getByLabel('Key', { exact: true }).fill(GOOD_KEY);
    await button('Try it').click();
    await stepIs('Fill a chain');
    expect(Object.keys(JSON.parse(server.text).providers)).to.deep.equal(['local', 'garage']);
  });

  it('refuses the name of a provider of another type', async () => {
    await giveKey();
    await stepIs('Fill a chain');
    await page.goto('welcome?step=key&type=groq');
    await page.getByLabel('Key', { exact: true }).fill('gsk_1');
    await page.getByLabel('Name', { exact: true }).fill('local');
    await button('Try it').click();
    const fault = await page
      .getByLabel('Name', { exact: true })
      .evaluate((input) => (input as unknown as { validationMessage: string }).validationMessage);
    expect(fault).to.contain('“local” is a provider of the type openai-compatible.');
  });

  it('keeps each step after a reload, and in another tab', async () => {
    const stays = async (name: string): Promise<void> => {
      await stepIs(name);
      await page.reload();
      await stepIs(name);
      const tab = await visitor.anotherTab(page.url());
      await tab.getByRole('navigation', { name: 'Steps' }).locator('[aria-current=step]').getByText(name).waitFor();
      await tab.close();
    };
    await page.goto('welcome');
    await button('Any OpenAI-compatible server').click();
    await stays('Paste its key');
    await page.getByLabel('Base URL').fill(upstream.baseUrl);
    await page.getByLabel('Key', { exact: true }).fill(GOOD_KEY);
    await button('Try it').click();
    await stays('Fill a chain');
    await button('Add local/small/eight:free').click();
    await button('Save the chain').click();
    await stays('Send a prompt');
    await button('Send').click();
    await button('Connect your programs').click();
    await stays('Connect');
    visitor.expectNothingWrong();
  });

  it('leads from one free key to the next, and can be left at any time', async () => {
    await button('Groq').click();
    await page.getByText('(about 2 minutes)').waitFor();
    await page.getByText('Does not train on requests.').waitFor();
    await page.getByRole('button', { name: /^Skip: .* is next$/ }).click();
    await page.waitForURL(/type=(?!groq)/);
    expect(await page.getByRole('link', { name: 'I have enough' }).getAttribute('href')).to.equal('/admin/');
    await visitor.expectAccessible();
    expect(JSON.parse(server.text).providers).to.deep.equal({});
  });

  describe('without a key', () => {
    let folder: string;

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), '429chain-keyless-'));
      const type = {
        baseUrl: upstream.baseUrl,
        keyless: 'address',
        about: {
          title: 'A keyless one',
          freeTier: 'Two a minute.',
          needsKey: false,
          training: { posture: 'no' },
          offers: [{ kind: 'keyless', examples: ['gone', 'still-here'] }],
        },
      };
      const plugin = join(folder, 'keyless.mjs');
      writeFileSync(
        plugin,
        `export default { name: 'k', apply: (api) => api.addProviderType('keyless-one', ${JSON.stringify(type)}) };`,
      );
      await visitor.leave();
      await server.close();
      server = await AdminServer.start({ providers: {}, chains: {} }, {}, [plugin]);
      upstream.always((res, request) => {
        expect(request.headers).not.to.have.property('authorization');
        const list = reply(200, { data: [{ id: 'another' }, { id: 'still-here' }] });
        return (request.path.endsWith('/models') ? list : answer('Free water.'))(res, request);
      });
      visitor = await Visitor.signedIn(server, 'welcome');
      ({ page } = visitor);
    });

    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it('makes a chain in one click, of free models that the providers still have', async () => {
      await page.getByText('you share them with everyone on your network').waitFor();
      await visitor.expectAccessible();
      // No test asks real providers.
      for (const each of await page.getByRole('region', { name: 'Begin without a key' }).getByRole('checkbox').all()) {
        if ((await each.getAttribute('id')) !== 'keyless-keyless-one') await each.uncheck();
      }
      await button('Begin without a key').click();
      await stepIs('Send a prompt');
      expect(JSON.parse(server.text).providers).to.deep.equal({ 'keyless-one': { type: 'keyless-one' } });
      expect(chainInFile()).to.deep.equal(['keyless-one/still-here']);
      await button('Send').click();
      await page.getByText('Answered by keyless-one/still-here').waitFor();
      await page.getByRole('link', { name: 'Add a free key' }).click();
      await stepIs('Pick a provider');
      await page.getByRole('heading', { name: 'Free keys' }).waitFor();
      expect(await page.getByRole('button', { name: 'Begin without a key' }).count()).to.equal(0);
      visitor.expectNothingWrong();
    });

    it('cannot begin with no provider', async () => {
      await button('Begin without a key').waitFor();
      for (const each of await page.getByRole('checkbox').all()) await each.uncheck();
      expect(await button('Begin without a key').isDisabled()).to.equal(true);
    });
  });

  it('works by keyboard on a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await button('Any OpenAI-compatible server').press('Enter');
    await page.getByLabel('Base URL').and(page.locator(':focus')).waitFor();
    await page.keyboard.insertText(upstream.baseUrl);
    await page.keyboard.press('Tab');
    await page.keyboard.insertText(GOOD_KEY);
    await page.keyboard.press('Enter');
    await button('Add local/small/eight:free').press('Space');
    await button('Save the chain').press('Enter');
    await button('Send').press('Enter');
    await page.getByText('Answered by local/small/eight:free').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(360);
  });
});
