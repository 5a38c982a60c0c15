import { expect } from 'chai';
import type { Locator } from 'playwright-core';
import { chainOver } from '../../proxy.js';
import { answer, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { AdminServer, Visitor } from '../browser.js';
import { attemptOf, log, requestOf } from '../logged.js';

describe('The page of one request', () => {
  let upstreams: ScriptedUpstream[];
  let server: AdminServer;
  let visitor: Visitor;

  beforeEach(async () => {
    upstreams = await Promise.all([ScriptedUpstream.start(), ScriptedUpstream.start()]);
    for (const upstream of upstreams) upstream.always(answer('an answer'));
  });

  afterEach(async () => {
    await visitor.leave();
    await server.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
    visitor.expectNothingWrong();
  });

  const start = async (configuration: object = {}): Promise<void> => {
    server = await AdminServer.start({ ...chainOver(upstreams), ...configuration });
  };

  const rung = (text: string): Locator =>
    visitor.page.locator('attempt-ladder').getByRole('listitem').filter({ hasText: text });

  it("lists each attempt and each skipped target, with the provider's message and no key (pitfall 45)", async () => {
    await start();
    upstreams[0]?.always(reply(429, { error: { message: 'Slow down, key-of-one.' } }, { 'retry-after': '60' }));
    await (await server.chat()).text();
    await (await server.chat()).text();
    visitor = await Visitor.signedIn(server, 'requests');
    const { page } = visitor;
    await page.getByRole('link', { name: 'Request at' }).nth(1).click();
    await page.getByText('2 targets tried, 0 skipped').waitFor();
    await rung('one/a-model').getByText('429 at its rate limit').waitFor();
    const words = await rung('one/a-model').locator('blockquote').textContent();
    expect(words).to.contain('Slow down').and.not.to.contain('key-of-one');
    await rung('one/a-model').getByText('429 about a limit: the target cools down for 1m').waitFor();
    expect(await rung('two/a-model').getByText('429chain decided').count()).to.equal(0);
    await rung('two/a-model').getByText('served').waitFor();
    await page.getByText('200 · Answered').waitFor();
    await visitor.expectAccessible();
    await page.getByRole('link', { name: 'All requests' }).click();
    await page.getByRole('link', { name: 'Request at' }).first().click();
    await page.getByText('1 target tried, 1 skipped').waitFor();
    await rung('one/a-model').getByText('not tried').waitFor();
  });

  it('shows when each attempt started and ended, and when the request waited', async () => {
    await start();
    await log(server, [
      requestOf('waited', {
        latencyMs: 2_000,
        waitedMs: 1_500,
        attempts: [
          attemptOf('one/a-model', 'skipped', { class: 'rate_limit', reason: '30 of 30 used', startedMs: 0 }),
          attemptOf('one/a-model', 'served', { startedMs: 1_500, durationMs: 500 }),
        ],
      }),
    ]);
    visitor = await Visitor.signedIn(server, 'requests/waited');
    await rung('Waited for free capacity').getByText('from 0 ms to 1.50 s').waitFor();
    await rung('served').getByText('from 1.50 s to 2.00 s').waitFor();
    await visitor.page.getByText('1 target tried, 0 skipped').waitFor();
    const [axis, bar] = [
      await rung('served').locator('.track').boundingBox(),
      await rung('served').locator('.bar').boundingBox(),
    ];
    expect(((bar?.x ?? 0) - (axis?.x ?? 0)) / (axis?.width ?? 1)).to.be.closeTo(0.75, 0.01);
  });

  for (const [latencyMs, viewport] of [
    [3, { width: 1280, height: 800 }],
    [0.2, { width: 1280, height: 800 }],
    [61_000, { width: 360, height: 740 }],
    [149_000, { width: 700, height: 740 }],
  ] as const)
    it(`marks the axis of ${latencyMs} ms at round times, without overlaps at ${viewport.width} px`, async () => {
      await start();
      await log(server, [
        requestOf('a', { latencyMs, attempts: [attemptOf('one/a-model', 'served', { durationMs: latencyMs })] }),
      ]);
      visitor = await Visitor.signedIn(server, 'requests/a', { viewport });
      await rung('served').waitFor();
      const marks = visitor.page.locator('attempt-ladder .axis span');
      const texts = await marks.allTextContents();
      expect(texts[0]).to.equal('0 ms');
      expect(new Set(texts).size).to.equal(texts.length);
      for (const text of texts) expect(text).to.match(/^\d+ (ms|s|min)( \d+ s)?$/);
      if (latencyMs > 1) expect(texts.length).to.be.above(1);
      const boxes = await Promise.all((await marks.all()).map((mark) => mark.boundingBox()));
      const axis = await visitor.page.locator('attempt-ladder .axis').boundingBox();
      for (const [index, box] of boxes.entries()) {
        const next = boxes[index + 1];
        const end = (box?.x ?? 0) + (box?.width ?? 0);
        expect(end).to.be.at.most(next == null ? (axis?.x ?? 0) + (axis?.width ?? 0) + 1 : next.x);
      }
    });

  it('shows a request that the caller stopped without alarm', async () => {
    await start();
    const reason = 'The caller disconnected';
    const attempts = [attemptOf('one/a-model', 'failed', { class: 'cancelled', reason })];
    const { target, provider, model, ...stopped } = requestOf('stopped', { status: 499, attempts });
    await log(server, [stopped]);
    visitor = await Visitor.signedIn(server, 'requests');
    const { page } = visitor;
    const link = page.getByRole('link', { name: 'Request at' });
    await page.getByRole('img', { name: 'stopped by the caller' }).waitFor();
    expect(await page.locator('request-table .status').last().getAttribute('class')).to.equal('status plain');
    await link.click();
    await page.getByText('499 · Stopped by the caller').waitFor();
    await rung('one/a-model').locator('state-badge').getByText('stopped').waitFor();
    expect(await rung('one/a-model').locator('blockquote').count()).to.equal(0);
    expect(await rung('one/a-model').locator('.bar.failed').count()).to.equal(0);
    await visitor.expectAccessible();
  });

  it('shows what 429chain changed in a request for a target', async () => {
    await start();
    const adapted = [
      'dropped name: Groq refuses it',
      'renamed max_tokens to max_completion_tokens: it is the new name',
    ];
    await log(server, [requestOf('changed', { attempts: [attemptOf('one/a-model', 'served', { adapted })] })]);
    visitor = await Visitor.signedIn(server, 'requests/changed');
    for (const change of adapted) await rung('served').getByText(`Changed for this target: ${change}`).waitFor();
  });

  it('names the endpoint that the client called, here and in the list', async () => {
    await start();
    await log(server, [
      requestOf('a', { path: '/chat/completions' }),
      requestOf('b', { path: '/messages' }),
      requestOf('c', { path: '/audio/speech' }),
      requestOf('d', { path: '/api/chat' }),
    ]);
    visitor = await Visitor.signedIn(server, 'requests');
    const { page } = visitor;
    for (const name of ['chat', 'messages', 'speech', '/api/chat'])
      await page.getByRole('cell', { name, exact: true }).waitFor();
    await page.goto('requests/b');
    await page.getByText('POST /v1/messages').first().waitFor();
    await page.goto('requests/d');
    await page.getByText('POST /api/chat').first().waitFor();
  });

  it('shows a failure without a decision, as older versions stored it', async () => {
    await start();
    const attempts = [attemptOf('one/a-model', 'failed', { class: 'server_error', reason: 'down', status: 500 })];
    await log(server, [requestOf('old', { attempts })]);
    visitor = await Visitor.signedIn(server, 'requests/old');
    await rung('one/a-model').getByText('down').waitFor();
    expect(await rung('one/a-model').getByText('429chain decided').count()).to.equal(0);
  });

  it('shows prompt and answer if the log keeps them', async () => {
    await start({ plugins: [{ use: 'nedb-logger', options: { content: true } }] });
    const { headers } = await server.chat({ messages: [{ role: 'user', content: 'What is a waterfall?' }] });
    visitor = await Visitor.signedIn(server, `requests/${headers.get('x-request-id')}`);
    const { page } = visitor;
    await page.getByRole('region', { name: 'Request body' }).getByText('What is a waterfall?').waitFor();
    await page.getByRole('region', { name: 'Answer' }).getByText('an answer').waitFor();
    await visitor.expectAccessible();
  });

  it('says that a request missing in the log may be too old', async () => {
    await start();
    visitor = await Visitor.signedIn(server, 'requests/long-gone');
    visitor.expectTrouble(/404/);
    const { page } = visitor;
    await page.getByRole('heading', { name: 'This request is not in the log' }).waitFor();
    await page.getByText('It may have been deleted because of its age.').waitFor();
    await visitor.expectAccessible();
  });

  it('finds a request with special characters in its id', async () => {
    await start();
    const id = 'a/b?c=%41&<i>';
    await log(server, [requestOf(id)]);
    visitor = await Visitor.signedIn(server, 'requests');
    await visitor.page.getByRole('link', { name: 'Request at' }).click();
    await visitor.page.getByText('200 · Answered').waitFor();
    expect(await visitor.page.locator('.id').textContent()).to.equal(id);
  });

  it('shows a request that 429chain itself refused, with the code of its error', async () => {
    await start();
    await fetch(`${server.address}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer a-wrong-key', 'content-type': 'application/json' },
      body: '{}',
    });
    visitor = await Visitor.signedIn(server, 'requests');
    const { page } = visitor;
    await page.getByRole('link', { name: 'Request at' }).click();
    await page.getByText('401 invalid_api_key').waitFor();
    await page.getByText('0 targets tried, 0 skipped').waitFor();
  });

  it('fits a small screen', async () => {
    await start();
    await log(server, [requestOf('a')]);
    visitor = await Visitor.signedIn(server, 'requests/a', { viewport: { width: 360, height: 740 } });
    await rung('served').waitFor();
    expect(await visitor.page.locator('html').evaluate(({ scrollWidth }) => scrollWidth)).to.equal(360);
    await visitor.expectAccessible();
  });
});
