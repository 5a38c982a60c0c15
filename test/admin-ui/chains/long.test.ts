import { expect } from 'chai';
import { reply } from '../../scripted-upstream.js';
import { ChainsStage, WRITTEN } from './stage.js';

describe('The targets of a long chain in the admin', () => {
  const stage = ChainsStage.forEachTest();
  const targets = Array.from({ length: 120 }, (_, index) => `two/model-${index + 1}`);
  const chains = WRITTEN.replace("targets: ['two/b']", `targets: ${JSON.stringify(targets)}`);

  const isFocused = (name: string): Promise<boolean> => stage.button(name).evaluate((each) => each.matches(':focus'));
  const drafted = async (): Promise<string[]> => {
    await stage.button('Save').click();
    await stage.saved('careful');
    const { chains } = await (await stage.page.request.get(`${stage.server.address}/admin/api/chains`)).json();
    return chains
      .find(({ name }: { name: string }) => name === 'careful')
      .targets.map(({ target }: { target: string }) => target);
  };

  it('fit the page, are found by name or place, and move far by keyboard', async () => {
    await stage.visit('chains/careful', stage.configured(chains));
    await stage.button('Move two/model-1').waitFor();
    expect(await stage.page.evaluate('document.documentElement.scrollHeight')).to.be.below(2 * 800);
    expect(await stage.page.locator('sortable-list li').count(), 'rows in the document').to.be.below(60);
    const find = stage.page.getByRole('searchbox', { name: 'Find a target' });
    await find.fill('model-11');
    await stage.page.getByText('1 of 11', { exact: true }).waitFor();
    await find.press('Enter');
    await stage.page.getByText('2 of 11', { exact: true }).waitFor();
    await stage.button('Move two/model-110').waitFor();
    expect(await isFocused('Move two/model-110')).to.equal(false);
    await find.press('ArrowDown');
    await stage.settles(() => isFocused('Move two/model-110'), true);
    await stage.page.keyboard.press('Home');
    await stage.settles(() => isFocused('Move two/model-110'), true);
    await stage.page.keyboard.press('PageDown');
    await stage.settles(() => isFocused('Move two/model-110'), true);
    await find.fill('#58');
    await find.press('ArrowDown');
    await stage.settles(() => isFocused('Move two/model-57'), true);
    await stage.choose('two/model-57', 'Move to place…');
    await stage.page.getByLabel('Place', { exact: true }).fill('119');
    await stage.page.keyboard.press('Enter');
    await stage.settles(() => isFocused('Move two/model-57'), true);
    const expected = targets.filter((target) => target !== 'two/model-110').toSpliced(10, 0, 'two/model-110');
    const others = expected.filter((target) => target !== 'two/model-57');
    expect(await drafted()).to.deep.equal(others.toSpliced(118, 0, 'two/model-57'));
    stage.visitor.expectNothingWrong();
  });

  it('are dragged past the end of what is in sight, and keep an open panel in the document', async () => {
    await stage.visit('chains/careful', stage.configured(chains));
    await stage.button('Limits and timeouts of two/model-1').click();
    await stage.page.locator('chain-target').first().getByLabel('Idle').fill('soon');
    const list = await stage.page.locator('sortable-list .long').boundingBox();
    await stage.hold('two/model-2');
    await stage.page.mouse.move((list?.x ?? 0) + 90, (list?.y ?? 0) + (list?.height ?? 0) - 8, { steps: 5 });
    await stage.button('Move two/model-60').waitFor();
    await stage.page.mouse.move((list?.x ?? 0) + 90, (list?.y ?? 0) + 200, { steps: 3 });
    await stage.page.locator('[data-drop]').waitFor();
    await stage.page.mouse.up();
    await stage.page.locator('[data-drop]').waitFor({ state: 'detached' });
    await stage.button('Save').click();
    await stage.page.getByText('“soon” is no span of time.').waitFor();
    await stage.page.locator('chain-target').first().getByLabel('Idle').fill('5s');
    const order = await drafted();
    expect(order.indexOf('two/model-2')).to.be.above(12);
    expect(order.filter((target) => target !== 'two/model-2')).to.deep.equal(targets.toSpliced(1, 1));
    stage.visitor.expectNothingWrong();
  });
});

describe('A target of an edited chain', () => {
  const stage = ChainsStage.forEachTest();

  it('shows what is left of its limits, when they are full again, and the words of its last failure', async () => {
    await stage.visit('chains/default');
    const second = stage.page.locator('chain-target[target="two/b"]');
    await second.getByRole('meter', { name: 'requests per 1m left, two/b' }).waitFor();
    await second.getByText('5 of 5 requests per 1m').waitFor();
    stage.one.script(reply(429, { error: { message: 'Enough for now' } }, { 'retry-after': '300' }));
    await stage.server.chat();
    await second.getByText('4 of 5 requests per 1m').waitFor();
    await second.getByText(/resets in \d+ s/).waitFor();
    await stage.button('Limits and timeouts of one/a').click();
    const now = stage.page.locator('chain-target[target="one/a"] target-now');
    await now.getByText('exhausted').waitFor();
    await now.getByText(/back in \d min/).waitFor();
    await now.getByText(/Enough for now/).waitFor();
    await stage.visitor.expectAccessible();
    stage.visitor.expectNothingWrong();
  });
});
