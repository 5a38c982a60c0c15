import { expect } from 'chai';
import { answer, reply } from '../../scripted-upstream.js';
import { GOOD_KEY } from '../model-provider.js';
import { ProvidersStage } from './stage.js';

const MANY = 120;

describe('The health on the page Providers', () => {
  const stage = ProvidersStage.forEachTest();
  const tone = (id: string) => stage.card(id).locator('header state-badge span').getAttribute('class');

  it('is told without a reload: the last answer, the last failure in its words, and the last hour', async () => {
    await stage.startWithTwo();
    const card = stage.card('router');
    await card.getByText('not used yet', { exact: true }).waitFor();
    expect(await tone('router')).to.equal('plain');
    stage.upstream.script(answer('hi'));
    await (await stage.server.chat()).text();
    await card.getByText('working', { exact: true }).waitFor();
    expect(await tone('router')).to.equal('good');
    await card.getByText(/Last answer at \d/).waitFor();
    stage.upstream.script(reply(500, { error: { message: 'It burns.' } }));
    await (await stage.server.chat()).text();
    await card.getByText('failing', { exact: true }).waitFor();
    await card
      .getByText(/^\d.*: 500, It burns\.$/)
      .first()
      .waitFor();
    await card.getByText('at router/small/eight:free').waitFor();
    await card.getByRole('img', { name: 'Last hour: 1 of 2 attempts answered (50 %), 1 failed' }).waitFor();
    await stage.visitor.expectAccessible();
    stage.visitor.expectNothingWrong();
  });

  it('says after a test that the key works, or that it is refused', async () => {
    await stage.startWithTwo();
    stage.upstream.script(reply(401, { error: { message: 'Incorrect key.' } }));
    await stage.button('Test router').click();
    await stage.card('router').getByText('failing', { exact: true }).waitFor();
    await stage.button('Test router').click();
    await stage.card('router').getByText('reachable', { exact: true }).waitFor();
    stage.visitor.expectNothingWrong();
  });

  it('shows what the catalogue says: free or not, training, age and source', async () => {
    await stage.startWithTwo();
    const line = stage.card('router').locator('offer-line');
    await line.getByText(/Zero-price · .*train.* · Read on \d+ \w+ 20\d\d/).waitFor();
    expect(await line.locator('source-link a').getAttribute('href')).to.match(/^https:/);
  });

  const startMany = () =>
    stage.start({
      providers: Object.fromEntries(
        Array.from({ length: MANY }, (_, index) => [
          `p${index}`,
          { type: 'openai-compatible', baseUrl: `${stage.upstream.baseUrl}/${index}`, apiKey: GOOD_KEY },
        ]),
      ),
      chains: { default: ['p7/deep-thought'] },
    });

  it('is one line each for many providers, of which only the visible ones are in the document', async () => {
    await startMany();
    await stage.card('p0').waitFor();
    const cards = stage.page.locator('provider-card');
    expect(await cards.count()).to.be.within(10, 60);
    expect(await stage.button('Test p0').count()).to.equal(0);
    await stage.page.evaluate('window.scrollTo(0, document.documentElement.scrollHeight)');
    await stage.card(`p${MANY - 1}`).waitFor();
    expect(await cards.count()).to.be.within(10, 60);
    expect(await stage.card('p0').count()).to.equal(0);
    await stage.visitor.expectAccessible();
    stage.visitor.expectNothingWrong();
  });

  it('is unfolded with a click, and stays so after a reload', async () => {
    await startMany();
    await stage.button('Details of p3').click();
    await stage.button('Test p3').waitFor();
    await stage.page.reload();
    await stage.button('Test p3').waitFor();
    await stage.button('Fold all').click();
    await stage.button('Unfold all').waitFor();
    expect(await stage.button('Test p3').count()).to.equal(0);
    await stage.page.reload();
    await stage.card('p3').waitFor();
    expect(await stage.button('Test p3').count()).to.equal(0);
  });

  for (const [what, text, found] of [
    ['names', 'p11', ['p11', 'p110', 'p111', 'p112', 'p113', 'p114', 'p115', 'p116', 'p117', 'p118', 'p119']],
    ['models of chains', 'thought', ['p7']],
    ['chains', 'DEFAULT', ['p7']],
    ['addresses', '/v1/42', ['p42']],
  ] as const) {
    it(`are searched by ${what}`, async () => {
      await startMany();
      await stage.page.getByText('Live', { exact: true }).waitFor();
      await stage.page.getByLabel('Search providers').fill(text);
      await stage.page.getByText(`${found.length} of ${MANY} providers`).waitFor();
      expect(await stage.page.locator('provider-card h2').allTextContents()).to.deep.equal([...found]);
    });
  }

  it('leads back from a search that finds nothing', async () => {
    await startMany();
    await stage.page.getByLabel('Search providers').fill('no such thing');
    await stage.button('Show all').click();
    await stage.card('p0').waitFor();
  });
});
