import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { CHAIN_DEFAULTS } from '../../../admin-ui/src/data/chains/chain-defaults.js';
import { ChainsStage, complaint, WRITTEN } from './stage.js';

/** What scrolls besides the list of models while the dialog for targets is open: the page, and elements that overflow. */
const SCROLLS = `(() => {
  const all = (root) => [...root.querySelectorAll('*')].flatMap((each) => [each, ...(each.shadowRoot ? all(each.shadowRoot) : [])]);
  const scrolls = (each) => /auto|scroll/.test(getComputedStyle(each).overflowY) && each.scrollHeight > each.clientHeight + 1;
  const page = document.documentElement.style.overflow === 'hidden' ? [] : ['page'];
  return [...page, ...all(document.body).filter(scrolls).map(({ className }) => className).filter((name) => name !== 'rows')];
})()`;

describe('The settings of a chain in the admin', () => {
  const stage = ChainsStage.forEachTest();

  it('include limits and timeouts of a target, and incomplete ones are not saved', async () => {
    await stage.visit('chains/default');
    await stage.button('Limits and timeouts of two/c').click();
    const target = stage.page.locator('chain-target[target="two/c"]');
    expect(await target.getByLabel('First token').getAttribute('placeholder'), "its provider's").to.equal('25s');
    await target.getByLabel('Idle').fill('soon');
    await stage.button('Save').click();
    await stage.page.getByText('“soon” is no span of time.').waitFor();
    await stage.settles(() => target.getByLabel('Idle').evaluate((each) => each.matches(':focus')), true);
    await target.getByLabel('Idle').fill('9s');
    await stage.button('Add a limit').click();
    await stage.visitor.expectAccessible();
    await stage.page.keyboard.press('Control+s');
    expect(stage.server.text, 'how many?').to.equal(stage.configured());
    await target.getByLabel('How many').fill('30');
    await stage.page.keyboard.press('Control+s');
    await stage.saved('default');
    expect(stage.server.text).to.equal(
      stage.configured(
        WRITTEN.replace(
          "'two/c'",
          "{ provider: 'two', model: 'c', limits: [{ requests: 30, per: '1m' }], timeouts: { idle: '9s' } }",
        ),
      ),
    );
    stage.visitor.expectNothingWrong();
  });

  it('are saved, and show every default of the schema as placeholder', async () => {
    const { properties } = JSON.parse(readFileSync('schemas/429chain.schema.json', 'utf8')).$defs.fullChain;
    const defaults = Object.keys(CHAIN_DEFAULTS).map((key) => [key, properties[key].default]);
    expect(CHAIN_DEFAULTS).to.deep.equal(Object.fromEntries(defaults));
    await stage.visit('chains/careful');
    const settings = stage.page.locator('chain-settings');
    expect(await settings.getByLabel('Longest wait').inputValue()).to.equal('20s');
    await stage.button('All settings').click();
    for (const [label, placeholder] of [
      ['Longest wait', '30s'],
      ['Patience', '0s'],
      ['Retries', '0'],
      ['Connect', '10s'],
      ['First token', '60s'],
      ['Idle', '60s'],
      ['Total', '10m'],
    ]) {
      expect(await settings.getByLabel(label as string, { exact: true }).getAttribute('placeholder'), label).to.equal(
        placeholder,
      );
    }
    await settings.getByLabel('Longest wait').fill('');
    await settings.getByLabel('Patience').fill('2s');
    await settings.getByLabel('Retries').fill('1');
    await settings.getByLabel('Resume broken streams').selectOption('no');
    await settings.getByLabel('When content is refused').selectOption('try the next target');
    await settings.getByLabel('First token').fill('20s');
    await stage.button('Save').click();
    await stage.saved('careful');
    const lines = [
      "targets: ['two/b'],",
      "patience: '2s',",
      'retries: 1,',
      'resume: false,',
      "onModeration: 'next',",
      "timeouts: { firstToken: '20s' },",
    ];
    expect(stage.server.text).to.include(`    careful: {\n${lines.map((line) => `      ${line}\n`).join('')}    },\n`);
    await settings.getByLabel('Resume broken streams').selectOption('default: yes');
    await stage.button('Save').click();
    await stage.settles(() => stage.server.text.includes('resume'), false);
    stage.visitor.expectNothingWrong();
  });

  it('are folded to those that differ from the default, and all of them stay open over a reload', async () => {
    const chains = WRITTEN.replace(
      "maxWait: '20s'",
      "maxWait: '20s', patience: '0ms', resume: false, timeouts: { idle: '9s', connect: '10000ms' }",
    );
    await stage.visit('chains/careful', stage.configured(chains));
    const settings = stage.page.locator('chain-settings');
    const labels = (): Promise<(string | null)[]> =>
      settings.locator('label').evaluateAll((each) => each.map(({ textContent }) => textContent));
    await settings.getByText('3 settings differ from the default.').waitFor();
    expect(await labels()).to.have.members(['Longest wait', 'Resume broken streams', 'Idle']);
    await settings.getByLabel('Longest wait').fill('');
    await settings.getByText('2 settings differ from the default.').waitFor();
    expect(await labels(), 'a field stays while it is edited').to.include('Longest wait');
    await stage.button('Discard').click();
    await stage.button('All settings').click();
    await settings.getByLabel('Retries').waitFor();
    await stage.page.reload();
    await settings.getByLabel('Retries').waitFor();
    await stage.visitor.expectAccessible();
    await stage.page.goto(new URL('/admin/chains/default', stage.page.url()).href);
    await settings.getByText('Every setting has its default.').waitFor();
    stage.visitor.expectNothingWrong();
  });

  it('include the rules for free and private targets, and show what they pass over before they are saved', async () => {
    await stage.visit('chains/careful');
    const settings = stage.page.locator('chain-settings');
    await stage.settles(stage.steps, ['next']);
    await stage.button('All settings').click();
    await settings.getByLabel('Cost').selectOption('free targets only');
    await stage.settles(
      async () => (await stage.steps()).map((step) => step.split(':').slice(0, 2).join(':')),
      ['skipped: not free'],
    );
    await settings.getByLabel('Privacy').selectOption('no training on requests');
    await stage.visitor.expectAccessible();
    await stage.button('Save').click();
    await stage.saved('careful');
    expect(stage.server.text).to.include("free: 'only', privacy: 'no-training' },");
    await stage.page.goto(new URL('/admin/chains', stage.page.url()).href);
    await stage.page.getByText('skipped: not free: it is not among the free models of OpenRouter').waitFor();
    stage.visitor.expectNothingWrong();
  });

  it('are saved together with a new name, and the address follows', async () => {
    await stage.visit('chains/careful');
    const name = stage.page.getByRole('textbox', { name: 'Name' });
    await name.fill('default');
    await stage.button('Save').click();
    expect(await complaint(name)).to.include('already');
    await name.fill('50% as careful?');
    await stage.button('All settings').click();
    await stage.page.locator('chain-settings').getByLabel('Retries').fill('2');
    await stage.button('Save').click();
    await stage.saved('50% as careful?');
    expect(stage.server.text).to.include(
      "'50% as careful?': { targets: ['two/b'], maxWait: '20s' /* no longer */, retries: 2 }",
    );
    await stage.page.reload();
    await stage.page.getByRole('heading', { name: '50% as careful?', level: 1 }).waitFor();
    await stage.settles(stage.order, ['two/b']);
    await stage.button('Make default').click();
    await stage.page.getByText('This is the default chain').waitFor();
    expect(stage.server.text).to.include("defaultChain: '50% as careful?', // said aloud");
    stage.visitor.expectNothingWrong();
  });

  it('fit a phone', async () => {
    await stage.visit('chains/default');
    await stage.page.setViewportSize({ width: 360, height: 740 });
    await stage.button('Limits and timeouts of two/b').click();
    await stage.button('Remove one/a').click();
    await stage.button('Add targets').click();
    await stage.button('Add two/maker/paid').click();
    for (const [width, height] of [
      [360, 740],
      [1280, 800],
      [1280, 620],
    ] as const) {
      await stage.page.setViewportSize({ width, height });
      await stage.nextFrame();
      expect(await stage.page.evaluate(SCROLLS), `${width} × ${height}`).to.deep.equal([]);
    }
    await stage.page.setViewportSize({ width: 360, height: 740 });
    const width = await stage.page.evaluate('document.documentElement.scrollWidth');
    expect(width).to.equal(360);
    await stage.visitor.expectAccessible();
    stage.visitor.expectNothingWrong();
  });
});
