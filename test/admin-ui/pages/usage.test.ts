import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Locator } from 'playwright-core';
import { chainOver } from '../../proxy.js';
import { answer, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { AdminServer, Visitor } from '../browser.js';

describe('The page Usage', () => {
  let upstreams: ScriptedUpstream[];
  let server: AdminServer;
  let visitor: Visitor;

  beforeEach(async () => {
    upstreams = await Promise.all([ScriptedUpstream.start(), ScriptedUpstream.start()]);
    upstreams[0]?.always(reply(429, { error: { message: 'Slow down.' } }, { 'retry-after': '60' }));
    upstreams[1]?.always(answer('an answer'));
    server = await AdminServer.start(chainOver(upstreams));
  });

  afterEach(async () => {
    await visitor.leave();
    await server.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
    visitor.expectNothingWrong();
  });

  const ask = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time++) await (await server.chat()).text();
    await server.app.runtime.waterfall.idle();
  };

  const tile = (label: string): Locator =>
    visitor.page.locator('figure-tile').filter({ hasText: label }).locator('strong');

  const cells = async (region: string, name: string): Promise<readonly string[]> =>
    visitor.page
      .getByRole('region', { name: `${region}: totals` })
      .getByRole('row')
      .filter({ has: visitor.page.getByRole('rowheader', { name, exact: true }) })
      .getByRole('cell')
      .allInnerTexts();

  it('shows how many requests fallback rescued, and totals per provider, target, chain and day', async () => {
    await ask(3);
    visitor = await Visitor.signedIn(server, 'usage');
    await visitor.page
      .getByText('3 requests of 3 answered (100 %) would have failed or waited without a chain: another')
      .waitFor();
    expect(await tile('Rescued by fallback').textContent()).to.equal('3');
    expect(await tile('429s avoided').textContent()).to.equal('2');
    expect(await tile('429s hit').textContent()).to.equal('1');
    // Requests, failed, stopped, rescued, avoided, hit.
    const figures = async (kind: string, name: string): Promise<readonly string[]> => {
      await visitor.page.getByLabel(kind, { exact: true }).check();
      return (await cells(kind, name)).slice(0, 6);
    };
    expect(await figures('Provider', 'one')).to.deep.equal(['1', '1', '0', '0', '2', '1']);
    expect(await figures('Target', 'two/a-model')).to.deep.equal(['3', '0', '0', '3', '0', '0']);
    expect(await figures('Model', 'a-model')).to.deep.equal(['4', '1', '0', '3', '2', '1']);
    expect(await figures('Chain', 'default')).to.deep.equal(['3', '0', '0', '3', '2', '1']);
    expect(await figures('Key', 'key 1')).to.deep.equal(['3', '0', '0', '3', '2', '1']);
    expect(await figures('Endpoint', 'chat')).to.deep.equal(['3', '0', '0', '3', '2', '1']);
    await visitor.page.getByLabel('Day', { exact: true }).check();
    const days = visitor.page.getByRole('region', { name: 'Day: totals' }).getByRole('row');
    await days.nth(1).waitFor();
    expect((await days.nth(1).getByRole('cell').allInnerTexts())[0]).to.equal('3');
    expect(await days.nth(1).locator('time').getAttribute('title')).to.match(/\d\d:00:00 UTC$/);
    await visitor.expectAccessible();
  });

  it('shows the hours of today in local time', async () => {
    await ask(2);
    visitor = await Visitor.signedIn(server, 'usage?days=1&by=time', { timezoneId: 'Pacific/Auckland' });
    const { page } = visitor;
    const hours = page.getByRole('region', { name: 'Hour: totals' }).getByRole('row');
    await hours.nth(1).waitFor();
    // The hour may be over since the first request.
    const hour = (at: number): string =>
      new Date(at).toLocaleTimeString('en-GB', { timeZone: 'Pacific/Auckland', hour: '2-digit' });
    const name = (await hours.nth(1).locator('time').textContent()) ?? '';
    expect(name.slice(0, 2)).to.be.oneOf([hour(Date.now()), hour(Date.now() - 3_600_000)]);
    await page.getByRole('figure', { name: 'Requests per hour' }).waitFor();
    await visitor.expectAccessible();
  });

  it('sorts its table by any column, by keyboard too, and keeps the order in the address', async () => {
    await ask(3);
    visitor = await Visitor.signedIn(server, 'usage?by=provider');
    const { page } = visitor;
    const table = page.getByRole('region', { name: 'Provider: totals' });
    const names = () => table.getByRole('rowheader').allInnerTexts();
    await table.getByRole('rowheader').nth(1).waitFor();
    expect(await names()).to.deep.equal(['two', 'one']);
    const failed = table.getByRole('columnheader', { name: 'Failed' });
    await failed.getByRole('button').press('Enter');
    expect(await names()).to.deep.equal(['one', 'two']);
    expect(await failed.getAttribute('aria-sort')).to.equal('descending');
    await failed.getByRole('button').press('Enter');
    expect(await failed.getAttribute('aria-sort')).to.equal('ascending');
    expect(new URL(page.url()).search).to.equal('?sort=failures&order=up');
    await page.reload();
    await table.getByRole('rowheader').nth(1).waitFor();
    expect(await names()).to.deep.equal(['two', 'one']);
    await table.getByRole('link', { name: 'one' }).click();
    await page.getByRole('heading', { name: 'Requests', exact: true }).waitFor();
    expect(new URL(page.url()).search).to.equal('?provider=one');
  });

  it('draws its charts in the colours of the theme', async () => {
    await ask(1);
    visitor = await Visitor.signedIn(server, 'usage', { colorScheme: 'dark' });
    // The browser warns about repeated reading of pixels, as in this test.
    visitor.expectTrouble(/willReadFrequently/);
    const { page } = visitor;
    const chart = page.getByRole('figure', { name: 'Requests per day' });
    // The rescued requests are the second entry of the legend.
    const isDrawn = async (): Promise<boolean> => {
      const handle = await chart.elementHandle();
      const drawn = await page.waitForFunction((figure) => {
        const canvas = figure?.querySelector('canvas');
        const swatch = figure?.querySelectorAll('li i')[1];
        const context = canvas?.getContext('2d');
        if (!canvas || !swatch || !context) return false;
        const wanted = swatch.ownerDocument.defaultView
          ?.getComputedStyle(swatch)
          ?.backgroundColor.match(/\d+/g)
          ?.slice(0, 3)
          .join();
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        for (let at = 0; at < data.length; at += 4) if (data.slice(at, at + 3).join() === wanted) return true;
        return false;
      }, handle);
      return drawn.jsonValue();
    };
    expect(await isDrawn()).to.equal(true);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await isDrawn()).to.equal(true);
  });

  it('covers today, 7, 30 or 90 days, and keeps the range in the address', async () => {
    await ask(1);
    visitor = await Visitor.signedIn(server, 'usage');
    const { page } = visitor;
    await tile('Requests').first().waitFor();
    expect(await page.getByLabel('30 days').isChecked()).to.equal(true);
    const asked = page.waitForResponse(/\/usage\?/);
    await page.getByLabel('90 days').check();
    const { searchParams } = new URL((await asked).url());
    const days = (Number(searchParams.get('to')) - Number(searchParams.get('from'))) / 86_400_000;
    expect(Math.ceil(days)).to.be.within(90, 91);
    expect(searchParams.get('timeZone')).to.not.equal(null);
    expect(new URL(page.url()).search).to.equal('?days=90');
    await page.reload();
    await tile('Requests').first().waitFor();
    expect(await page.getByLabel('90 days').isChecked()).to.equal(true);
  });

  it('is exported as CSV', async () => {
    await ask(2);
    visitor = await Visitor.signedIn(server, 'usage');
    const { page } = visitor;
    const downloading = page.waitForEvent('download');
    await page.getByLabel('Target', { exact: true }).check();
    await page.getByRole('button', { name: 'Export CSV' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).to.match(/^429chain-usage-by-target-30-days-\d{4}-\d\d-\d\d\.csv$/);
    const lines = readFileSync(await download.path(), 'utf8').split('\r\n');
    expect(lines[0]).to.equal(
      'of,name,requests,failures,cancelled,saved,avoided,rate_limited,prompt_tokens,completion_tokens,p50_ms,p99_ms',
    );
    expect(lines[1]).to.match(/^total,,2,0,0,2,1,1,/);
    expect(lines[2]).to.match(/^target,two\/a-model,2,0,0,2,/);
    expect(lines).to.have.length(5);
  });

  it('updates while requests arrive', async () => {
    await ask(1);
    visitor = await Visitor.signedIn(server, 'usage');
    await visitor.page.getByText('Live', { exact: true }).waitFor();
    await ask(1);
    await tile('Rescued by fallback').getByText('2').waitFor();
  });

  it('says what to do without requests', async () => {
    visitor = await Visitor.signedIn(server, 'usage');
    await visitor.page.getByRole('heading', { name: 'No requests in these 30 days' }).waitFor();
    expect(await visitor.page.getByRole('button', { name: 'Export CSV' }).isDisabled()).to.equal(true);
    await visitor.expectAccessible();
  });

  it('shows an error, and retries at a click', async () => {
    await ask(1);
    visitor = await Visitor.signedIn(server, 'requests');
    visitor.expectTrouble(/ERR_FAILED/);
    const { page } = visitor;
    await page.route('**/admin/api/usage?*', (route) => route.abort());
    await page.getByRole('link', { name: 'Usage' }).click();
    await page.getByRole('alert').getByText('429chain does not answer.').waitFor();
    await page.unroute('**/admin/api/usage?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await tile('Rescued by fallback').waitFor();
  });

  it('fits a small screen', async () => {
    await ask(1);
    visitor = await Visitor.signedIn(server, 'usage', { viewport: { width: 360, height: 740 } });
    await tile('Rescued by fallback').waitFor();
    expect(await visitor.page.locator('html').evaluate(({ scrollWidth }) => scrollWidth)).to.equal(360);
    await visitor.expectAccessible();
  });
});
