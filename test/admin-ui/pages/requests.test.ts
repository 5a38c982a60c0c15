import { expect } from 'chai';
import type { Locator } from 'playwright-core';
import { durationText } from '../../../admin-ui/src/data/format.js';
import { chainOver } from '../../proxy.js';
import { runs } from '../../runs.js';
import { answer, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { AdminServer, SERVER_AWAY, Visitor } from '../browser.js';
import { attemptOf, log, requestOf } from '../logged.js';

const MANY = runs(100_000, 10_000);
const MANY_TEXT = MANY.toLocaleString('en-US');

describe('The page Requests', () => {
  let upstreams: ScriptedUpstream[];
  let server: AdminServer;
  let visitor: Visitor;

  beforeEach(async () => {
    upstreams = await Promise.all([ScriptedUpstream.start(), ScriptedUpstream.start()]);
    for (const upstream of upstreams) upstream.always(answer('an answer'));
    server = await AdminServer.start(chainOver(upstreams));
  });

  afterEach(async () => {
    await visitor.leave();
    await server.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
    visitor.expectNothingWrong();
  });

  const rows = (): Locator => visitor.page.getByRole('row').filter({ has: visitor.page.getByRole('link') });
  const row = (place: number): Locator => rows().nth(place);
  const numbered = (count: number, more = {}) =>
    Array.from({ length: count }, (_, index) => requestOf(`request-${index}`, { latencyMs: index + 1, ...more }));
  const scroller = (): Locator => visitor.page.locator('request-table .scroller');
  const scrollTo = (top: number): Promise<void> =>
    scroller().evaluate((element, to) => {
      element.scrollTop = to;
    }, top);

  it('shows each request once, however many attempts it had (pitfall 43)', async () => {
    upstreams[0]?.always(reply(429, { error: { message: 'Slow down.' } }, { 'retry-after': '60' }));
    await (await server.chat()).text();
    await (await server.chat()).text();
    visitor = await Visitor.signedIn(server, 'requests');
    await row(1).waitFor();
    expect(await rows().count()).to.equal(2);
    await row(1).getByRole('cell', { name: 'two/a-model' }).waitFor();
    await row(1).getByRole('img', { name: '1 attempt failed, served' }).waitFor();
    await row(0).getByRole('img', { name: '1 target skipped, served' }).waitFor();
    await visitor.page.getByText('2 in all.').waitFor();
    await visitor.expectAccessible();
  });

  it(`scrolls through ${MANY_TEXT} requests with a few dozen rows in the document`, async function () {
    this.timeout(240_000);
    const all = function* () {
      for (let index = 0; index < MANY; index++) yield requestOf(`request-${index}`, { latencyMs: index + 1 });
    };
    await log(server, all());
    visitor = await Visitor.signedIn(server, 'requests');
    await row(0).waitFor();
    const most = await scroller().evaluate(async (element) => {
      let seen = 0;
      while (!element.textContent?.includes('in all')) {
        element.scrollTop = element.scrollHeight;
        await new Promise((resolve) => element.ownerDocument.defaultView?.requestAnimationFrame(resolve));
        seen = Math.max(seen, element.querySelectorAll('[role=row]').length);
      }
      element.scrollTop = element.scrollHeight;
      return seen;
    });
    expect(most).to.be.within(20, 100);
    await visitor.page.getByText(`${MANY_TEXT} in all.`).waitFor();
    // The oldest request is last.
    await visitor.page.getByRole('cell', { name: '1 ms', exact: true }).waitFor();
    await rows().last().getByRole('link').focus();
    await visitor.page.keyboard.press('Home');
    await visitor.page
      .getByRole('cell', { name: durationText(MANY), exact: true })
      .first()
      .waitFor();
  });

  it('keeps its filters in the address', async () => {
    await log(server, [
      requestOf('a'),
      requestOf('b', { target: 'two/a-model', provider: 'two', chain: 'careful' }),
      requestOf('c', { status: 503, target: undefined, provider: undefined }),
    ]);
    visitor = await Visitor.signedIn(server, 'requests?provider=two');
    const { page } = visitor;
    await row(0).getByRole('cell', { name: 'careful' }).waitFor();
    expect(await rows().count()).to.equal(1);
    expect(await page.getByLabel('Served by').inputValue()).to.equal('two');
    await page.getByRole('button', { name: 'Show all' }).click();
    await row(2).waitFor();
    expect(new URL(page.url()).search).to.equal('');
    await page.getByLabel('Status').selectOption('failed');
    await row(0).getByText('no target could answer').waitFor();
    expect(await rows().count()).to.equal(1);
    expect(new URL(page.url()).search).to.equal('?status=failed');
    await page.reload();
    await row(0).getByText('no target could answer').waitFor();
    expect(await page.getByLabel('Status').inputValue()).to.equal('failed');
    await page.getByLabel('Served by').selectOption('one');
    await page.getByRole('heading', { name: 'No matching requests' }).waitFor();
    await visitor.expectAccessible();
    await page.getByRole('button', { name: 'Show all requests' }).click();
    await row(2).waitFor();
  });

  it('searches on the server, and keeps the search in the address', async () => {
    const reason = 'Rate limit reached for requests per minute';
    await log(server, [
      ...numbered(600),
      requestOf('rare', {
        attempts: [attemptOf('two/b-model', 'failed', { reason }), attemptOf('one/a-model', 'served')],
      }),
      requestOf('laptop', { keyLabel: 'My laptop' }),
      ...numbered(600),
    ]);
    visitor = await Visitor.signedIn(server, 'requests');
    const { page } = visitor;
    await row(0).waitFor();
    const search = page.getByRole('searchbox', { name: 'Search' });
    await search.fill('per MINUTE two/');
    await page.getByText('1 in all.').waitFor();
    expect(new URL(page.url()).searchParams.get('search')).to.equal('per MINUTE two/');
    await visitor.expectAccessible();
    await page.reload();
    await page.getByText('1 in all.').waitFor();
    expect(await search.inputValue()).to.equal('per MINUTE two/');
    // From the search to the row and into the request.
    await search.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('.id').getByText('rare').waitFor();
    await page.goBack();
    await search.fill('my laptop');
    await page.getByText('1 in all.').waitFor();
    // A new request that does not fit stays out.
    await page.getByText('Live', { exact: true }).waitFor();
    await (await server.chat()).text();
    await page.getByRole('button', { name: 'Show all' }).click();
    await row(1).waitFor();
    expect(await search.inputValue()).to.equal('');
  });

  it('shows the requests of a period, and keeps it in the address', async () => {
    const now = Date.now();
    const ago = (id: string, hours: number) => requestOf(id, { at: now - hours * 3_600_000, latencyMs: hours });
    await log(server, [ago('old', 200), ago('week', 100), ago('new', 0.5)]);
    visitor = await Visitor.signedIn(server, 'requests?range=7d');
    const { page } = visitor;
    const times = page.getByRole('search').getByRole('combobox').first();
    const moment = (place: number) => page.locator('.moment input').nth(place);
    await page.getByText('2 in all.').waitFor();
    expect(await times.inputValue()).to.equal('7d');
    await times.selectOption('1h');
    await page.getByText('1 in all.').waitFor();
    expect(new URL(page.url()).search).to.equal('?range=1h');
    await times.selectOption('own');
    await page.getByText('1 in all.').waitFor();
    const local = new Date(now - 150 * 3_600_000 - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
    await moment(0).fill(local);
    await page.getByText('2 in all.').waitFor();
    await moment(1).fill(local);
    await page.getByRole('heading', { name: 'No matching requests' }).waitFor();
    const { searchParams } = new URL(page.url());
    expect(searchParams.get('to')).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/);
    await visitor.expectAccessible();
    await page.reload();
    expect(await moment(0).inputValue()).to.equal(local);
  });

  it('shows local times, with UTC on hover and for screen readers', async () => {
    const at = Date.now() - 1_000;
    await log(server, [requestOf('a', { at })]);
    visitor = await Visitor.signedIn(server, 'requests', { timezoneId: 'Asia/Kolkata' });
    const local = (zone: string) =>
      new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: zone }).format(at);
    const utc = `${new Date(at).toISOString().slice(0, 10)} ${local('UTC')} UTC`;
    const link = row(0).getByRole('link', { name: `Request at ${local('Asia/Kolkata')} (${utc})` });
    await link.waitFor();
    expect(await link.locator('time').getAttribute('title')).to.contain(utc);
    expect(await link.locator('time').getAttribute('datetime')).to.equal(new Date(at).toISOString());
  });

  it('says that older requests were deleted only if some were', async () => {
    await log(server, [requestOf('a'), requestOf('b')]);
    visitor = await Visitor.signedIn(server, 'requests');
    const end = visitor.page.getByText('2 in all.');
    await end.waitFor();
    expect(await end.textContent()).to.equal('2 in all.');
  });

  it('shows new requests at once, and only counts them while the user has scrolled down', async () => {
    await log(server, numbered(60));
    visitor = await Visitor.signedIn(server, 'requests');
    const { page } = visitor;
    await row(0).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    upstreams[0]?.always(reply(400, { error: { message: 'No.' } }));
    upstreams[1]?.always(reply(400, { error: { message: 'No.' } }));
    await server.chat();
    await row(0).getByText('400').waitFor();
    await scrollTo(500);
    await server.chat();
    await page.getByRole('button', { name: '1 new request' }).waitFor();
    await server.chat();
    const news = page.getByRole('button', { name: '2 new requests' });
    await news.waitFor();
    expect(await scroller().evaluate(({ scrollTop }) => scrollTop)).to.equal(500);
    await news.click();
    await row(2).getByText('400').waitFor();
    expect(await scroller().evaluate(({ scrollTop }) => scrollTop)).to.equal(0);
    expect(await news.count()).to.equal(0);
  });

  it('leaves out new requests that do not fit the filter', async () => {
    visitor = await Visitor.signedIn(server, 'requests?status=failed');
    const { page } = visitor;
    await page.getByRole('heading', { name: 'No matching requests' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await (await server.chat()).text();
    for (const upstream of upstreams) upstream.always(reply(503, { error: { message: 'Down.' } }));
    await server.chat();
    await row(0).getByText('503').waitFor();
    expect(await rows().count()).to.equal(1);
  });

  it('can be paused, and resumes with the requests of the meantime', async () => {
    visitor = await Visitor.signedIn(server, 'requests');
    const { page } = visitor;
    await page.getByRole('heading', { name: 'No requests yet' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await visitor.expectAccessible();
    await (await server.chat()).text();
    await row(0).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await (await server.chat()).text();
    await page.getByRole('button', { name: '1 new request' }).waitFor();
    expect(await rows().count()).to.equal(1);
    await page.getByRole('button', { name: 'Resume' }).click();
    await row(1).waitFor();
  });

  it('works by keyboard, and restores the position after a visit to a request', async () => {
    await log(server, numbered(400));
    visitor = await Visitor.signedIn(server, 'requests');
    const { page } = visitor;
    await row(0).getByRole('link').focus();
    await page.keyboard.press('ArrowDown');
    await page.locator('a[href="/admin/requests/request-398"]:focus').waitFor();
    await page.keyboard.press('ArrowUp');
    await page.locator('a[href="/admin/requests/request-399"]:focus').waitFor();
    for (let press = 0; press < 3; press++) await page.keyboard.press('PageDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    const top = await scroller().evaluate(({ scrollTop }) => scrollTop);
    expect(top).to.be.greaterThan(0);
    const href = await page.locator('html').evaluate(({ ownerDocument }) => {
      let active = ownerDocument.activeElement;
      while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
      return active?.getAttribute('href');
    });
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Request', exact: true }).waitFor();
    expect(new URL(page.url()).pathname).to.equal(href);
    await page.goBack();
    await page.locator(`a[href="${href}"]`).waitFor();
    expect(await scroller().evaluate(({ scrollTop }) => scrollTop)).to.equal(top);
  });

  it('catches up on requests that ended while the connection was lost', async () => {
    await log(server, [requestOf('before')]);
    visitor = await Visitor.signedIn(server, 'requests');
    visitor.expectTrouble(SERVER_AWAY);
    const { page } = visitor;
    await row(0).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await server.stop();
    await page.getByText('Connection lost').waitFor();
    await server.listen();
    await log(server, [requestOf('meanwhile', { status: 418 })]);
    await row(1).waitFor();
    await row(0).getByText('418').waitFor();
  });

  it('shows an error, and retries at a click', async () => {
    await log(server, [requestOf('a')]);
    visitor = await Visitor.signedIn(server, 'usage');
    visitor.expectTrouble(/ERR_FAILED/);
    const { page } = visitor;
    await page.route('**/admin/api/requests?*', (route) => route.abort());
    await page.getByRole('link', { name: 'Requests' }).click();
    await page.getByRole('alert').getByText('429chain does not answer.').waitFor();
    await visitor.expectAccessible();
    await page.unroute('**/admin/api/requests?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await row(0).waitFor();
  });

  it('shows more rows in compact mode, and remembers it', async () => {
    await log(server, numbered(60));
    visitor = await Visitor.signedIn(server, 'requests');
    const { page } = visitor;
    const height = async (): Promise<number> => (await row(0).boundingBox())?.height ?? 0;
    await row(0).waitFor();
    const before = await height();
    await page.getByLabel('Compact').check();
    expect(await height()).to.be.lessThan(before);
    await page.reload();
    await row(0).waitFor();
    expect(await page.getByLabel('Compact').isChecked()).to.equal(true);
    expect(await height()).to.be.lessThan(before);
  });

  it('fits a small screen', async () => {
    await log(server, [
      requestOf('a', { target: `one/${'a-long-name-'.repeat(8)}`, attempts: [attemptOf('one/x', 'served')] }),
    ]);
    visitor = await Visitor.signedIn(server, 'requests', { viewport: { width: 360, height: 740 } });
    await row(0).waitFor();
    const { page } = visitor;
    expect(await page.locator('html').evaluate(({ scrollWidth }) => scrollWidth)).to.equal(360);
    expect(await scroller().evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).to.equal(0);
    await visitor.expectAccessible();
    // The filters are folded.
    const toggle = page.getByRole('button', { name: 'Filters' });
    expect(await page.getByLabel('Served by').isVisible()).to.equal(false);
    await toggle.click();
    expect(await toggle.getAttribute('aria-expanded')).to.equal('true');
    await page.getByLabel('Served by').selectOption('one');
    await page.getByRole('button', { name: 'Filters (1)' }).waitFor();
    expect(await page.locator('html').evaluate(({ scrollWidth }) => scrollWidth)).to.equal(360);
    await visitor.expectAccessible();
  });
});
