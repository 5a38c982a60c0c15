import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { makeReadOnly, makeWritable } from '../read-only-file.js';
import type { ScriptedUpstream } from '../scripted-upstream.js';
import { AdminServer, SERVER_AWAY, Visitor } from './browser.js';
import { GOOD_KEY, startModelProvider, WRONG_KEY } from './model-provider.js';
import { wholePage } from './whole-page.js';

const PLUGIN = fileURLToPath(new URL('../fixtures/plugins/provider-with-options', import.meta.url));

describe('The page Providers', () => {
  let upstream: ScriptedUpstream;
  let server: AdminServer;
  let visitor: Visitor;
  let page: Page;

  const start = async (configuration: object, env: Record<string, string> = {}): Promise<void> => {
    server = await AdminServer.start(configuration, env);
    visitor = await Visitor.signedIn(server, 'providers');
    ({ page } = visitor);
  };

  /** A provider that a chain uses, with its key in `.env`, and an unused one. */
  const two = (): Promise<void> =>
    start(
      {
        providers: {
          router: {
            type: 'openrouter',
            apiKey: '${ROUTER_API_KEY}',
            baseUrl: upstream.baseUrl,
            limits: [{ requests: 30, per: '1m' }],
          },
          spare: { type: 'groq', apiKey: '${SPARE_API_KEY}' },
        },
        chains: { default: ['router/small/eight:free'] },
      },
      { ROUTER_API_KEY: GOOD_KEY },
    );

  const card = (id: string): Locator => page.getByRole('article', { name: `Provider ${id}` });
  /** The content of a window is slotted into its dialog, not a child of it. */
  const dialog = (): Locator => page.locator('ui-dialog');
  const button = (name: string, within: Locator | Page = page): Locator =>
    within.getByRole('button', { name, exact: true });
  const dotEnv = (): string => readFileSync(join(server.folder, '.env'), 'utf8');
  const providersInFile = () => JSON.parse(server.text).providers;

  beforeEach(async () => {
    upstream = await startModelProvider();
  });

  afterEach(async () => {
    await visitor.leave();
    await server.close();
    await upstream.close();
  });

  it('shows each provider with its state, its masked key, its limits with their sources, and its chains', async () => {
    await two();
    await card('router').getByText('sk-g…4f2a').waitFor();
    await card('router').getByText('ROUTER_API_KEY').waitFor();
    await card('router').getByText('usable', { exact: true }).waitFor();
    await card('router').getByRole('meter', { name: 'requests per 1m left, router', exact: true }).waitFor();
    await card('router').getByText('whole account · configured').waitFor();
    await card('spare').getByText('unconfigured', { exact: true }).waitFor();
    await card('spare').getByText('no chain yet').waitFor();
    expect(await card('router').getByRole('link', { name: 'default' }).getAttribute('href')).to.equal(
      '/admin/chains/default',
    );
    await visitor.expectAccessible();
    visitor.expectNothingWrong();
  });

  it('shows without a reload that a key was refused, and why', async () => {
    await two();
    await card('router').getByText('usable', { exact: true }).waitFor();
    upstream.script((res) => void res.writeHead(401).end('{"error":{"message":"No such account"}}'));
    await server.chat();
    await card('router').getByText('refused', { exact: true }).waitFor();
    await card('router')
      .getByText(/No such account/)
      .waitFor();
  });

  it('adds a provider: type, key, test, models, save. The key is in .env and nowhere on the page', async () => {
    await two();
    await button('Add a provider').click();
    await button('OpenRouter', dialog()).click();
    await dialog().getByLabel('Id', { exact: true }).fill('second');
    await dialog().getByLabel('Base URL').fill(upstream.baseUrl);
    await dialog().getByLabel('Key', { exact: true }).fill(GOOD_KEY);
    await button('Test', dialog()).click();
    await dialog().getByText('It works. 3 models, 2 of them free.').waitFor();
    await dialog().getByText('seeing/nine:free').waitFor();
    await visitor.expectAccessible();
    await button('Add', dialog()).click();
    await card('second').waitFor();
    expect(providersInFile().second).to.deep.equal({
      type: 'openrouter',
      apiKey: '${SECOND_API_KEY}',
      baseUrl: upstream.baseUrl,
    });
    expect(dotEnv()).to.contain(`SECOND_API_KEY=${GOOD_KEY}`);
    expect(await wholePage(page)).not.to.contain(GOOD_KEY);
    visitor.expectNothingWrong();
  });

  it('says that a key is wrong, and accepts another one', async () => {
    await two();
    await button('Edit router').click();
    await dialog().getByLabel('Key', { exact: true }).fill(WRONG_KEY);
    await button('Test', dialog()).click();
    await dialog().getByText('The provider refuses this key. Is it whole, and of this provider?').waitFor();
    await dialog().getByLabel('Key', { exact: true }).fill(GOOD_KEY);
    await button('Test', dialog()).click();
    await dialog().getByText('It works.').waitFor();
  });

  it('keeps a key that was not entered again (pitfall 36: the mask is never saved as the key)', async () => {
    await two();
    await button('Edit router').click();
    expect(await dialog().getByLabel('Key', { exact: true }).getAttribute('placeholder')).to.equal('sk-g…4f2a');
    await button('Add a limit', dialog()).click();
    await dialog().getByRole('group', { name: 'limit 2' }).getByLabel('How many').fill('500000');
    await dialog().getByRole('group', { name: 'limit 2' }).getByLabel('Of what').selectOption('tokens');
    await dialog().getByRole('group', { name: 'limit 2' }).getByLabel('In which span of time').fill('1d');
    await dialog().getByText('Timeouts and headers').click();
    await dialog().getByLabel('First token').fill('1m30s');
    await button('Save', dialog()).click();
    await dialog().waitFor({ state: 'detached' });
    expect(providersInFile().router).to.deep.equal({
      type: 'openrouter',
      apiKey: '${ROUTER_API_KEY}',
      baseUrl: upstream.baseUrl,
      limits: [
        { requests: 30, per: '1m' },
        { tokens: 500_000, per: '1d' },
      ],
      timeouts: { firstToken: '1m30s' },
    });
    expect(dotEnv()).to.equal(`ROUTER_API_KEY=${GOOD_KEY}\n`);
  });

  for (const [what, wrong, words] of [
    ['an invalid duration', async () => dialog().getByLabel('Connect').fill('6 seconds'), 'is no span of time'],
    ['the id of another provider', async () => dialog().getByLabel('Id', { exact: true }).fill('spare'), undefined],
    ['an incomplete limit', async () => button('Add a limit', dialog()).click(), undefined],
  ] as const) {
    it(`does not save ${what}, and focuses the field`, async () => {
      await two();
      const before = server.text;
      await button('Add a provider').click();
      await button('Groq', dialog()).click();
      await dialog().getByText('Timeouts and headers').click();
      await wrong();
      await button('Add', dialog()).click();
      if (words !== undefined) await dialog().getByText(words).waitFor();
      expect(await page.evaluate(focusedIsInvalid)).to.equal(true);
      expect(server.text).to.equal(before);
    });
  }

  it("generates a form for the options of a plugin's type", async () => {
    await start({ plugins: [PLUGIN], providers: {}, chains: {} });
    await button('I know my way').click();
    await button('Regional', dialog()).click();
    await dialog().getByLabel('Base URL').fill(upstream.baseUrl);
    await button('Add', dialog()).click();
    expect(await page.evaluate(focusedIsInvalid), 'what is required').to.equal(true);
    await dialog().getByLabel('Account').fill('mine');
    await dialog().getByLabel('Region', { exact: true }).selectOption('us');
    await dialog().getByLabel('Retries').fill('9');
    await button('Add', dialog()).click();
    expect(await page.evaluate(focusedIsInvalid), 'what is too much').to.equal(true);
    await dialog().getByLabel('Retries').fill('3');
    await dialog().getByLabel('Safe mode').check();
    await dialog().getByLabel('Tags').fill('one\n\n two ');
    await dialog().getByLabel('Extra').fill('{"depth": ');
    await button('Add', dialog()).click();
    await dialog().getByText('This is not JSON.').waitFor();
    await dialog().getByLabel('Extra').fill('{"depth": 2}');
    await visitor.expectAccessible();
    await button('Add', dialog()).click();
    await card('regional').waitFor();
    expect(providersInFile().regional.options).to.deep.equal({
      account: 'mine',
      region: 'us',
      retries: 3,
      safeMode: true,
      tags: ['one', 'two'],
      extra: { depth: 2 },
    });
    visitor.expectNothingWrong();
  });

  it('asks before it discards unsaved input', async () => {
    await two();
    await button('Edit router').click();
    await dialog().getByLabel('Key', { exact: true }).fill(GOOD_KEY);
    await page.keyboard.press('Escape');
    await button('Go on editing').click();
    await button('Go on editing').waitFor({ state: 'detached' });
    expect(await dialog().getByLabel('Key', { exact: true }).inputValue()).to.equal(GOOD_KEY);
    await page.keyboard.press('Escape');
    await button('Leave').click();
    await button('Leave').waitFor({ state: 'detached' });
    await dialog().waitFor({ state: 'detached' });
  });

  it('disables a provider, and enables it with Undo', async () => {
    await two();
    await button('Disable router').click();
    await card('router').getByText('disabled', { exact: true }).waitFor();
    expect(providersInFile().router.enabled).to.equal(false);
    await button('Undo').click();
    await card('router').getByText('usable', { exact: true }).waitFor();
    expect(providersInFile().router.enabled).to.equal(true);
  });

  it('treats a double click as one click', async () => {
    await two();
    await button('Disable router').dblclick();
    await button('Enable router').waitFor();
    await button('Undo').waitFor();
    expect(await page.getByText('was changed elsewhere').count()).to.equal(0);
    expect(providersInFile().router.enabled).to.equal(false);
    visitor.expectNothingWrong();
  });

  it('does not remove a provider in use, and links to its chain', async () => {
    await two();
    await button('Remove router').click();
    await dialog().getByText('1 chain asks it.').waitFor();
    expect(await dialog().getByRole('link', { name: 'default' }).getAttribute('href')).to.equal(
      '/admin/chains/default',
    );
    expect(providersInFile()).to.have.property('router');
  });

  it('removes an unused provider after a confirmation', async () => {
    await two();
    await button('Remove spare').click();
    await button('Cancel').click();
    await button('Remove spare').click();
    await button('Remove', dialog()).click();
    await card('spare').waitFor({ state: 'detached' });
    expect(providersInFile()).to.have.all.keys('router');
  });

  for (const [filter, choose, found] of [
    ['Free', () => button('Free', dialog()).click(), ['small/eight:free', 'seeing/nine:free']],
    ['Vision', () => button('Vision', dialog()).click(), ['seeing/nine:free', 'paid/large']],
    ['Tools', () => button('Tools', dialog()).click(), ['seeing/nine:free', 'paid/large']],
    ['the context window', () => dialog().getByLabel('Context ≥').selectOption('200K'), ['paid/large']],
    ['words', () => dialog().getByLabel('Search models').fill('free nine'), ['seeing/nine:free']],
  ] as const) {
    it(`filters models by ${filter}`, async () => {
      await two();
      await button('Models of router').click();
      await dialog().getByText('paid/large').waitFor();
      await choose();
      await dialog()
        .getByText(found.length === 1 ? '1 model' : `${found.length} models`, { exact: true })
        .waitFor();
      expect((await dialog().locator('tbody code').allTextContents()).sort()).to.deep.equal([...found].sort());
    });
  }

  it('shows the price and the context window of models', async () => {
    await two();
    await button('Models of router').click();
    const row = dialog().getByRole('row', { name: /paid\/large/ });
    expect(await row.getByRole('cell').allTextContents()).to.deep.equal([
      'paid/largeLarge200K context · $1 / $2 · vision · tools',
      '200K',
      '$1 / $2',
      'vision, tools',
    ]);
    await visitor.expectAccessible();
    visitor.expectNothingWrong();
  });

  describe('in two tabs', () => {
    /** Opens the dialog, then changes `id` in another tab. */
    const changedElsewhere = async (id: string): Promise<void> => {
      await two();
      visitor.expectTrouble(/409|status of 409/);
      await button('Edit router').click();
      await dialog().getByLabel('Base URL').waitFor();
      const other = await visitor.anotherTab('providers');
      await other.getByRole('button', { name: `Disable ${id}` }).click();
      await other.getByRole('button', { name: `Enable ${id}` }).waitFor();
      await dialog().getByRole('group', { name: 'limit 1' }).getByLabel('How many').fill('7');
      await button('Save', dialog()).click();
    };

    it('saves if another part of the configuration was changed, and keeps that change', async () => {
      await changedElsewhere('spare');
      await dialog().waitFor({ state: 'detached' });
      expect(providersInFile().router.limits).to.deep.equal([{ requests: 7, per: '1m' }]);
      expect(providersInFile().spare.enabled).to.equal(false);
      visitor.expectNothingWrong();
    });

    it('asks which version to keep if the same provider was changed, and takes theirs', async () => {
      await changedElsewhere('router');
      await button('Take theirs', dialog()).click();
      expect(await dialog().getByRole('group', { name: 'limit 1' }).getByLabel('How many').inputValue()).to.equal('30');
      expect(providersInFile().router).to.deep.include({ enabled: false, limits: [{ requests: 30, per: '1m' }] });
    });

    it('keeps mine', async () => {
      await changedElsewhere('router');
      await button('Keep mine', dialog()).click();
      await dialog().waitFor({ state: 'detached' });
      expect(providersInFile().router.limits).to.deep.equal([{ requests: 7, per: '1m' }]);
    });
  });

  it('shows the change to make by hand if the file cannot be written', async function () {
    await two();
    visitor.expectTrouble(/403/);
    if (!makeReadOnly(server.file)) this.skip();
    try {
      await button('Disable router').click();
      await page.getByText('Nothing was saved. Make the change by hand.').waitFor();
      await page.getByText(/"enabled": false/).waitFor();
      await button('Copy the new lines').waitFor();
      await visitor.expectAccessible();
      visitor.expectNothingWrong();
    } finally {
      makeWritable(server.file);
    }
  });

  it('says what to do without providers', async () => {
    await start({ providers: {}, chains: {} });
    await page.getByText('No provider yet').waitFor();
    await visitor.expectAccessible();
    await page.getByRole('link', { name: 'Add your first provider' }).click();
    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
    visitor.expectNothingWrong();
  });

  it('keeps its content while 429chain is down, and says so', async () => {
    await two();
    visitor.expectTrouble(SERVER_AWAY);
    await card('spare').waitFor();
    await server.stop();
    await button('Test router').click();
    await page.getByText('429chain does not answer. Is it running?').waitFor();
    await card('router').waitFor();
    await server.listen();
    await page.getByText('Live', { exact: true }).waitFor();
    visitor.expectNothingWrong();
  });

  it('fits a phone', async () => {
    await two();
    await page.setViewportSize({ width: 360, height: 740 });
    await card('router').waitFor();
    await button('Edit router').click();
    await dialog().getByLabel('Base URL').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(360);
  });
});

/** Types of the page, which the tests are compiled without. */
const focusedIsInvalid = `(() => {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  return focused?.matches(':invalid, [aria-invalid=true]') ?? false;
})()`;
