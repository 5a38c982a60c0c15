import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { PROGRAMS } from '../../../admin-ui/src/data/connect/programs.js';
import { API_KEY, chainOver } from '../../proxy.js';
import { answer, ScriptedUpstream } from '../../scripted-upstream.js';
import { until } from '../../until.js';
import { AdminServer, Visitor } from '../browser.js';
import { allowCopying, clipboard, runProgram, runShell } from '../copied.js';
import { wholePage } from '../whole-page.js';

describe('The page Connect', () => {
  let upstream: ScriptedUpstream;
  let server: AdminServer;
  let visitor: Visitor;
  let page: Page;

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
    upstream.always(answer('hello from upstream'));
    const chains = { default: ['one/a-model'], careful: ['one/b-model'] };
    server = await AdminServer.start({ ...chainOver([upstream]), chains });
    visitor = await Visitor.signedIn(server, 'connect');
    page = visitor.page;
    await allowCopying(page);
  });

  afterEach(async () => {
    await visitor.leave();
    await server.close();
    await upstream.close();
    visitor.expectNothingWrong();
  });

  const open = (title: string): Promise<void> =>
    page.getByRole('navigation', { name: 'Programs' }).getByRole('link', { name: title, exact: true }).click();
  const copied = async (what: string): Promise<string> => {
    await page.getByRole('button', { name: `Copy ${what}`, exact: true }).click();
    await page.getByRole('button', { name: `Copied ${what}`, exact: true }).waitFor();
    return clipboard(page);
  };

  it('copies code for the OpenAI SDK that runs as it is, with a key that is nowhere on the page', async () => {
    await page.getByRole('heading', { name: 'OpenAI SDK, TypeScript' }).waitFor();
    await page.getByRole('combobox', { name: 'Chain', exact: true }).selectOption('careful');
    const code = await copied('hello.ts');
    expect(code).to.include(API_KEY);
    expect(await runProgram(code)).to.equal('hello from upstream');
    expect(upstream.received[0]?.body.model).to.equal('b-model');
    expect(await wholePage(page)).not.to.include(API_KEY);
  });

  it('copies a curl command that runs as it is', async () => {
    await open('curl');
    expect(await runShell(await copied('Terminal'))).to.include('hello from upstream');
  });

  it('creates a key for the program, which is then in the copied text and in the log', async () => {
    await open('Cline');
    await page.getByRole('button', { name: 'New key for Cline' }).click();
    await page.getByText('The key “Cline” is created').waitFor();
    const key = page.getByRole('combobox', { name: 'Key', exact: true });
    await until(async () => (await key.inputValue()) === 'Cline');
    const made = await copied('OpenAI Compatible API Key');
    expect(made).to.match(/^429-[\w-]{32}$/);
    expect(server.text).to.include('CHAIN_API_KEY_CLINE').and.not.to.include(made);
    expect(await copied('Base URL')).to.equal(`${server.address}/v1`);
    const response = await fetch(`${server.address}/v1/models`, { headers: { authorization: `Bearer ${made}` } });
    expect(response.status).to.equal(200);
    expect(await wholePage(page)).not.to.include(made);
    await page.getByRole('button', { name: 'New key for Cline' }).click();
    await page.getByText('The key “Cline 2” is created').waitFor();
  });

  it('keeps the program in the address, and shows a select on narrow screens', async () => {
    await open('Zed');
    await page.getByRole('heading', { name: 'Zed', exact: true }).waitFor();
    expect(new URL(page.url()).search).to.equal('?program=zed');
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole('combobox', { name: 'Program', exact: true }).selectOption('opencode');
    await page.getByText('Or by hand: ~/.config/opencode/opencode.json').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(360);
  });

  it('says what to do first if there is no chain', async () => {
    const empty = await AdminServer.start({ providers: {}, chains: {} });
    const newcomer = await Visitor.signedIn(empty, 'connect');
    await newcomer.page.getByRole('heading', { name: 'No chain yet' }).waitFor();
    await newcomer.expectAccessible();
    await newcomer.leave();
    await empty.close();
    newcomer.expectNothingWrong();
  });
});

describe('The page Connect for each program', () => {
  let server: AdminServer;
  let visitor: Visitor;

  before(async () => {
    server = await AdminServer.start({
      providers: { one: { type: 'openai-compatible', apiKey: 'key-of-one', baseUrl: 'http://127.0.0.1:1/v1' } },
      chains: { default: ['one/a-model'] },
    });
    visitor = await Visitor.signedIn(server, 'connect');
  });

  after(async () => {
    await visitor.leave();
    await server.close();
    visitor.expectNothingWrong();
  });

  /** The pages of a group look alike: the first one is checked for accessibility. */
  const firstOfGroups = new Set(
    PROGRAMS.filter(({ group }, at) => PROGRAMS.findIndex((other) => other.group === group) === at),
  );
  for (const program of PROGRAMS) {
    const { id, title, steps } = program;
    it(`shows the steps for ${title}`, async () => {
      const { page } = visitor;
      await page.goto(`connect?program=${id}`);
      await page.getByRole('heading', { name: title, exact: true }).waitFor();
      const shown = page.locator('program-settings');
      await shown.getByRole('button', { name: /^Copy/ }).first().waitFor();
      expect(await shown.getByRole('button', { name: /^Copy/ }).count()).to.be.at.least(steps.length);
      if (firstOfGroups.has(program)) await visitor.expectAccessible();
    });
  }
});
