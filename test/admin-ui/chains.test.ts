import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { CHAIN_DEFAULTS } from '../../admin-ui/src/data/chains/chain-defaults.js';
import { API_KEY } from '../proxy.js';
import { makeReadOnly, makeWritable } from '../read-only-file.js';
import { answer, reply, ScriptedUpstream } from '../scripted-upstream.js';
import { ADMIN_KEY, AdminServer, SERVER_AWAY, Visitor } from './browser.js';

/** Models as OpenRouter lists them. */
const MODELS = [
  { id: 'maker/paid', context_length: 200_000, pricing: { prompt: '0.000001', completion: '0.000002' } },
  { id: 'maker/small:free', context_length: 8_000, pricing: { prompt: '0', completion: '0' } },
  {
    id: 'maker/large:free',
    context_length: 131_072,
    pricing: { prompt: '0', completion: '0' },
    architecture: { input_modalities: ['text', 'image'] },
    supported_parameters: ['tools'],
  },
];

const chains = `  chains: {
    default: [
      // asked first
      'one/a', // thirty a minute
      // asked second
      { provider: 'two', model: 'b', limits: [{ requests: 5, per: '1m' }] }, // five
      'two/c',
    ],
    careful: { targets: ['two/b'], maxWait: '20s' /* no longer */ },
  },
  defaultChain: 'default', // said aloud
`;

describe('The page of chains', () => {
  let one: ScriptedUpstream;
  let two: ScriptedUpstream;
  let server: AdminServer;
  let visitor: Visitor;
  let page: Page;

  const configured = (chainsText = chains): string => `// What the test is configured with.
{
  server: { apiKeys: ['${API_KEY}'], adminKey: '${ADMIN_KEY}' },
  providers: {
    one: { type: 'openai-compatible', baseUrl: '${one.baseUrl}', apiKey: 'key-of-one' },
    two: { type: 'openrouter', baseUrl: '${two.baseUrl}', apiKey: 'key-of-two', timeouts: { firstToken: '25s' } },
  },
${chainsText}}
`;

  beforeEach(async () => {
    one = await ScriptedUpstream.start();
    two = await ScriptedUpstream.start();
    for (const [upstream, models] of [
      [one, [{ id: 'a' }, { id: 'z' }]],
      [two, MODELS],
    ] as const) {
      upstream.always((res, request) => {
        const respond = request.path.endsWith('/models')
          ? reply(200, { object: 'list', data: models })
          : answer('hello');
        return respond(res, request);
      });
    }
  });

  afterEach(async () => {
    await visitor.leave();
    await server.close();
    await Promise.all([one.close(), two.close()]);
  });

  const visit = async (path: string, text = configured()): Promise<void> => {
    server = await AdminServer.start(text);
    visitor = await Visitor.signedIn(server, path);
    page = visitor.page;
  };

  const button = (name: string | RegExp, on = page) =>
    on.getByRole('button', { name, exact: typeof name === 'string' });
  const saved = (name: string, on = page) => on.getByText(`${name} is saved, and in force.`).waitFor();

  const nextFrame = (): Promise<unknown> => page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))');

  const complaint = (input: Locator): Promise<string> =>
    input.evaluate((element) => (element as unknown as { validationMessage: string }).validationMessage);

  /** Resolves once what is read is what is expected. */
  const settles = async <T>(read: () => Promise<T> | T, expected: T): Promise<void> => {
    const endsAt = Date.now() + 10_000;
    while (JSON.stringify(await read()) !== JSON.stringify(expected) && Date.now() < endsAt) {
      await nextFrame();
    }
    expect(await read()).to.deep.equal(expected);
  };

  const namesOf = (handles: Locator): Promise<string[]> =>
    handles.evaluateAll((each) => each.map((handle) => handle.getAttribute('aria-label')?.slice('Move '.length) ?? ''));

  const order = (on = page): Promise<string[]> => namesOf(on.getByRole('button', { name: /^Move / }));

  const dragged = (): Promise<string[]> => namesOf(page.locator('li:not(.sortable-fallback) .handle'));

  const steps = (): Promise<string[]> =>
    page.locator('chain-target .step').evaluateAll((each) => each.map(({ textContent }) => textContent ?? ''));

  /** Drags the handle of one target onto that of another. */
  const drag = async (target: string, onto: string): Promise<void> => {
    const before = await order();
    const from = await button(`Move ${target}`).boundingBox();
    const to = await button(`Move ${onto}`).boundingBox();
    if (from === null || to === null) throw new Error('It is not there.');
    const down = to.y > from.y;
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(from.x + from.width / 2, from.y + (down ? 30 : -10), { steps: 5 });
    await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2 + (down ? 8 : -8), { steps: 10 });
    // Where it would fall now. What hangs at the pointer is drawn besides.
    const others = before.filter((each) => each !== target);
    await settles(dragged, others.toSpliced(before.indexOf(onto), 0, target));
    await page.mouse.up();
  };

  describe('that lists them', () => {
    it('shows each with its targets in order and how they stand, and which is the default', async () => {
      await visit('chains');
      const first = page.getByRole('article', { name: 'Chain default' });
      await first.getByText('default', { exact: true }).last().waitFor();
      for (const [index, [target, state]] of [
        ['one/a', 'available'],
        ['two/b', 'tracking'],
        ['two/c', 'available'],
      ].entries()) {
        const row = first.getByRole('listitem').nth(index);
        expect(await row.textContent()).to.include(target);
        await row.getByText(state as string).waitFor();
      }
      one.script(reply(429, { error: { message: 'Enough' } }, { 'retry-after': '300' }));
      await server.chat();
      await first.getByText('exhausted').waitFor();
      await first.getByText(/back in \d min/).waitFor();
      await visitor.expectAccessible();
      visitor.expectNothingWrong();
    });

    it('adds one: a name, targets from the list and by hand', async () => {
      await visit('chains');
      await button('Add a chain').click();
      const name = page.getByRole('textbox', { name: 'Name' });
      await settles(() => name.evaluate((input) => input.matches(':focus')), true);
      await name.fill('careful');
      await button('Choose its targets').click();
      expect(await complaint(name)).to.include('there already');
      await name.fill('new one');
      await name.press('Enter');
      await page.getByRole('heading', { name: 'new one', level: 1 }).waitFor();
      await button('Add targets').click();
      const models = page.getByRole('region', { name: 'Models found' });
      await models.getByText('two/maker/paid').waitFor();
      await models.getByText('one/z').waitFor();
      await button('Tools').click();
      await settles(() => models.getByRole('row').count(), 2);
      await button('Add two/maker/large:free').click();
      await button('Tools').click();
      await page.getByRole('searchbox', { name: 'Search models' }).fill('ONE z');
      await button('Add one/z').click();
      const typed = page.getByRole('combobox', { name: 'Or write it yourself' });
      await typed.fill('nobody/x');
      await typed.press('Enter');
      await page.getByText('There is no provider “nobody”. There is: one, two.').waitFor();
      await typed.fill('one/typed/by-hand');
      await typed.press('Enter');
      await visitor.expectAccessible();
      await button('Done').click();
      expect(await order()).to.deep.equal(['two/maker/large:free', 'one/z', 'one/typed/by-hand']);
      await button('Save').click();
      await saved('new one');
      expect(page.url()).to.match(/\/chains\/new%20one$/);
      expect(server.text).to.equal(
        configured(
          chains.replace(
            '/* no longer */ },\n',
            "/* no longer */ },\n    'new one': ['two/maker/large:free', 'one/z', 'one/typed/by-hand'],\n",
          ),
        ),
      );
      await page.reload();
      await settles(order, ['two/maker/large:free', 'one/z', 'one/typed/by-hand']);
      visitor.expectNothingWrong();
    });

    it('renames one, and makes one the default; both can be taken back', async () => {
      await visit('chains');
      await button('Rename default').click();
      const name = page.getByRole('textbox', { name: 'Name' });
      await name.fill('main');
      await name.press('Enter');
      await page.getByText('default is called main now.').waitFor();
      expect(server.text).to.equal(
        configured(
          chains.replace('    default: [', '    main: [').replace("defaultChain: 'default'", "defaultChain: 'main'"),
        ),
      );
      await button('Make careful the default').click();
      await page.getByText(/careful is the default now/).waitFor();
      expect(server.text).to.include("defaultChain: 'careful', // said aloud");
      await button('Undo').click();
      await button('Make careful the default').waitFor();
      expect(server.text).to.include("defaultChain: 'main', // said aloud");
      visitor.expectNothingWrong();
    });

    it('removes one after it has asked, gives it back, and never removes the default', async () => {
      await visit('chains');
      await button('Remove default').click();
      await page.getByText('default is the default chain. Make another one the default first.').waitFor();
      await button('Remove careful').click();
      await button('Cancel').click();
      expect(server.text).to.equal(configured());
      await button('Remove careful').click();
      await button('Remove').click();
      await page.getByText('careful is removed.').waitFor();
      expect(server.text).not.to.include('careful');
      await button('Undo').click();
      await page.getByRole('article', { name: 'Chain careful' }).waitFor();
      expect(server.text).to.include("careful: { targets: ['two/b'], maxWait: '20s' }");
      visitor.expectNothingWrong();
    });

    it('says what to do where there is none yet', async () => {
      await visit('chains', configured('  chains: {},\n'));
      await button('Add your first chain').click();
      const name = page.getByRole('textbox', { name: 'Name' });
      expect(await name.inputValue()).to.equal('default');
      await page.keyboard.press('Escape');
      await visitor.expectAccessible();
      await server.changeElsewhere('providers/one', {}, 'DELETE');
      await server.changeElsewhere('providers/two', {}, 'DELETE');
      expect(await page.getByRole('link', { name: 'Add your first provider' }).getAttribute('href')).to.equal(
        '/admin/welcome',
      );
      visitor.expectNothingWrong();
    });

    it('says when the server does not answer, and shows them once it does', async () => {
      await visit('chains');
      await button('Add a chain').waitFor();
      await page.getByRole('link', { name: 'Usage' }).click();
      await page.getByRole('heading', { name: 'Usage' }).waitFor();
      visitor.expectTrouble(SERVER_AWAY);
      await server.stop();
      await page.getByText('Connection lost, trying again').waitFor();
      await page.getByRole('link', { name: 'Chains' }).click();
      await page.getByText('429chain does not answer. Is it running?').waitFor();
      await server.listen();
      await button('Try again').click();
      await page.getByRole('article', { name: 'Chain careful' }).waitFor();
    });
  });

  describe('that edits one', () => {
    it('puts targets in order by drag, and keeps the comments of the file (pitfall 35: comments were lost)', async () => {
      await visit('chains/default');
      await settles(order, ['one/a', 'two/b', 'two/c']);
      await drag('one/a', 'two/c');
      await settles(order, ['two/b', 'two/c', 'one/a']);
      await drag('one/a', 'two/b');
      await settles(order, ['one/a', 'two/b', 'two/c']);
      await drag('one/a', 'two/b');
      await settles(order, ['two/b', 'one/a', 'two/c']);
      await button('Save').click();
      await saved('default');
      const [, first, second] = chains.split(/( {6}\/\/ asked first\n.*\n)( {6}\/\/ asked second\n.*\n)/);
      expect(server.text).to.equal(configured(chains.replace(`${first}${second}`, `${second}${first}`)));
      visitor.expectNothingWrong();
    });

    it('saves two quick drags once, and never snaps back (pitfall 38: they were two saves in any order)', async () => {
      await visit('chains/default');
      await settles(order, ['one/a', 'two/b', 'two/c']);
      const puts: string[] = [];
      page.on('request', (request) => {
        if (request.method() === 'PUT') puts.push(request.url());
      });
      await drag('one/a', 'two/c');
      await drag('two/b', 'two/c');
      await settles(order, ['two/c', 'two/b', 'one/a']);
      expect(puts).to.deep.equal([]);
      const orders = new Set<string>();
      await page.keyboard.press('Control+s');
      await page.keyboard.press('Control+s');
      const done = saved('default').then(() => true);
      do orders.add(JSON.stringify(await order()));
      while (!(await Promise.race([done, nextFrame().then(() => false)])));
      orders.add(JSON.stringify(await order()));
      expect([...orders]).to.deep.equal([JSON.stringify(['two/c', 'two/b', 'one/a'])]);
      expect(puts).to.have.length(1);
      expect(server.text.indexOf("'two/c'")).to.be.below(server.text.indexOf("'one/a'"));
      visitor.expectNothingWrong();
    });

    it('puts targets in order by keyboard, keeps the focus, and says where they are now', async () => {
      await visit('chains/default');
      const handle = button('Move one/a');
      await handle.focus();
      for (const [key, places, words] of [
        ['ArrowDown', ['two/b', 'one/a', 'two/c'], 'one/a is number 2 of 3 now.'],
        ['End', ['two/b', 'two/c', 'one/a'], 'one/a is number 3 of 3 now.'],
        ['ArrowDown', ['two/b', 'two/c', 'one/a'], 'one/a is number 3 of 3 now.'],
        ['ArrowUp', ['two/b', 'one/a', 'two/c'], 'one/a is number 2 of 3 now.'],
        ['Home', ['one/a', 'two/b', 'two/c'], 'one/a is number 1 of 3 now.'],
      ] as const) {
        await page.keyboard.press(key);
        await settles(order, [...places]);
        expect(await page.locator('sortable-list').getByRole('status').textContent()).to.equal(words);
        await settles(() => handle.evaluate((each) => each.matches(':focus')), true);
      }
      expect(await button('Save').count(), 'as it was').to.equal(0);
      visitor.expectNothingWrong();
    });

    it('takes targets out, and puts them back where they were', async () => {
      await visit('chains/default');
      await button('Remove two/b').click();
      await settles(order, ['one/a', 'two/c']);
      await settles(() => button('Move two/c').evaluate((each) => each.matches(':focus')), true);
      await button('Undo').click();
      await settles(order, ['one/a', 'two/b', 'two/c']);
      expect(await button('Save').count()).to.equal(0);
      for (const target of ['one/a', 'two/b', 'two/c']) await button(`Remove ${target}`).click();
      await button('Save').click();
      await page.getByText('A chain needs a target. Add one, or remove the chain.').waitFor();
      await button('Discard').click();
      await settles(order, ['one/a', 'two/b', 'two/c']);
      await button('Bring mine back').click();
      await settles(order, []);
      expect(server.text).to.equal(configured());
      visitor.expectNothingWrong();
    });

    it('gives a target limits and timeouts, and saves none that is half typed', async () => {
      await visit('chains/default');
      await button('Limits and timeouts of two/c').click();
      const target = page.locator('chain-target[target="two/c"]');
      expect(await target.getByLabel('First token').getAttribute('placeholder'), "its provider's").to.equal('25s');
      await target.getByLabel('Idle').fill('soon');
      await button('Save').click();
      await page.getByText('“soon” is no span of time.').waitFor();
      await settles(() => target.getByLabel('Idle').evaluate((each) => each.matches(':focus')), true);
      await target.getByLabel('Idle').fill('9s');
      await button('Add a limit').click();
      await visitor.expectAccessible();
      await page.keyboard.press('Control+s');
      expect(server.text, 'how many?').to.equal(configured());
      await target.getByLabel('How many').fill('30');
      await page.keyboard.press('Control+s');
      await saved('default');
      expect(server.text).to.equal(
        configured(
          chains.replace(
            "'two/c'",
            "{ provider: 'two', model: 'c', limits: [{ requests: 30, per: '1m' }], timeouts: { idle: '9s' } }",
          ),
        ),
      );
      visitor.expectNothingWrong();
    });

    it('sets how a chain behaves, with every default of the schema in its place', async () => {
      const { properties } = JSON.parse(readFileSync('schemas/429chain.schema.json', 'utf8')).$defs.fullChain;
      const defaults = Object.keys(CHAIN_DEFAULTS).map((key) => [key, properties[key].default]);
      expect(CHAIN_DEFAULTS).to.deep.equal(Object.fromEntries(defaults));
      await visit('chains/careful');
      const settings = page.locator('chain-settings');
      expect(await settings.getByLabel('Longest wait').inputValue()).to.equal('20s');
      for (const [label, placeholder] of [
        ['Longest wait', '30s'],
        ['Patience', '0s'],
        ['Retries', '0'],
        ['Connect', '10s'],
        ['First token', '60s'],
        ['Idle', '60s'],
        ['Total', '10m'],
      ]) {
        expect(await settings.getByLabel(label as string, { exact: true }).getAttribute('placeholder'), label).to.equal(
          placeholder,
        );
      }
      await settings.getByLabel('Longest wait').fill('');
      await settings.getByLabel('Patience').fill('2s');
      await settings.getByLabel('Retries').fill('1');
      await settings.getByLabel('Resume broken streams').selectOption('no');
      await settings.getByLabel('When content is refused').selectOption('ask the next target');
      await settings.getByLabel('First token').fill('20s');
      await button('Save').click();
      await saved('careful');
      const lines = [
        "targets: ['two/b'],",
        "patience: '2s',",
        'retries: 1,',
        'resume: false,',
        "onModeration: 'next',",
        "timeouts: { firstToken: '20s' },",
      ];
      expect(server.text).to.include(`    careful: {\n${lines.map((line) => `      ${line}\n`).join('')}    },\n`);
      await settings.getByLabel('Resume broken streams').selectOption('default: yes');
      await button('Save').click();
      await settles(() => server.text.includes('resume'), false);
      visitor.expectNothingWrong();
    });

    it('renames it with its other changes, at its new address', async () => {
      await visit('chains/careful');
      const name = page.getByRole('textbox', { name: 'Name' });
      await name.fill('default');
      await button('Save').click();
      expect(await complaint(name)).to.include('already');
      await name.fill('50% as careful?');
      await page.locator('chain-settings').getByLabel('Retries').fill('2');
      await button('Save').click();
      await saved('50% as careful?');
      expect(server.text).to.include(
        "'50% as careful?': { targets: ['two/b'], maxWait: '20s' /* no longer */, retries: 2 }",
      );
      await page.reload();
      await page.getByRole('heading', { name: '50% as careful?', level: 1 }).waitFor();
      await settles(order, ['two/b']);
      await button('Make default').click();
      await page.getByText('This is the default chain').waitFor();
      expect(server.text).to.include("defaultChain: '50% as careful?', // said aloud");
      visitor.expectNothingWrong();
    });

    it('does not lose what is not saved: not by a link, not by going back, not by closing', async () => {
      await visit('chains');
      await page.getByRole('link', { name: 'Edit default' }).click();
      await button('Remove two/b').click();
      for (const leave of [
        () => page.getByRole('link', { name: 'Connect', exact: true }).click(),
        () => page.goBack(),
      ]) {
        await leave();
        await page.getByRole('dialog', { name: 'Leave without saving?' }).waitFor();
        await button('Go on editing').click();
        await settles(() => new URL(page.url()).pathname, '/admin/chains/default');
        expect(await order()).to.deep.equal(['one/a', 'two/c']);
      }
      const asked = page.waitForEvent('dialog');
      await page.close({ runBeforeUnload: true });
      const dialog = await asked;
      expect(dialog.type()).to.equal('beforeunload');
      await dialog.dismiss();
      expect(await order()).to.deep.equal(['one/a', 'two/c']);
      await page.getByRole('link', { name: 'Connect', exact: true }).click();
      await button('Leave').click();
      await page.getByRole('heading', { name: 'Connect' }).waitFor();
      expect(server.text).to.equal(configured());
      visitor.expectNothingWrong();
    });

    it('shows what the next request would do, with the list as it is, and as things change', async () => {
      await visit('chains/default');
      await settles(steps, ['asked next', 'not reached', 'not reached']);
      await page.getByText('The next request is answered by one/a.').waitFor();
      one.script(reply(429, { error: { message: 'Enough' } }, { 'retry-after': '300' }));
      await server.chat();
      await page.getByText(/passed over: .*Enough.* · back in \d min/).waitFor();
      await page.getByText('The next request is answered by two/b.').waitFor();
      await button('Move two/c').focus();
      await page.keyboard.press('Home');
      await page.getByText('The next request is answered by two/c.').waitFor();
      await settles(steps, ['asked next', 'not reached', 'not reached']);
      expect(
        two.received.map(({ body }) => body.model),
        'nothing was sent',
      ).to.deep.equal(['b']);
      await visitor.expectAccessible();
      visitor.expectNothingWrong();
    });

    for (const [seconds, words] of [[300, /^The next request is refused: /]] as const) {
      it(`says what the next request would do where the only target is back in ${seconds} s`, async () => {
        await visit('chains/careful');
        await settles(steps, ['asked next']);
        two.script(reply(429, { error: { message: 'Enough' } }, { 'retry-after': String(seconds) }));
        // It may wait until the server goes.
        void server.chat({ model: 'careful' }).catch(() => {});
        await page.getByText(words).waitFor();
        await page.getByText(/passed over: .* · back in/).waitFor();
        visitor.expectNothingWrong();
      });
    }

    it('keeps what is not saved while the server is away', async () => {
      await visit('chains/default');
      await settles(order, ['one/a', 'two/b', 'two/c']);
      visitor.expectTrouble(SERVER_AWAY);
      await server.stop();
      await button('Remove two/b').click();
      await button('Save').click();
      await page.locator('save-problem').getByText('429chain does not answer').waitFor();
      await server.listen();
      await page.getByText('Live', { exact: true }).waitFor();
      expect(await order()).to.deep.equal(['one/a', 'two/c']);
      await button('Save').click();
      await saved('default');
      expect(server.text).not.to.include("model: 'b'");
    });

    it('draws what is changed elsewhere once the drag is over, and moves nothing else in its place', async () => {
      await visit('chains/default');
      await settles(order, ['one/a', 'two/b', 'two/c']);
      const handle = await button('Move one/a').boundingBox();
      if (handle === null) throw new Error('It is not there.');
      await page.mouse.move(handle.x + 5, handle.y + 5);
      await page.mouse.down();
      await page.mouse.move(handle.x + 5, handle.y + 90, { steps: 8 });
      await server.changeElsewhere('chains/default', { targets: [{ target: 'two/c' }, { target: 'one/z' }] });
      await page.getByText('default was changed elsewhere.').waitFor();
      await page.mouse.up();
      await settles(order, ['two/c', 'one/z']);
      expect(await page.getByRole('region', { name: 'Unsaved changes' }).count()).to.equal(0);
      visitor.expectNothingWrong();
    });

    it('fits a telephone', async () => {
      await visit('chains/default');
      await page.setViewportSize({ width: 360, height: 740 });
      await button('Limits and timeouts of two/b').click();
      await button('Remove one/a').click();
      await button('Add targets').click();
      await button('Add two/maker/paid').click();
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width).to.equal(360);
      await visitor.expectAccessible();
      visitor.expectNothingWrong();
    });

    it('follows what is changed elsewhere while there is nothing of its own', async () => {
      await visit('chains/default');
      await settles(order, ['one/a', 'two/b', 'two/c']);
      await server.changeElsewhere('chains/default', { targets: [{ target: 'two/c' }] });
      await settles(order, ['two/c']);
      await page.getByText('default was changed elsewhere. This is how it is now.').waitFor();
      await button('Remove two/c').click();
      await server.changeElsewhere('chains/careful', { targets: [{ target: 'one/a' }] });
      await button('Undo').click();
      await button('Move two/c').waitFor();
      await page.locator('chain-settings').getByLabel('Retries').fill('1');
      await button('Save').click();
      await saved('default');
      expect(server.text).to.include("careful: { targets: ['one/a'] }");
      visitor.expectNothingWrong();
    });

    describe('in two tabs', () => {
      let other: Page;

      const bothEdit = async (): Promise<void> => {
        await visit('chains/default');
        other = await visitor.anotherTab('chains/default');
        await button('Remove one/a', page).click();
        await button('Remove two/c', other).click();
        await button('Save', other).click();
        await saved('default', other);
        await page.getByText('It was changed elsewhere while you were editing it. Which one is to stay?').waitFor();
        await page.getByText('Theirs: one/a → two/b').waitFor();
        expect(await order()).to.deep.equal(['two/b', 'two/c']);
      };

      it('takes theirs, and could still bring mine back', async () => {
        await bothEdit();
        await visitor.expectAccessible();
        await button('Take theirs').click();
        await settles(order, ['one/a', 'two/b']);
        await button('Bring mine back').click();
        await settles(order, ['two/b', 'two/c']);
        await button('Save').click();
        await saved('default');
        await settles(() => order(other), ['two/b', 'two/c']);
        visitor.expectNothingWrong();
      });

      it('keeps mine, and the other tab shows it', async () => {
        await bothEdit();
        await button('Keep mine').click();
        await saved('default');
        await settles(() => order(other), ['two/b', 'two/c']);
        expect(server.text).not.to.include('one/a');
        visitor.expectNothingWrong();
      });

      it('brings back what was removed meanwhile, if that is wanted', async () => {
        await visit('chains/careful');
        await page.locator('chain-settings').getByLabel('Retries').fill('1');
        await server.changeElsewhere('chains/careful', {}, 'DELETE');
        await page.getByText('It was removed elsewhere while you were editing it.').waitFor();
        await button('Keep mine').click();
        await saved('careful');
        expect(server.text).to.include("careful: { targets: ['two/b'], maxWait: '20s', retries: 1 }");
        await server.changeElsewhere('chains/careful', {}, 'DELETE');
        await page.getByRole('heading', { name: 'There is no chain “careful”' }).waitFor();
        visitor.expectNothingWrong();
      });
    });

    it('says that the file cannot be written, shows the change to make, and loses nothing', async function () {
      await visit('chains/default');
      await settles(order, ['one/a', 'two/b', 'two/c']);
      if (!makeReadOnly(server.file)) this.skip();
      try {
        await page.reload();
        await page.getByText('What you change here is shown as the change to make by hand.').waitFor();
        visitor.expectTrouble(/403/);
        await button('Remove two/c').click();
        await button('Show the change').click();
        const note = page.getByRole('alert', { name: 'The configuration cannot be written' });
        await note.getByText("- 'two/c',").waitFor();
        expect(await order()).to.deep.equal(['one/a', 'two/b']);
        await visitor.expectAccessible();
      } finally {
        makeWritable(server.file);
      }
      // A person makes the change by hand.
      writeFileSync(server.file, configured(chains.replace("      'two/c',\n", '')));
      await settles(() => page.getByRole('region', { name: 'Unsaved changes' }).count(), 0);
      expect(await order()).to.deep.equal(['one/a', 'two/b']);
      visitor.expectNothingWrong();
    });
  });

  it('keeps unsaved changes when the session ends meanwhile, and asks for the key', async () => {
    await visit('chains/default');
    visitor.expectTrouble(/401|INCOMPLETE_CHUNKED/);
    const wait = page.getByLabel('Longest wait');
    await wait.fill('45s');
    await visitor.endSession(server);
    await page.getByText('Your session is over.').waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).isVisible()).to.equal(false);
    await page.getByLabel('Admin key').fill(ADMIN_KEY);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('default is saved, and in force.').waitFor();
    expect(server.text).to.contain('45s');
    visitor.expectNothingWrong();
  });
});
