import { expect } from 'chai';
import { ChainsStage, WRITTEN } from './stage.js';

/** `count` targets of the provider `two`. */
const models = (count: number): string[] => Array.from({ length: count }, (_, index) => `two/model-${index + 1}`);

/** The chains of `WRITTEN` and more of them. */
const withMore = (chains: Readonly<Record<string, readonly string[]>>): string =>
  WRITTEN.replace(
    '  },\n  defaultChain',
    `${Object.entries(chains)
      .map(([name, targets]) => `    '${name}': ${JSON.stringify(targets)},\n`)
      .join('')}  },\n  defaultChain`,
  );

describe('Many chains', () => {
  const stage = ChainsStage.forEachTest();

  const heightOfPage = (): Promise<number> => stage.page.evaluate('document.documentElement.scrollHeight');
  const names = (): Promise<(string | null)[]> =>
    stage.page.locator('chain-card h2').evaluateAll((each) => each.map(({ textContent }) => textContent));

  it('are one line each with what is left, and stay open or folded over a reload', async () => {
    const more = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`chain ${index}`, models(4)]));
    await stage.visit('chains', stage.configured(withMore({ ...more, 'chain 1': models(120) })));
    await stage.card('chain 0').waitFor();
    expect(await heightOfPage()).to.be.below(42 * 70 + 400);
    await stage.card('chain 39').getByRole('meter', { name: 'Left of chain 39' }).waitFor();
    await stage.button('Targets of chain 1').click();
    await stage.button('Targets of careful').click();
    await stage.button('Move two/model-1').waitFor();
    expect(await stage.page.locator('sortable-list li').count(), 'the rows in the document').to.be.below(60);
    await stage.page.reload();
    await stage.button('Move two/model-1').waitFor();
    await stage.button('Move two/b').waitFor();
    expect(await stage.page.locator('chain-card[open]').count()).to.equal(2);
    await stage.button('Fold all').click();
    expect(await stage.page.locator('chain-card[open]').count()).to.equal(0);
    stage.visitor.expectNothingWrong();
  });

  it('above fifty are in the document only while they are in sight', async () => {
    const more = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`chain ${index}`, ['two/c']]));
    await stage.visit('chains', stage.configured(withMore(more)));
    await stage.card('chain 0').waitFor();
    expect((await names()).length).to.be.below(60);
    await stage.page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await stage.card('chain 199').waitFor();
    expect(await names()).not.to.include('chain 0');
    stage.visitor.expectNothingWrong();
  });

  it('are found by name, provider and model, with the targets that were searched for', async () => {
    await stage.visit('chains', stage.configured(withMore({ fast: models(70), slow: ['one/model-7', 'two/c'] })));
    const search = stage.page.getByRole('searchbox', { name: 'Search chains' });
    for (const [text, found, targets] of [
      ['FAST', ['fast'], []],
      ['model-7', ['fast', 'slow'], ['two/model-7', 'two/model-70', 'one/model-7']],
      ['two c', ['default', 'careful', 'slow'], ['two/c', 'two/c']],
      ['slow one', ['slow'], ['one/model-7']],
      ['nothing like it', [], []],
    ] as const) {
      await search.fill(text);
      if (text === 'two c') await search.fill('two/c');
      await stage.settles(names, text === 'two c' ? ['default', 'slow'] : [...found]);
      const rows = stage.page.locator('.found card-target .name');
      expect(await rows.evaluateAll((each) => each.map(({ textContent }) => textContent)), text).to.deep.equal(targets);
    }
    await stage.page.getByText('No chain, provider or model has “nothing like it” in its name.').waitFor();
    await search.fill('model-70');
    await stage.card('fast').getByText('70', { exact: true }).waitFor();
    await stage.visitor.expectAccessible();
    stage.visitor.expectNothingWrong();
  });

  it('give each other targets by drag, into an open list and onto a folded line', async () => {
    await stage.visit('chains', stage.configured(withMore({ fast: ['one/z', 'two/x'] })));
    await stage.drag('two/b', 'two/x', stage.card('default'), stage.card('fast'));
    await stage.page.getByText('two/b moved from default to fast.').waitFor();
    await stage.settles(() => stage.order(stage.card('fast')), ['one/z', 'two/x', 'two/b']);
    await stage.settles(() => stage.order(stage.card('default')), ['one/a', 'two/c']);
    expect(stage.server.text, 'with its limits').to.match(/fast': \[[^\]]*model: 'b', limits: \[\{ requests: 5/);
    await stage.button('Undo').click();
    await stage.settles(() => stage.order(stage.card('default')), ['one/a', 'two/b', 'two/c']);
    await stage.settles(() => stage.order(stage.card('fast')), ['one/z', 'two/x']);
    await stage.button('Targets of careful').click();
    const careful = await stage.card('careful').boundingBox();
    await stage.hold('one/a', stage.card('default'));
    await stage.page.mouse.move((careful?.x ?? 0) + 90, (careful?.y ?? 0) + 20, { steps: 5 });
    await stage.page.locator('chain-card .drop').waitFor();
    await stage.page.mouse.up();
    await stage.page.getByText('one/a moved from default to careful.').waitFor();
    expect(stage.server.text).to.include("careful: { targets: ['two/b', 'one/a'], maxWait: '20s' /* no longer */ }");
    stage.visitor.expectNothingWrong();
  });

  it('take no target twice, and Escape ends a drag', async () => {
    await stage.visit('chains');
    await stage.card('careful').waitFor();
    const careful = await stage.card('careful').getByRole('listitem').boundingBox();
    await stage.hold('two/b', stage.card('default'));
    await stage.page.mouse.move((careful?.x ?? 0) + 90, (careful?.y ?? 0) + 20, { steps: 5 });
    expect(await stage.page.locator('[data-drop]').count(), 'careful has it').to.equal(0);
    await stage.page.mouse.up();
    const row = await stage.card('default').getByRole('listitem').last().boundingBox();
    await stage.hold('one/a', stage.card('default'));
    await stage.page.mouse.move((row?.x ?? 0) + 90, (row?.y ?? 0) + 20, { steps: 5 });
    await stage.page.locator('[data-drop]').waitFor();
    await stage.page.keyboard.press('Escape');
    await stage.page.mouse.up();
    expect(await stage.order(stage.card('default'))).to.deep.equal(['one/a', 'two/b', 'two/c']);
    expect(stage.server.text).to.equal(stage.configured());
    stage.visitor.expectNothingWrong();
  });

  it('give each other targets by keyboard', async () => {
    await stage.visit('chains');
    const { keyboard } = stage.page;
    await stage.button('More about one/a in default').focus();
    await keyboard.press('Enter');
    await stage.settles(
      () =>
        stage.page
          .getByRole('menuitem')
          .first()
          .evaluate((each) => each.matches(':focus')),
      true,
    );
    await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await stage.page.getByRole('dialog', { name: 'Copy one/a' }).waitFor();
    await stage.page.getByLabel('Put it first').check();
    await stage.visitor.expectAccessible();
    await stage.button('Copy').click();
    await stage.page.getByText('one/a is in careful too now.').waitFor();
    await stage.settles(() => stage.order(stage.card('careful')), ['one/a', 'two/b']);
    await stage.settles(() => stage.order(stage.card('default')), ['one/a', 'two/b', 'two/c']);
    await stage.choose('two/b in careful', 'Move to chain…');
    expect(await stage.page.getByRole('option', { name: 'default (has it already)' }).isDisabled()).to.equal(true);
    await stage.button('Cancel').click();
    await stage.button('Undo').click();
    await stage.settles(() => stage.order(stage.card('careful')), ['two/b']);
    stage.visitor.expectNothingWrong();
  });

  it('keep their last target', async () => {
    await stage.visit('chains', stage.configured(withMore({ fast: ['one/z'] })));
    await stage.choose('one/z in fast', 'Move to chain…');
    await stage.button('Move').click();
    await stage.page.getByText('one/z is the only target of fast, and a chain needs one.').waitFor();
    await stage.button('Cancel').click();
    await stage.drag('one/z', 'two/b', stage.card('fast'), stage.card('careful'));
    await stage.page.getByText('one/z is the only target of fast, and a chain needs one.').waitFor();
    await stage.settles(() => stage.order(stage.card('careful')), ['two/b']);
    stage.visitor.expectNothingWrong();
  });

  it('include copies, with every setting', async () => {
    await stage.visit('chains');
    await stage.choose('careful', 'Duplicate…');
    const name = stage.page.getByRole('textbox', { name: 'Name' });
    expect(await name.inputValue()).to.equal('careful 2');
    await name.press('Enter');
    await stage.page.getByText('careful 2 is a copy of careful.').waitFor();
    expect(stage.server.text).to.include("'careful 2': { targets: ['two/b'], maxWait: '20s' }");
    stage.visitor.expectNothingWrong();
  });
});
