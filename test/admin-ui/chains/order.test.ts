import { expect } from 'chai';
import { ChainsStage, WRITTEN } from './stage.js';

describe('The targets of a chain in the admin', () => {
  const stage = ChainsStage.forEachTest();

  it('are reordered by drag, with the comments of the file (pitfall 35: comments were lost)', async () => {
    await stage.visit('chains/default');
    await stage.settles(stage.order, ['one/a', 'two/b', 'two/c']);
    await stage.drag('one/a', 'two/c');
    await stage.settles(stage.order, ['two/b', 'two/c', 'one/a']);
    await stage.drag('one/a', 'two/b');
    await stage.settles(stage.order, ['one/a', 'two/b', 'two/c']);
    await stage.drag('one/a', 'two/b');
    await stage.settles(stage.order, ['two/b', 'one/a', 'two/c']);
    await stage.button('Save').click();
    await stage.saved('default');
    const [, first, second] = WRITTEN.split(/( {6}\/\/ asked first\n.*\n)( {6}\/\/ asked second\n.*\n)/);
    expect(stage.server.text).to.equal(stage.configured(WRITTEN.replace(`${first}${second}`, `${second}${first}`)));
    stage.visitor.expectNothingWrong();
  });

  it('are saved once after two quick drags, and never snap back (pitfall 38: they were two saves in any order)', async () => {
    await stage.visit('chains/default');
    await stage.settles(stage.order, ['one/a', 'two/b', 'two/c']);
    const puts: string[] = [];
    stage.page.on('request', (request) => {
      if (request.method() === 'PUT') puts.push(request.url());
    });
    await stage.drag('one/a', 'two/c');
    await stage.drag('two/b', 'two/c');
    await stage.settles(stage.order, ['two/c', 'two/b', 'one/a']);
    expect(puts).to.deep.equal([]);
    const orders = new Set<string>();
    await stage.page.keyboard.press('Control+s');
    await stage.page.keyboard.press('Control+s');
    const done = stage.saved('default').then(() => true);
    do orders.add(JSON.stringify(await stage.order()));
    while (!(await Promise.race([done, stage.nextFrame().then(() => false)])));
    orders.add(JSON.stringify(await stage.order()));
    expect([...orders]).to.deep.equal([JSON.stringify(['two/c', 'two/b', 'one/a'])]);
    expect(puts).to.have.length(1);
    expect(stage.server.text.indexOf("'two/c'")).to.be.below(stage.server.text.indexOf("'one/a'"));
    stage.visitor.expectNothingWrong();
  });

  it('are reordered by keyboard, with the focus kept and the new position announced', async () => {
    await stage.visit('chains/default');
    const handle = stage.button('Move one/a');
    await handle.focus();
    for (const [key, places, words] of [
      ['ArrowDown', ['two/b', 'one/a', 'two/c'], 'one/a is number 2 of 3 now.'],
      ['End', ['two/b', 'two/c', 'one/a'], 'one/a is number 3 of 3 now.'],
      ['ArrowDown', ['two/b', 'two/c', 'one/a'], 'one/a is number 3 of 3 now.'],
      ['ArrowUp', ['two/b', 'one/a', 'two/c'], 'one/a is number 2 of 3 now.'],
      ['Home', ['one/a', 'two/b', 'two/c'], 'one/a is number 1 of 3 now.'],
    ] as const) {
      await stage.page.keyboard.press(key);
      await stage.settles(stage.order, [...places]);
      await stage.settles(() => stage.page.locator('sortable-list').getByRole('status').textContent(), words);
      await stage.settles(() => handle.evaluate((each) => each.matches(':focus')), true);
    }
    expect(await stage.button('Save').count(), 'as it was').to.equal(0);
    stage.visitor.expectNothingWrong();
  });

  it('are removed, and restored in their place', async () => {
    await stage.visit('chains/default');
    await stage.button('Remove two/b').click();
    await stage.settles(stage.order, ['one/a', 'two/c']);
    await stage.settles(() => stage.button('Move two/c').evaluate((each) => each.matches(':focus')), true);
    await stage.button('Undo').click();
    await stage.settles(stage.order, ['one/a', 'two/b', 'two/c']);
    expect(await stage.button('Save').count()).to.equal(0);
    for (const target of ['one/a', 'two/b', 'two/c']) await stage.button(`Remove ${target}`).click();
    await stage.button('Save').click();
    await stage.page.getByText('A chain needs a target. Add one, or remove the chain.').waitFor();
    await stage.button('Discard').click();
    await stage.settles(stage.order, ['one/a', 'two/b', 'two/c']);
    await stage.button('Bring mine back').click();
    await stage.settles(stage.order, []);
    expect(stage.server.text).to.equal(stage.configured());
    stage.visitor.expectNothingWrong();
  });

  it('show a change made elsewhere only after the drag', async () => {
    await stage.visit('chains/default');
    await stage.settles(stage.order, ['one/a', 'two/b', 'two/c']);
    const handle = await stage.button('Move one/a').boundingBox();
    await stage.hold('one/a');
    await stage.page.mouse.move(handle?.x ?? 0, (handle?.y ?? 0) + 150, { steps: 8 });
    await stage.page.locator('[data-drop]').waitFor();
    await stage.server.changeElsewhere('chains/default', { targets: [{ target: 'two/c' }, { target: 'one/z' }] });
    await stage.page.getByText('default was changed elsewhere.').waitFor();
    await stage.page.mouse.up();
    await stage.settles(stage.order, ['two/c', 'one/z']);
    expect(await stage.page.getByRole('region', { name: 'Unsaved changes' }).count()).to.equal(0);
    stage.visitor.expectNothingWrong();
  });
});
