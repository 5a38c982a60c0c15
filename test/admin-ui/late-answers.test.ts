import { expect } from 'chai';
import type { Page, Request } from 'playwright-core';
import { chainOver } from '../proxy.js';
import { answer, reply, ScriptedUpstream } from '../scripted-upstream.js';
import { AdminServer, Visitor } from './browser.js';
import { HeldAnswers } from './held-answers.js';
import { GOOD_KEY, startModelProvider } from './model-provider.js';

/** Longer than any polling interval of a page. */
const LONG_MS = 20_000;

describe('A late response', () => {
  let upstreams: ScriptedUpstream[];
  let server: AdminServer;
  let visitor: Visitor;
  let page: Page;

  beforeEach(async () => {
    upstreams = await Promise.all([ScriptedUpstream.start(), ScriptedUpstream.start()]);
    for (const upstream of upstreams) upstream.always(answer('an answer'));
    server = await AdminServer.start(chainOver(upstreams));
    visitor = await Visitor.signedIn(server, 'plugins');
    ({ page } = visitor);
    await page.getByText('Live', { exact: true }).waitFor();
  });

  afterEach(async () => {
    await visitor.leave();
    await server.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  });

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const goTo = (name: string) => page.getByRole('link', { name, exact: true }).click();

  /** Sends a request through the proxy, and resolves when the page has received its event. */
  const chatHeard = async (): Promise<void> => {
    // The test opens its own feed. The page opened one before, so it receives the event first.
    await page.evaluate(`new Promise((resolve) => {
      const feed = new EventSource('/admin/api/events');
      feed.addEventListener('status', resolve);
      window.heard = new Promise((heard) => feed.addEventListener('changes', ({ data }) => {
        if (JSON.parse(data).requests.length > 0) heard(feed.close());
      }));
    })`);
    await (await server.chat()).text();
    await page.evaluate('window.heard');
  };

  /** The paths of the requests that the page aborts from now on. */
  const givenUp = (): string[] => {
    const paths: string[] = [];
    page.on('requestfailed', (request: Request) => paths.push(new URL(request.url()).pathname));
    return paths;
  };

  it('does not remove requests that ended while the list was loading', async () => {
    const held = await HeldAnswers.hold(page, 'GET /requests');
    await goTo('Requests');
    await held.reached();
    await chatHeard();
    held.release();
    await page.getByRole('cell', { name: 'one/a-model' }).waitFor();
    visitor.expectNothingWrong();
  });

  it("is not aborted by the overview's polling", async () => {
    await page.clock.install();
    const held = await HeldAnswers.hold(page, 'GET /status');
    const ended = givenUp();
    await goTo('Overview');
    await held.reached();
    await page.clock.runFor(LONG_MS);
    held.release();
    await page.getByRole('region', { name: 'Chain default' }).waitFor();
    expect(ended).not.to.include('/admin/api/status');
  });

  it('is not aborted by the preview of a chain, which loads again for events in the meantime', async () => {
    await goTo('Chains');
    await page.getByRole('link', { name: 'Edit default' }).click();
    await page.getByText('The next request is answered by one/a-model.').waitFor();
    await page.clock.install();
    const held = await HeldAnswers.hold(page, 'POST /explain');
    const ended = givenUp();
    await chatHeard();
    await page.clock.runFor(LONG_MS);
    await held.reached();
    upstreams[0]?.always(reply(429, { error: { message: 'Enough' } }, { 'retry-after': '300' }));
    await chatHeard();
    await page.clock.runFor(LONG_MS);
    expect(ended).not.to.include('/admin/api/explain');
    held.release();
    await page.clock.runFor(LONG_MS);
    await page.getByText('The next request is answered by two/a-model.').waitFor();
    visitor.expectNothingWrong();
  });

  it('of a test is not shown for a provider whose settings have changed', async () => {
    await goTo('Providers');
    const held = await HeldAnswers.hold(page, 'POST /providers/try');
    await button('Test one').click();
    await held.reached();
    const other = 'http://127.0.0.1:9/v1';
    await server.changeElsewhere('providers/one', { type: 'openai-compatible', baseUrl: other });
    await page.getByText(other).waitFor();
    held.release();
    await page.locator('button:enabled', { hasText: 'Test' }).first().waitFor();
    await page.getByRole('article', { name: 'Provider one' }).locator('trial-result').waitFor({ state: 'hidden' });
  });

  it('of a test saves no provider after the user went back to pick another', async () => {
    const provider = await startModelProvider();
    try {
      await page.goto('welcome');
      await button('Any OpenAI-compatible server').click();
      await page.getByLabel('Base URL').fill(provider.baseUrl);
      await page.getByLabel('Key', { exact: true }).fill(GOOD_KEY);
      const held = await HeldAnswers.hold(page, 'POST /providers/try');
      await button('Try it').click();
      await held.reached();
      const ended = page.waitForEvent('requestfailed');
      await goTo('Pick a provider');
      expect((await ended).url()).to.match(/\/providers\/try$/);
      held.release();
      await button('Any OpenAI-compatible server').waitFor();
      expect(Object.keys(JSON.parse(server.text).providers)).to.deep.equal(['one', 'two']);
    } finally {
      await provider.close();
    }
  });
});
