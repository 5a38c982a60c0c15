import { expect } from 'chai';
import { reply } from '../../scripted-upstream.js';
import { SERVER_AWAY } from '../browser.js';
import { ChainsStage, complaint, WRITTEN } from './stage.js';

describe('The page Chains', () => {
  const stage = ChainsStage.forEachTest();

  it('lists each chain with its targets and their states, and marks the default chain', async () => {
    await stage.visit('chains');
    const first = stage.page.getByRole('article', { name: 'Chain default' });
    await first.getByText('default', { exact: true }).last().waitFor();
    for (const [index, [target, state]] of [
      ['one/a', 'available'],
      ['two/b', 'available'],
      ['two/c', 'available'],
    ].entries()) {
      const row = first.getByRole('listitem').nth(index);
      expect(await row.locator('.name').textContent()).to.equal(target);
      await row.getByText(state as string).waitFor();
    }
    stage.one.script(reply(429, { error: { message: 'Enough' } }, { 'retry-after': '300' }));
    await stage.server.chat();
    await first.getByText('exhausted').waitFor();
    await first.getByText(/back in \d min/).waitFor();
    await stage.visitor.expectAccessible();
    stage.visitor.expectNothingWrong();
  });

  it('adds a chain: a name, targets from the list and by hand', async () => {
    await stage.visit('chains');
    await stage.button('Add a chain').click();
    const name = stage.page.getByRole('textbox', { name: 'Name' });
    await stage.settles(() => name.evaluate((input) => input.matches(':focus')), true);
    await name.fill('careful');
    await stage.button('Choose its targets').click();
    expect(await complaint(name)).to.include('there already');
    await name.fill('new one');
    await name.press('Enter');
    await stage.page.getByRole('heading', { name: 'new one', level: 1 }).waitFor();
    await stage.button('Add targets').click();
    const models = stage.page.getByRole('region', { name: 'Models found' });
    await models.getByText('two/maker/paid').waitFor();
    await models.getByText('one/z').waitFor();
    await stage.button('Tools').click();
    await stage.settles(() => models.getByRole('row').count(), 2);
    await stage.button('Add two/maker/large:free').click();
    await stage.button('Tools').click();
    await stage.page.getByRole('searchbox', { name: 'Search models' }).fill('ONE z');
    await stage.button('Add one/z').click();
    const typed = stage.page.getByRole('combobox', { name: 'Or write it yourself' });
    await typed.fill('nobody/x');
    await typed.press('Enter');
    await stage.page.getByText('There is no provider “nobody”. There is: one, two.').waitFor();
    await typed.fill('one/typed/by-hand');
    await typed.press('Enter');
    await stage.visitor.expectAccessible();
    await stage.button('Done').click();
    expect(await stage.order()).to.deep.equal(['two/maker/large:free', 'one/z', 'one/typed/by-hand']);
    await stage.button('Save').click();
    await stage.saved('new one');
    expect(stage.page.url()).to.match(/\/chains\/new%20one$/);
    expect(stage.server.text).to.equal(
      stage.configured(
        WRITTEN.replace(
          '/* no longer */ },\n',
          "/* no longer */ },\n    'new one': ['two/maker/large:free', 'one/z', 'one/typed/by-hand'],\n",
        ),
      ),
    );
    await stage.page.reload();
    await stage.settles(stage.order, ['two/maker/large:free', 'one/z', 'one/typed/by-hand']);
    stage.visitor.expectNothingWrong();
  });

  it('renames a chain, and changes the default chain with Undo', async () => {
    await stage.visit('chains');
    await stage.choose('default', 'Rename…');
    const name = stage.page.getByRole('textbox', { name: 'Name' });
    await name.fill('main');
    await name.press('Enter');
    await stage.page.getByText('default is called main now.').waitFor();
    expect(stage.server.text).to.equal(
      stage.configured(
        WRITTEN.replace('    default: [', '    main: [').replace("defaultChain: 'default'", "defaultChain: 'main'"),
      ),
    );
    await stage.choose('careful', 'Make default');
    await stage.page.getByText(/careful is the default chain now/).waitFor();
    expect(stage.server.text).to.include("defaultChain: 'careful', // said aloud");
    await stage.button('Undo').click();
    await stage.page.getByText(/main is the default chain now/).waitFor();
    expect(stage.server.text).to.include("defaultChain: 'main', // said aloud");
    stage.visitor.expectNothingWrong();
  });

  it('removes a chain after a confirmation, restores it with Undo, and never removes the default chain', async () => {
    await stage.visit('chains');
    await stage.choose('default', 'Remove…');
    await stage.page.getByText('default is the default chain. Make another one the default first.').waitFor();
    await stage.choose('careful', 'Remove…');
    await stage.button('Cancel').click();
    expect(stage.server.text).to.equal(stage.configured());
    await stage.choose('careful', 'Remove…');
    await stage.button('Remove').click();
    await stage.page.getByText('careful is removed.').waitFor();
    expect(stage.server.text).not.to.include('careful');
    await stage.button('Undo').click();
    await stage.page.getByRole('article', { name: 'Chain careful' }).waitFor();
    expect(stage.server.text).to.include("careful: { targets: ['two/b'], maxWait: '20s' }");
    stage.visitor.expectNothingWrong();
  });

  it('says what to do without chains', async () => {
    await stage.visit('chains', stage.configured('  chains: {},\n'));
    await stage.button('Add your first chain').click();
    const name = stage.page.getByRole('textbox', { name: 'Name' });
    expect(await name.inputValue()).to.equal('default');
    await stage.page.keyboard.press('Escape');
    await stage.visitor.expectAccessible();
    await stage.server.changeElsewhere('providers/one', {}, 'DELETE');
    await stage.server.changeElsewhere('providers/two', {}, 'DELETE');
    expect(await stage.page.getByRole('link', { name: 'Add your first provider' }).getAttribute('href')).to.equal(
      '/admin/welcome',
    );
    stage.visitor.expectNothingWrong();
  });

  it('says that the server does not answer, and recovers', async () => {
    await stage.visit('chains');
    await stage.button('Add a chain').waitFor();
    await stage.page.getByRole('link', { name: 'Usage' }).click();
    await stage.page.getByRole('heading', { name: 'Usage' }).waitFor();
    stage.visitor.expectTrouble(SERVER_AWAY);
    await stage.server.stop();
    await stage.page.getByText('Connection lost, trying again').waitFor();
    await stage.page.getByRole('link', { name: 'Chains' }).click();
    await stage.page.getByText('429chain does not answer. Is it running?').waitFor();
    await stage.server.listen();
    await stage.button('Try again').click();
    await stage.page.getByRole('article', { name: 'Chain careful' }).waitFor();
  });
});
