import { expect } from 'chai';
import { answer, completion, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { AdminServer, SERVER_AWAY, Visitor } from '../browser.js';

const LIMITED = {
  'x-ratelimit-limit-requests': '100',
  'x-ratelimit-remaining-requests': '40',
  'x-ratelimit-reset-requests': '30s',
};

describe('The overview', () => {
  let upstreams: ScriptedUpstream[] = [];
  let server: AdminServer;
  let visitor: Visitor;

  const start = async (): Promise<void> => {
    upstreams = [await ScriptedUpstream.start(), await ScriptedUpstream.start()];
    const [one, two] = upstreams as [ScriptedUpstream, ScriptedUpstream];
    server = await AdminServer.start({
      providers: {
        one: { type: 'openai-compatible', baseUrl: one.baseUrl, apiKey: 'key-of-one-0123456789' },
        two: { type: 'openai-compatible', baseUrl: two.baseUrl, apiKey: 'key-of-two-0123456789' },
      },
      chains: { default: { targets: ['one/a-model', 'two/b-model'], maxWait: '0s' }, spare: ['two/b-model'] },
      defaultChain: 'default',
    });
    visitor = await Visitor.signedIn(server);
  };

  beforeEach(start);

  afterEach(async () => {
    await visitor.leave();
    await server.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  });

  const chain = (name: string) => visitor.page.getByRole('region', { name: `Chain ${name}` });

  it('shows each chain from top to bottom, and the next target', async () => {
    const rows = chain('default').getByRole('listitem');
    await rows.nth(0).getByText('Next:').waitFor();
    await rows.nth(0).getByText('one/a-model', { exact: true }).waitFor();
    await rows.nth(1).getByText('two/b-model', { exact: true }).waitFor();
    expect(await rows.count()).to.equal(2);
    expect(await rows.nth(1).getByText('Next:').count()).to.equal(0);
    await chain('spare').waitFor();
    visitor.expectNothingWrong();
  });

  it('updates limits, requests and figures without a reload', async () => {
    await chain('default').waitFor();
    upstreams[0]?.always(answer('hello', LIMITED));
    expect((await server.chat()).status).to.equal(200);
    await chain('default')
      .getByRole('meter', { name: /requests.* left, one/ })
      .first()
      .waitFor();
    const recent = visitor.page.getByRole('complementary', { name: 'Recent requests' });
    await recent.getByRole('link', { name: /one\/a-model.*1 attempt/s }).waitFor();
    await visitor.page
      .getByText('1 target of', { exact: false })
      .or(visitor.page.getByText('2 of 2 targets available'))
      .waitFor();
    await visitor.page.getByRole('region', { name: 'Today' }).getByText('Requests today').waitFor();
    visitor.expectNothingWrong();
  });

  it('counts down to the end of a cooldown, and lifts it with a click', async () => {
    await chain('default').waitFor();
    upstreams[0]?.always(reply(429, { error: { message: 'slow down' } }, { 'retry-after': '600' }));
    expect((await server.chat()).status).to.equal(200);
    const row = chain('default').getByRole('listitem').first();
    await row.getByText('exhausted').waitFor();
    await row.getByText(/back in (9|10) min/).waitFor();
    upstreams[0]?.always(reply(200, completion('again')));
    await row.getByRole('button', { name: 'Lift the cooldown' }).click();
    await row.getByText(/available|tracking/).waitFor();
    expect((await server.chat()).headers.get('x-429chain-target')).to.equal('one/a-model');
    visitor.expectNothingWrong();
  });

  it('shows the source of each limit', async () => {
    upstreams[0]?.always(answer('hello', LIMITED));
    await server.chat();
    const row = chain('default').getByRole('listitem').first();
    await row.getByRole('button', { name: 'Limits of one/a-model, and how we know them' }).click();
    await row.getByRole('cell', { name: 'stated by the provider' }).first().waitFor();
    await visitor.expectAccessible();
  });

  it('shows the remaining free capacity, and when more becomes available', async () => {
    upstreams[0]?.always(answer('hello', LIMITED));
    await server.chat();
    const bar = visitor.page.getByRole('meter', { name: 'Free capacity left' });
    // Nothing is known of the other target, which does not count. It is lower while the request runs.
    await bar.and(visitor.page.locator('[aria-valuenow="40"]')).waitFor();
    await visitor.page.getByText('About 40 of 100 requests now. 1 target has no known limit').waitFor();
    await visitor.page
      .getByRole('list', { name: 'What comes back when' })
      .getByText(/one.* resets in \d+ s/)
      .waitFor();
  });

  it('reconnects by itself after a restart of the server', async () => {
    visitor.expectTrouble(SERVER_AWAY);
    await chain('default').waitFor();
    await server.stop();
    await visitor.page.getByText('Connection lost, trying again').waitFor();
    await server.listen();
    await visitor.page.getByText('Live', { exact: true }).waitFor();
    await server.chat();
    await visitor.page
      .getByRole('complementary', { name: 'Recent requests' })
      .getByRole('link', { name: /one\/a-model/ })
      .first()
      .waitFor();
  });

  it('fits a phone, in both themes', async () => {
    await visitor.page.setViewportSize({ width: 360, height: 740 });
    await chain('default').waitFor();
    const overflow = await visitor.page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).to.equal(0);
    await visitor.page.getByRole('button', { name: 'Menu' }).click();
    await visitor.page.getByRole('link', { name: 'Providers' }).waitFor();
    await visitor.expectAccessible(visitor.page.locator('body'));
  });
});

describe('The overview without data', () => {
  it('leads a newcomer to the first provider', async () => {
    const server = await AdminServer.start({ providers: {}, chains: {} });
    const visitor = await Visitor.signedIn(server);
    try {
      await visitor.page.getByRole('link', { name: 'Create the first chain' }).click();
      await visitor.page.waitForURL('**/admin/welcome');
      visitor.expectNothingWrong();
    } finally {
      await visitor.leave();
      await server.close();
    }
  });

  it('fits a phone with many targets and long names', async () => {
    const many = Array.from({ length: 120 }, (_, index) => `one/${'a-long-name-'.repeat(6)}${index}`);
    const crowded = await AdminServer.start({
      providers: {
        one: { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'key-of-one-0123456789' },
      },
      chains: { default: many },
    });
    const guest = await Visitor.signedIn(crowded, '', { viewport: { width: 360, height: 740 } });
    try {
      await guest.page.getByText('Nothing is used up.').waitFor();
      expect(await guest.page.evaluate('document.documentElement.scrollWidth')).to.equal(360);
      guest.expectNothingWrong();
    } finally {
      await guest.leave();
      await crowded.close();
    }
  });
});
