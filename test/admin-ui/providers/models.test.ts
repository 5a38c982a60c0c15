import { expect } from 'chai';
import { ProvidersStage } from './stage.js';

describe('The models of a provider', () => {
  const stage = ProvidersStage.forEachTest();

  for (const [filter, choose, found] of [
    ['Free', () => stage.button('Free', stage.dialog).click(), ['small/eight:free', 'seeing/nine:free']],
    ['Vision', () => stage.button('Vision', stage.dialog).click(), ['seeing/nine:free', 'paid/large']],
    ['Tools', () => stage.button('Tools', stage.dialog).click(), ['seeing/nine:free', 'paid/large']],
    ['the context window', () => stage.dialog.getByLabel('Context ≥').selectOption('200K'), ['paid/large']],
    ['words', () => stage.dialog.getByLabel('Search models').fill('free nine'), ['seeing/nine:free']],
  ] as const) {
    it(`are filtered by ${filter}`, async () => {
      await stage.startWithTwo();
      await stage.button('Models of router').click();
      await stage.dialog.getByText('paid/large').waitFor();
      await choose();
      await stage.dialog
        .getByText(found.length === 1 ? '1 model' : `${found.length} models`, { exact: true })
        .waitFor();
      expect((await stage.dialog.locator('tbody code').allTextContents()).sort()).to.deep.equal([...found].sort());
    });
  }

  it('are shown with price and context window', async () => {
    await stage.startWithTwo();
    await stage.button('Models of router').click();
    const row = stage.dialog.getByRole('row', { name: /paid\/large/ });
    await row.waitFor();
    expect(await row.getByRole('cell').allTextContents()).to.deep.equal([
      'paid/largeLarge200K context · $1 / $2 · vision · tools',
      '200K',
      '$1 / $2',
      'vision, tools',
    ]);
    await stage.visitor.expectAccessible();
    stage.visitor.expectNothingWrong();
  });
});
