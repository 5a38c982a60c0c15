import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { chainOver } from '../../proxy.js';
import { answer, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { AdminServer, Visitor } from '../browser.js';

const limits = (remaining: number, reset: string) => ({
  'x-ratelimit-limit-requests': '20',
  'x-ratelimit-remaining-requests': String(remaining),
  'x-ratelimit-reset-requests': reset,
});

/** Adds up every layout shift from now on. The script is text, since the tests are compiled without DOM types. */
const watchShifts = (page: Page): Promise<void> =>
  page.evaluate<void>(`(() => {
    globalThis.shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.shifts.push({
        value: entry.value,
        nodes: entry.sources.map(({ node }) => (node?.parentElement ?? node?.getRootNode().host ?? node)?.outerHTML?.slice(0, 150) ?? ''),
      });
    }).observe({ type: 'layout-shift' });
  })()`);

describe('The overview under traffic', () => {
  let upstreams: ScriptedUpstream[];
  let server: AdminServer;
  let visitor: Visitor;

  const start = async (chain: object = {}): Promise<void> => {
    server = await AdminServer.start(chainOver(upstreams, chain));
    visitor = await Visitor.signedIn(server);
    await visitor.page.getByText('Live', { exact: true }).waitFor();
    await visitor.page.getByRole('region', { name: 'Chain default' }).waitFor();
  };
  const row = (place: number) =>
    visitor.page.getByRole('region', { name: 'Chain default' }).getByRole('listitem').nth(place);
  const figure = (label: string) => visitor.page.locator(`figure-tile[label="${label}"]`);

  beforeEach(async () => {
    upstreams = await Promise.all([ScriptedUpstream.start(), ScriptedUpstream.start()]);
  });

  afterEach(async () => {
    await visitor.leave();
    await server.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
    visitor.expectNothingWrong();
  });

  it('moves nothing when requests, limits, failures and cooldowns come and go', async () => {
    await start();
    const { page } = visitor;
    await page.getByText('Recent requests').waitFor();
    await watchShifts(page);
    for (let round = 0; round < 12; round++) {
      const first = upstreams[0] as ScriptedUpstream;
      if (round % 4 === 3) first.always(reply(429, { error: { message: 'Slow down.' } }, { 'retry-after': '1' }));
      else if (round % 4 === 2) first.always(reply(500, { error: { message: 'It burns, and says so at length.' } }));
      else first.always(answer(`answer ${round}`, limits(19 - round, `${round + 1}s`)));
      upstreams[1]?.always(answer('hi', limits(100 - round * 9, '90s')));
      await (await server.chat()).text();
      await page.waitForTimeout(120);
    }
    const shifts = await page.evaluate<{ value: number; nodes: string[] }[]>('globalThis.shifts');
    const sum = shifts.reduce((total, { value }) => total + value, 0);
    expect(sum, JSON.stringify(shifts, undefined, 1)).to.be.below(0.02);
  });

  it('counts each request in the figures as soon as it is in the list', async () => {
    upstreams[0]?.always(reply(429, { error: { message: 'Slow down.' } }, { 'retry-after': '60' }));
    upstreams[1]?.always(answer('hi'));
    await start();
    await visitor.page.route('**/admin/api/status', () => {});
    for (let count = 1; count <= 3; count++) {
      await (await server.chat()).text();
      await figure('Requests today').getByText(String(count), { exact: true }).waitFor();
    }
    await figure('429s hit today').getByText('1', { exact: true }).waitFor();
    await figure('429s avoided today').getByText('2', { exact: true }).waitFor();
    await figure('Requests today').getByText('3 would have failed without the waterfall').waitFor();
  });

  it('shows a limit that has come back as whole, and that one request checks it', async () => {
    upstreams[0]?.always(answer('hi', limits(1, '1s')));
    await start();
    await (await server.chat()).text();
    await row(0).getByText('1 of 20 requests').waitFor();
    await row(0).getByText('20 of 20 requests').waitFor();
    await row(0).getByText('checking with one request').waitFor();
    await row(0).getByText('checking', { exact: true }).waitFor();
    await visitor.page.getByText('100 %', { exact: true }).waitFor();
    await visitor.page
      .getByText('About 20 of 20 requests now. 1 target has no known limit and does not count.')
      .waitFor();
    await visitor.expectAccessible();
  });

  it('is green only for a target that answered, and tells the words of the last failure', async () => {
    upstreams[0]?.always((res) => void res.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hi</h1>'));
    upstreams[1]?.always(answer('hi'));
    await start();
    await row(0).getByText('Not asked yet').waitFor();
    const tone = (place: number): Promise<string | null> =>
      row(place).locator('state-badge span').getAttribute('class');
    expect(await tone(0)).to.equal('plain');
    await (await server.chat()).text();
    await row(1)
      .getByText(/Last answer at .*1 of 1 attempt answered \(100 %\)/)
      .waitFor();
    expect(await tone(1)).to.equal('good');
    await row(0)
      .getByText(/HTML|failed at/)
      .waitFor();
    expect(await tone(0)).not.to.equal('good');
    await visitor.expectAccessible();
  });
});
