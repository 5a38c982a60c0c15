import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { until } from '../../until.js';
import { GOOD_KEY, WRONG_KEY } from '../model-provider.js';
import { wholePage } from '../whole-page.js';
import { ProvidersStage } from './stage.js';

const PLUGIN = fileURLToPath(new URL('../../fixtures/plugins/provider-with-options', import.meta.url));

describe('The dialog of a provider', () => {
  const stage = ProvidersStage.forEachTest();

  it('adds a provider: type, key, test, models, save. The key is in .env and nowhere on the page', async () => {
    await stage.startWithTwo();
    await stage.button('Add a provider').click();
    await stage.button('OpenRouter', stage.dialog).click();
    await stage.dialog.getByLabel('Id', { exact: true }).fill('second');
    await stage.dialog.getByLabel('Base URL').fill(stage.upstream.baseUrl);
    await stage.dialog.getByLabel('Key', { exact: true }).fill(GOOD_KEY);
    await stage.button('Test', stage.dialog).click();
    await stage.dialog.getByText('It works. 3 models, 2 of them free.').waitFor();
    await stage.dialog.getByText('seeing/nine:free').waitFor();
    await stage.visitor.expectAccessible();
    await stage.button('Add', stage.dialog).click();
    await stage.card('second').waitFor();
    expect(stage.written.second).to.deep.equal({
      type: 'openrouter',
      apiKey: '${SECOND_API_KEY}',
      baseUrl: stage.upstream.baseUrl,
    });
    expect(stage.dotEnv).to.contain(`SECOND_API_KEY=${GOOD_KEY}`);
    expect(await wholePage(stage.page)).not.to.contain(GOOD_KEY);
    stage.visitor.expectNothingWrong();
  });

  it('says that a key is wrong, and accepts another one', async () => {
    await stage.startWithTwo();
    await stage.button('Edit router').click();
    await stage.dialog.getByLabel('Key', { exact: true }).fill(WRONG_KEY);
    await stage.button('Test', stage.dialog).click();
    await stage.dialog.getByText('The provider refuses this key. Is it complete, and from this provider?').waitFor();
    await stage.dialog.getByLabel('Key', { exact: true }).fill(GOOD_KEY);
    await stage.button('Test', stage.dialog).click();
    await stage.dialog.getByText('It works.').waitFor();
  });

  it('keeps a key that was not entered again (pitfall 36: the mask is never saved as the key)', async () => {
    await stage.startWithTwo();
    await stage.button('Edit router').click();
    expect(await stage.dialog.getByLabel('Key', { exact: true }).getAttribute('placeholder')).to.equal('sk-g…4f2a');
    await stage.button('Add a limit', stage.dialog).click();
    await stage.dialog.getByRole('group', { name: 'limit 2' }).getByLabel('How many').fill('500000');
    await stage.dialog.getByRole('group', { name: 'limit 2' }).getByLabel('Of what').selectOption('tokens');
    await stage.dialog.getByRole('group', { name: 'limit 2' }).getByLabel('In which span of time').fill('1d');
    await stage.dialog.getByText('Timeouts and headers').click();
    await stage.dialog.getByLabel('First token').fill('1m30s');
    await stage.button('Save', stage.dialog).click();
    await stage.dialogsClosed();
    expect(stage.written.router).to.deep.equal({
      type: 'openrouter',
      apiKey: '${ROUTER_API_KEY}',
      baseUrl: stage.upstream.baseUrl,
      limits: [
        { requests: 30, per: '1m' },
        { tokens: 500_000, per: '1d' },
      ],
      timeouts: { firstToken: '1m30s' },
    });
    expect(stage.dotEnv).to.equal(`ROUTER_API_KEY=${GOOD_KEY}\n`);
  });

  it('writes limits by the calendar and in units, and a shared account', async () => {
    await stage.startWithTwo();
    await stage.button('Edit router').click();
    const limit = (nth: number) => stage.dialog.getByRole('group', { name: `limit ${nth}` });
    await limit(1).getByLabel('Which window').selectOption('day');
    await limit(1).getByLabel('Time zone').fill('America/Los_Angelos');
    await stage.button('Save', stage.dialog).click();
    await limit(1).getByLabel('Time zone').fill('America/Los_Angeles');
    await stage.button('Add a limit', stage.dialog).click();
    await limit(2).getByLabel('How many').fill('0.5');
    await limit(2).getByLabel('Of what').selectOption('units');
    await limit(2).getByLabel('Which window').selectOption('month');
    await limit(2).getByLabel('From which day of the month').fill('31');
    await limit(2).getByLabel('What a request costs').fill('{"*": {"input": 0.001}}');
    await stage.dialog.getByLabel('Shared account').fill('main');
    await stage.button('Save', stage.dialog).click();
    await stage.dialogsClosed();
    expect(stage.written.router).to.deep.include({
      account: 'main',
      limits: [
        { requests: 30, each: 'day', zone: 'America/Los_Angeles' },
        { units: 0.5, each: 'month', from: 31, costs: { '*': { input: 0.001 } } },
      ],
    });
    await stage.button('Edit router').click();
    expect(await stage.dialog.getByLabel('Shared account').inputValue()).to.equal('main');
    expect(await limit(1).getByLabel('Time zone').inputValue()).to.equal('America/Los_Angeles');
  });

  for (const [what, wrong, words] of [
    ['an invalid duration', async () => stage.dialog.getByLabel('Connect').fill('6 seconds'), 'is no span of time'],
    ['the id of another provider', async () => stage.dialog.getByLabel('Id', { exact: true }).fill('spare'), undefined],
    ['an incomplete limit', async () => stage.button('Add a limit', stage.dialog).click(), undefined],
  ] as const) {
    it(`does not save ${what}, and focuses the field`, async () => {
      await stage.startWithTwo();
      const before = stage.server.text;
      await stage.button('Add a provider').click();
      await stage.button('Groq', stage.dialog).click();
      await stage.dialog.getByText('Timeouts and headers').click();
      await wrong();
      await stage.button('Add', stage.dialog).click();
      if (words !== undefined) await stage.dialog.getByText(words).waitFor();
      expect(await stage.focusedIsInvalid()).to.equal(true);
      expect(stage.server.text).to.equal(before);
    });
  }

  it("generates a form for the options of a plugin's type", async () => {
    await stage.start({ plugins: [PLUGIN], providers: {}, chains: {} });
    await stage.button('I know my way').click();
    await stage.button('Regional', stage.dialog).click();
    await stage.dialog.getByLabel('Base URL').fill(stage.upstream.baseUrl);
    await stage.button('Add', stage.dialog).click();
    expect(await stage.focusedIsInvalid(), 'what is required').to.equal(true);
    await stage.dialog.getByLabel('Account', { exact: true }).fill('mine');
    await stage.dialog.getByLabel('Region', { exact: true }).selectOption('us');
    await stage.dialog.getByLabel('Retries').fill('9');
    await stage.button('Add', stage.dialog).click();
    expect(await stage.focusedIsInvalid(), 'what is too much').to.equal(true);
    await stage.dialog.getByLabel('Retries').fill('3');
    await stage.dialog.getByLabel('Safe mode').check();
    await stage.dialog.getByLabel('Tags').fill('one\n\n two ');
    await stage.dialog.getByLabel('Extra').fill('{"depth": ');
    await stage.button('Add', stage.dialog).click();
    await stage.dialog.getByText('This is not JSON.').waitFor();
    await stage.dialog.getByLabel('Extra').fill('{"depth": 2}');
    await stage.visitor.expectAccessible();
    await stage.button('Add', stage.dialog).click();
    await stage.card('regional').waitFor();
    expect(stage.written.regional.options).to.deep.equal({
      account: 'mine',
      region: 'us',
      retries: 3,
      safeMode: true,
      tags: ['one', 'two'],
      extra: { depth: 2 },
    });
    stage.visitor.expectNothingWrong();
  });

  it('asks before it discards unsaved input', async () => {
    await stage.startWithTwo();
    await stage.button('Edit router').click();
    await stage.dialog.getByLabel('Key', { exact: true }).fill(GOOD_KEY);
    await stage.page.keyboard.press('Escape');
    await stage.button('Keep editing').click();
    await stage.button('Keep editing').waitFor({ state: 'detached' });
    expect(await stage.dialog.getByLabel('Key', { exact: true }).inputValue()).to.equal(GOOD_KEY);
    await stage.page.keyboard.press('Escape');
    await stage.button('Leave').click();
    await stage.dialogsClosed();
  });

  describe('in two tabs', () => {
    /** Opens the dialog, then changes `id` in another tab. */
    const changedElsewhere = async (id: string): Promise<void> => {
      await stage.startWithTwo();
      stage.visitor.expectTrouble(/409|status of 409/);
      await stage.button('Edit router').click();
      await stage.dialog.getByLabel('Base URL').waitFor();
      const other = await stage.visitor.anotherTab('providers');
      await other.getByRole('button', { name: `Disable ${id}` }).click();
      await other.getByRole('button', { name: `Enable ${id}` }).waitFor();
      await stage.dialog.getByRole('group', { name: 'limit 1' }).getByLabel('How many').fill('7');
      await stage.button('Save', stage.dialog).click();
    };

    it('saves if another part of the configuration was changed, and keeps that change', async () => {
      await changedElsewhere('spare');
      await stage.dialogsClosed();
      expect(stage.written.router.limits).to.deep.equal([{ requests: 7, per: '1m' }]);
      expect(stage.written.spare.enabled).to.equal(false);
      stage.visitor.expectNothingWrong();
    });

    it('asks which version to keep if the same provider was changed, and takes theirs', async () => {
      await changedElsewhere('router');
      await stage.button('Take theirs', stage.dialog).click();
      const howMany = stage.dialog.getByRole('group', { name: 'limit 1' }).getByLabel('How many');
      await until(async () => (await howMany.inputValue()) === '30');
      expect(stage.written.router).to.deep.include({ enabled: false, limits: [{ requests: 30, per: '1m' }] });
    });

    it('keeps mine', async () => {
      await changedElsewhere('router');
      await stage.button('Keep mine', stage.dialog).click();
      await stage.dialogsClosed();
      expect(stage.written.router.limits).to.deep.equal([{ requests: 7, per: '1m' }]);
    });
  });
});
