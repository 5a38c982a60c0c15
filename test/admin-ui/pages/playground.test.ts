import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { API_KEY, chainOver } from '../../proxy.js';
import { answer, chunk, DONE, reply, ScriptedUpstream, stream } from '../../scripted-upstream.js';
import { AdminServer, SERVER_AWAY, Visitor } from '../browser.js';
import { allowCopying, clipboard, runProgram, runShell } from '../copied.js';
import { wholePage } from '../whole-page.js';

const USAGE = { usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } };

describe('The page Playground', () => {
  let upstreams: [ScriptedUpstream, ScriptedUpstream];
  let server: AdminServer;
  let visitor: Visitor;
  let page: Page;

  beforeEach(async () => {
    upstreams = [await ScriptedUpstream.start(), await ScriptedUpstream.start()];
    upstreams[0].always(answer('from the first'));
    upstreams[1].always(answer('from the second'));
    server = await AdminServer.start(chainOver(upstreams));
    visitor = await Visitor.signedIn(server, 'playground');
    page = visitor.page;
  });

  afterEach(async () => {
    await visitor.leave();
    await server.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
    visitor.expectNothingWrong();
  });

  const prompt = (): Locator => page.getByRole('textbox', { name: 'Prompt', exact: true });
  const turn = (place = 0): Locator => page.getByRole('article').nth(place);
  const ask = async (text: string): Promise<void> => {
    await prompt().fill(text);
    await prompt().press('Control+Enter');
  };

  it('streams an answer, and shows target, latency and tokens', async () => {
    upstreams[0].always(stream([chunk({ content: 'Water ' }), chunk({ content: 'falls.' }, 'stop', USAGE), DONE]));
    await page.getByRole('heading', { name: 'Ask something' }).waitFor();
    await ask('What is a waterfall?');
    await turn().getByRole('region', { name: 'Answer' }).getByText('Water falls.').waitFor();
    await turn().getByText('Served by one/a-model').waitFor();
    await turn()
      .getByText(/First token [\d.]+ m?s/)
      .waitFor();
    await turn()
      .getByText(/Total [\d.]+ m?s/)
      .waitFor();
    await turn().getByText('Tokens 7 in, 2 out').waitFor();
    await turn().getByText('1 target tried or skipped').click();
    await turn().getByRole('listitem').getByText('one/a-model').waitFor();
    await visitor.expectAccessible();
    await turn().getByRole('link', { name: 'Open the request' }).click();
    await page.getByRole('heading', { name: 'Attempts' }).waitFor();
  });

  it('shows every attempt if the first target fails', async () => {
    upstreams[0].always(reply(429, { error: { message: 'Slow down.' } }, { 'retry-after': '60' }));
    await ask('Hello');
    await turn().getByText('Served by two/a-model').waitFor();
    await turn().getByText('2 targets tried or skipped').waitFor();
    await turn().getByText('Slow down.').waitFor();
  });

  it('keeps the conversation, and sends it with the next prompt', async () => {
    await page.getByLabel('System prompt').fill('Be brief.');
    await ask('One');
    await turn().getByText('from the first').waitFor();
    await ask('Two');
    await turn(1).getByText('from the first').waitFor();
    expect(upstreams[0].received[1]?.body.messages).to.deep.equal([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'One' },
      { role: 'assistant', content: 'from the first' },
      { role: 'user', content: 'Two' },
    ]);
    await page.getByRole('button', { name: 'New conversation' }).click();
    await page.getByRole('heading', { name: 'Ask something' }).waitFor();
  });

  it('calls a single target without streaming, with the parameters and the further fields', async () => {
    await page.getByLabel('Chain or target').fill('two/another');
    await page.getByLabel('Temperature').fill('0.3');
    await page.getByLabel('Max tokens').fill('64');
    await page.getByLabel('Top p').fill('0.9');
    await page.getByLabel('Stream the answer').uncheck();
    await page.getByText('More fields', { exact: true }).click();
    await page.getByLabel('More fields of the request').fill('{"seed": 7}');
    await ask('Hello');
    await turn().getByText('from the second').waitFor();
    await turn().getByText('Served by two/another').waitFor();
    await turn().getByText('Tokens 5 in, 3 out').waitFor();
    // The page asks for the list of models too.
    const { body } = upstreams[1].received.at(-1) ?? {};
    expect(body).to.deep.include({
      model: 'another',
      temperature: 0.3,
      max_tokens: 64,
      top_p: 0.9,
      seed: 7,
    });
    expect(body).not.to.have.property('stream');
  });

  it('sends nothing while a parameter is out of range or the further fields are not valid JSON', async () => {
    await page.getByLabel('Temperature').fill('3');
    await ask('Hello');
    expect(await page.getByLabel('Temperature').evaluate((input) => input.matches(':focus'))).to.equal(true);
    await page.getByLabel('Temperature').fill('');
    await page.getByText('More fields', { exact: true }).click();
    await page.getByLabel('More fields of the request').fill('{seed');
    await prompt().press('Control+Enter');
    await page.getByText('This is not JSON.').waitFor();
    expect(upstreams[0].received).to.deep.equal([]);
  });

  it('stops a request, and keeps the partial answer', async () => {
    upstreams[0].always(stream([chunk({ content: 'So far' })], 'hang'));
    await ask('Tell me everything');
    await turn().getByText('So far').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await turn().getByText('Stopped by you.').waitFor();
    await upstreams[0].received[0]?.aborted;
    await turn().getByText('So far').waitFor();
    await page.getByRole('button', { name: 'Send' }).waitFor();
  });

  it('says why each target did not answer, and retries', async () => {
    visitor.expectTrouble(/429/);
    upstreams[0].always(reply(429, { error: { message: 'First is spent.' } }, { 'retry-after': '60' }));
    upstreams[1].script(reply(429, { error: { message: 'Second is spent.' } }, { 'retry-after': '1' }));
    await ask('Hello');
    const alert = turn().getByRole('alert');
    await alert.getByText('No target of “default” can answer now.').waitFor();
    expect(await alert.getByRole('listitem').allTextContents()).to.have.length(2);
    await alert
      .getByRole('listitem')
      .filter({ hasText: /one\/a-model.*First is spent/ })
      .waitFor();
    await alert
      .getByRole('listitem')
      .filter({ hasText: /two\/a-model.*Second is spent/ })
      .waitFor();
    await turn().getByText('2 targets tried or skipped').waitFor();
    await visitor.expectAccessible();
    await page.getByLabel('Chain or target').fill('two/another');
    await alert.getByRole('button', { name: 'Ask again' }).click();
    await turn().getByText('from the second').waitFor();
    expect(await page.getByRole('article').count()).to.equal(1);
  });

  /** The first provider begins to answer. @returns what breaks its answer off: a chunk that has not arrived yet would be lost */
  const beginsWith = (event: string): (() => void) => {
    let answering: ServerResponse | undefined;
    upstreams[0].always((res, request) => {
      answering = res;
      return stream([event], 'hang')(res, request);
    });
    return () => answering?.destroy();
  };

  it('says that another target continued the answer', async () => {
    const cut = beginsWith(chunk({ role: 'assistant', content: 'One two three four five six seven eight nine ten' }));
    upstreams[1].always(answer('One two three four five six seven eight nine ten eleven twelve'));
    await ask('Count');
    await turn().getByText('nine ten').waitFor();
    cut();
    await turn().getByText('eleven twelve').waitFor();
    await turn().getByText('Taken up: one/a-model broke off, two/a-model continues.').waitFor();
    await turn().getByText('Served by two/a-model').waitFor();
  });

  it('says that an answer broke off, and keeps the partial answer', async () => {
    const cut = beginsWith(chunk({ content: 'Half of' }));
    await page.getByLabel('Chain or target').fill('one/a-model');
    await ask('Hello');
    await turn().getByText('Half of').waitFor();
    cut();
    await turn().getByRole('alert').waitFor();
    await turn().getByText('Half of').waitFor();
  });

  it('says that 429chain does not answer while it is down', async () => {
    visitor.expectTrouble(SERVER_AWAY);
    await prompt().waitFor();
    await server.stop();
    await ask('Hello');
    await turn().getByRole('alert').getByText('429chain does not answer. Is it running?').waitFor();
  });

  it('copies exactly this request as working code, without a key', async () => {
    await allowCopying(page);
    await page.getByLabel('System prompt').fill(`It's a "test" with \\ and $HOME`);
    await page.getByLabel('Temperature').fill('0.5');
    await ask('Say `hi` & "go"');
    await turn().getByText('from the first').waitFor();
    const { messages, temperature } = upstreams[0].received[0]?.body ?? {};
    for (const [name, execute] of [
      ['TypeScript', runProgram],
      ['curl', runShell],
    ] as const) {
      await turn().getByRole('button', { name }).click();
      await turn().getByText('Copied', { exact: true }).waitFor();
      const code = await clipboard(page);
      expect(code).to.include('CHAIN_API_KEY').and.to.include(`${server.address}/v1`).and.not.to.include(API_KEY);
      expect(await execute(code, { CHAIN_API_KEY: API_KEY })).to.include('first');
      expect(upstreams[0].received.at(-1)?.body).to.deep.include({ messages, temperature, stream: true });
      await turn().getByText('Copied', { exact: true }).waitFor({ state: 'hidden' });
    }
    await turn().getByRole('button', { name: 'Python' }).click();
    await turn().getByText('Copied', { exact: true }).waitFor();
    expect(await clipboard(page)).to.include('api_key=os.environ["CHAIN_API_KEY"]');
    expect(await wholePage(page)).not.to.include(API_KEY);
  });

  it('fits a narrow screen', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto('playground?model=two/a-model');
    await ask('Hello');
    await turn().getByText('from the second').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(360);
  });
});
