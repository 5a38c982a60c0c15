import { expect } from 'chai';
import { GOOD_KEY, WRONG_KEY } from '../model-provider.js';
import { wholePage } from '../whole-page.js';
import { ProvidersStage } from './stage.js';

describe('Several keys of a provider in the admin', () => {
  const stage = ProvidersStage.forEachTest();

  const start = (provider: object): Promise<void> =>
    stage.start(
      {
        providers: { router: { type: 'openrouter', baseUrl: stage.upstream.baseUrl, ...provider } },
        chains: { default: ['router/small/eight:free'] },
      },
      { ANN_KEY: GOOD_KEY, BOB_KEY: WRONG_KEY },
    );

  it('are shown one by one on the pages Providers, Chains and Overview, and tested one by one', async () => {
    await start({ apiKeys: ['${ANN_KEY}', { key: '${BOB_KEY}', label: 'bob' }, '${UNSET_KEY}'] });
    const keys = stage.card('router').getByRole('list', { name: 'Keys of router' }).getByRole('listitem');
    await keys.nth(2).waitFor();
    expect(await keys.allInnerTexts()).to.satisfy(([one = '', two = '', three = '']: string[]) =>
      [/key 1.*ANN_KEY/s.test(one), /bob.*BOB_KEY/s.test(two), /key 3.*UNSET_KEY is not set/s.test(three)].every(
        Boolean,
      ),
    );
    await stage.button('Test router').click();
    const results = stage.card('router').getByRole('list', { name: 'Result of each key' }).getByRole('listitem');
    await results.nth(2).waitFor();
    expect((await results.allInnerTexts()).join('\n')).to.match(/It works[\s\S]*refuses this key[\s\S]*no key yet/);
    await stage.visitor.expectAccessible();
    expect(await wholePage(stage.page))
      .not.to.contain(GOOD_KEY)
      .and.not.to.contain(WRONG_KEY);
    for (const page of ['chains', '']) {
      await stage.page.goto(`${stage.server.address}/admin/${page}`);
      await stage.page.getByText('bob').first().waitFor();
    }
  });

  it('are added, labelled, put into another order and removed in the dialog', async () => {
    await start({ apiKey: '${ANN_KEY}' });
    await stage.button('Edit router').click();
    await stage.button('Add another key', stage.dialog).click();
    await stage.dialog.getByLabel('Key of key 2').fill(WRONG_KEY);
    await stage.dialog.getByLabel('Label of key 2').fill('bob');
    await stage.button('Move bob up', stage.dialog).click();
    await stage.dialog.getByLabel('Use first').selectOption('most-left');
    await stage.visitor.expectAccessible();
    await stage.button('Save', stage.dialog).click();
    await stage.dialogsClosed();
    const { router } = stage.written;
    expect(router.apiKeys).to.deep.equal([{ key: '${ROUTER_API_KEY_BOB}', label: 'bob' }, '${ANN_KEY}']);
    expect(router).to.include({ rotate: 'most-left' }).and.not.to.have.property('apiKey');
    expect(stage.dotEnv).to.contain(`ROUTER_API_KEY_BOB=${WRONG_KEY}`);
    await stage.button('Edit router').click();
    await stage.button('Remove bob', stage.dialog).click();
    await stage.button('Save', stage.dialog).click();
    await stage.dialogsClosed();
    expect(stage.written.router).to.include({ apiKey: '${ANN_KEY}' }).and.not.to.have.any.keys('apiKeys', 'rotate');
    expect(await wholePage(stage.page)).not.to.contain(WRONG_KEY);
    stage.visitor.expectNothingWrong();
  });
});
