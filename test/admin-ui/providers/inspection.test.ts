import { expect } from 'chai';
import { reply } from '../../scripted-upstream.js';
import { ProvidersStage } from './stage.js';

describe('A look for changes at the providers', () => {
  const stage = ProvidersStage.forEachTest();
  const panel = () => stage.page.getByRole('region', { name: 'Changes at the providers' });

  it('lists what it found, with links, and says so on the overview', async () => {
    await stage.startWithTwo();
    await panel().getByText('429chain has not looked for changes since its start.').waitFor();
    await panel().getByText("server: { checkEvery: '1d' }").waitFor();
    await stage.button('Look for changes').click();
    await panel().getByText('nothing found').waitFor();
    expect(await panel().getByRole('listitem').count()).to.equal(0);

    stage.upstream.always(reply(401, { error: { message: 'The key <b>ended</b>' } }));
    await stage.button('Look for changes').click();
    const finding = panel().getByRole('listitem');
    await finding.getByText('key refused', { exact: true }).waitFor();
    await finding.getByText('The key <b>ended</b>').waitFor();
    const link = finding.getByRole('link', { name: 'https://openrouter.ai/settings/keys' });
    expect(await link.getAttribute('href')).to.equal('https://openrouter.ai/settings/keys');
    await stage.card('router').getByText('May train on requests').waitFor();
    await stage.visitor.expectAccessible();

    await stage.page.goto('');
    await stage.page.getByText('Changes at your providers: 1 key refused.').waitFor();
    await stage.page.getByRole('link', { name: 'See what to do' }).click();
    await finding.waitFor();
    stage.visitor.expectNothingWrong();
  });

  it('says how often 429chain looks by itself', async () => {
    await stage.start({
      server: { apiKeys: ['a-key-of-a-program-0123456789'], adminKey: 'admin-key-of-the-proxy', checkEvery: '1d' },
      providers: {
        router: { type: 'openrouter', apiKey: 'key-of-router-0123456789', baseUrl: stage.upstream.baseUrl },
      },
      chains: { default: ['router/small/eight:free'] },
    });
    await panel().getByText('429chain looks every day by itself.').waitFor();
  });
});
