import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { API_KEY } from '../../proxy.js';
import { answer, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { ADMIN_KEY, AdminServer, Visitor } from '../browser.js';

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

/** The chains in the configuration file, with comments in every place. */
export const WRITTEN = `  chains: {
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

/** Longer than a loaded machine needs. */
const LONGEST_MS = 10_000;

/** Why the browser refuses what an input holds. */
export const complaint = (input: Locator): Promise<string> =>
  input.evaluate((element) => (element as unknown as { validationMessage: string }).validationMessage);

/** Two scripted providers, a proxy with chains over them, and a user on a page of the chains. */
export class ChainsStage {
  one!: ScriptedUpstream;
  two!: ScriptedUpstream;
  server!: AdminServer;
  visitor!: Visitor;

  private constructor() {}

  /** Starts the providers before each test of the suite around it; the test opens a page with `visit`. */
  static forEachTest(): ChainsStage {
    const stage = new ChainsStage();
    beforeEach(async () => {
      [stage.one, stage.two] = await Promise.all([providerWith([{ id: 'a' }, { id: 'z' }]), providerWith(MODELS)]);
    });
    afterEach(async () => {
      await stage.visitor.leave();
      await stage.server.close();
      await Promise.all([stage.one.close(), stage.two.close()]);
    });
    return stage;
  }

  /** Starts the proxy with this configuration, and opens a page such as `chains/default`. */
  async visit(path: string, text = this.configured()): Promise<void> {
    this.server = await AdminServer.start(text);
    this.visitor = await Visitor.signedIn(this.server, path);
  }

  get page(): Page {
    return this.visitor.page;
  }

  configured(chains = WRITTEN): string {
    return `// What the test is configured with.
{
  server: { apiKeys: ['${API_KEY}'], adminKey: '${ADMIN_KEY}' },
  providers: {
    one: { type: 'openai-compatible', baseUrl: '${this.one.baseUrl}', apiKey: 'key-of-one' },
    two: { type: 'openrouter', baseUrl: '${this.two.baseUrl}', apiKey: 'key-of-two', timeouts: { firstToken: '25s' } },
  },
${chains}}
`;
  }

  button(name: string | RegExp, on = this.page): Locator {
    return on.getByRole('button', { name, exact: typeof name === 'string' });
  }

  /** Resolves when the page says that the chain is saved. */
  saved(name: string, on = this.page): Promise<void> {
    return on.getByText(`${name} is saved and in effect.`).waitFor();
  }

  /** Resolves when the page has received the event that `cause` causes. */
  async eventAfter(cause: () => Promise<unknown>): Promise<void> {
    // A feed of its own: the page opened one before, so it receives the event first.
    await this.page.evaluate(`new Promise((resolve) => {
      const feed = new EventSource('/admin/api/events');
      feed.addEventListener('status', resolve);
      window.heard = new Promise((heard) => feed.addEventListener('changes', ({ data }) => {
        if (JSON.parse(data).requests.length > 0) heard(feed.close());
      }));
    })`);
    await cause();
    await this.page.evaluate('window.heard');
  }

  nextFrame(): Promise<unknown> {
    return this.page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))');
  }

  /** Resolves when `read` returns `expected`. */
  async settles<T>(read: () => Promise<T> | T, expected: T): Promise<void> {
    const endsAt = Date.now() + LONGEST_MS;
    while (JSON.stringify(await read()) !== JSON.stringify(expected) && Date.now() < endsAt) {
      await this.nextFrame();
    }
    expect(await read()).to.deep.equal(expected);
  }

  /** The targets of the chain, in their order on the page. */
  readonly order = (on: Page | Locator = this.page): Promise<string[]> =>
    namesOf(on.getByRole('button', { name: /^Move / }));

  /** What the page says about each target for the next request. */
  readonly steps = (): Promise<string[]> =>
    this.page.locator('chain-target .step').evaluateAll((each) => each.map(({ textContent }) => textContent ?? ''));

  /** Chooses an action in the menu of a chain or a target, such as `Rename careful`. */
  async choose(menu: string, action: string): Promise<void> {
    await this.button(`More about ${menu}`).click();
    await this.page.getByRole('menuitem', { name: action, exact: true }).click();
  }

  /** A setting of the chain, among all of them. */
  async setting(label: string): Promise<Locator> {
    const all = this.button('All settings');
    if ((await all.getAttribute('aria-expanded')) === 'false') await all.click();
    return this.page.locator('chain-settings').getByLabel(label);
  }

  /** The card of a chain on the page of all chains. */
  card(name: string): Locator {
    return this.page.getByRole('article', { name: `Chain ${name}`, exact: true });
  }

  /** Drags one target to the place of another, by default in the same list. */
  async drag(target: string, onto: string, from: Page | Locator = this.page, to = from): Promise<void> {
    const rowOf = (name: string, on: Page | Locator) =>
      on.getByRole('listitem').filter({ has: this.page.getByRole('button', { name: `Move ${name}`, exact: true }) });
    const start = await rowOf(target, from).boundingBox();
    const end = await rowOf(onto, to).boundingBox();
    if (start === null || end === null) throw new Error(`${target} or ${onto} is not on the page.`);
    const place = end.y > start.y ? 'after' : 'before';
    await this.hold(target, from);
    await this.page.mouse.move(end.x + 40, place === 'after' ? end.y + end.height - 4 : end.y + 4, { steps: 5 });
    // The page shows where the target would drop.
    await rowOf(onto, to)
      .and(this.page.locator(`[data-drop="${place}"]`))
      .waitFor();
    await this.page.mouse.up();
  }

  /** Takes a target by its handle. */
  async hold(target: string, from: Page | Locator = this.page): Promise<void> {
    const button = from.getByRole('button', { name: `Move ${target}`, exact: true });
    await button.scrollIntoViewIfNeeded();
    const handle = await button.boundingBox();
    if (handle === null) throw new Error(`The handle of ${target} is not on the page.`);
    await this.page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
    await this.page.mouse.down();
  }
}

const providerWith = async (models: readonly object[]): Promise<ScriptedUpstream> => {
  const provider = await ScriptedUpstream.start();
  return provider.always((res, request) => {
    const isList = request.path.endsWith('/models');
    return (isList ? reply(200, { object: 'list', data: models }) : answer('hello'))(res, request);
  });
};

const namesOf = (handles: Locator): Promise<string[]> =>
  handles.evaluateAll((each) => each.map((handle) => handle.getAttribute('aria-label')?.slice('Move '.length) ?? ''));
