import { expect } from 'chai';
import { reply } from '../../scripted-upstream.js';
import { until } from '../../until.js';
import { ProvidersStage } from './stage.js';

const MANY = 5_000;

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

  it(`are scrolled through, ${MANY} of them, with a few dozen rows in the document`, async () => {
    await stage.startWithTwo();
    // Every third name takes two lines.
    const model = (index: number) => ({
      id: `maker/model-${index}`,
      ...(index % 3 === 0 ? { name: `Number ${index}` } : {}),
    });
    stage.upstream.always(reply(200, { data: Array.from({ length: MANY }, (_, index) => model(index)) }));
    await stage.button('Models of router').click();
    const { dialog } = stage;
    await dialog.getByText('maker/model-0', { exact: true }).waitFor();
    const rows = dialog.locator('[data-row]');
    const scroller = dialog.getByRole('region', { name: 'Models found' });
    const counts = [await rows.count()];
    for (const share of [0.3, 0.7, 1]) {
      await scroller.evaluate((element, to) => {
        element.scrollTop = element.scrollHeight * to;
      }, share);
      const middle = Math.round(share * MANY);
      const near = share === 1 ? [middle - 1] : [middle - 60, middle + 60];
      await until(async () => {
        const shown = (await rows.evaluateAll((all) =>
          all.map((row) => Number(row.getAttribute('data-row'))),
        )) as number[];
        return shown.some((index) => index >= (near[0] as number) && index <= (near.at(-1) as number));
      });
      counts.push(await rows.count());
    }
    expect(Math.max(...counts)).to.be.below(60);
    await dialog.getByLabel('Search models').fill('model-4321');
    await dialog.getByText('maker/model-4321', { exact: true }).waitFor();
    expect(await rows.count()).to.equal(1);
    stage.visitor.expectNothingWrong();
  });
});
