import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { App } from '../../src/app.js';
import { openStore } from '../../src/config/source/store.js';
import { ADMIN_UI } from '../built.js';
import { API_KEY, MemoryLog } from '../proxy.js';
import { faultsIn, LOOKS, PHONE } from './axe.js';
import { theBrowser } from './chromium.js';

export const ADMIN_KEY = 'admin-key-of-the-proxy';

/** Longer than a loaded machine needs. Every wait ends as soon as its condition holds. */
const PATIENCE_MS = 10_000;

/** Errors in the browser while the server is down or stopping. */
export const SERVER_AWAY = /ERR_|Failed to load|\/admin\/api\//;

/** What a page has on top of it, or else its own part, without the frame of all pages. */
const PARTS = ['dialog[open]', '[role=menu]:popover-open', 'main:visible'];

/** A proxy with a configuration file on disk, as a user has it. */
export class AdminServer {
  readonly folder = mkdtempSync(join(tmpdir(), '429chain-admin-'));
  readonly file = join(this.folder, '429chain.json5');
  readonly log = new MemoryLog();
  /** The plugins of `--plugins`. */
  #plugins: readonly string[] = [];
  #app: App | undefined;
  #address = '';

  /** Starts with `configuration`: the file's text, or an object, to which a client key and the admin key are added. */
  static async start(
    configuration: string | object,
    env: Record<string, string> = {},
    plugins: readonly string[] = [],
  ): Promise<AdminServer> {
    const server = new AdminServer();
    server.#plugins = plugins;
    const whole = { server: { apiKeys: [API_KEY], adminKey: ADMIN_KEY } };
    const text =
      typeof configuration === 'string' ? configuration : JSON.stringify({ ...whole, ...configuration }, undefined, 2);
    writeFileSync(server.file, text);
    writeFileSync(
      join(server.folder, '.env'),
      Object.entries(env)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
      { mode: 0o600 },
    );
    await server.listen();
    return server;
  }

  get app(): App {
    return this.#app as App;
  }

  /** Such as `http://127.0.0.1:40123`. */
  get address(): string {
    return this.#address;
  }

  /** The text of the configuration file. */
  get text(): string {
    return readFileSync(this.file, 'utf8');
  }

  /** Starts, or starts again at the same address after `stop`. */
  async listen(): Promise<void> {
    const store = openStore(this.file, { env: {}, log: this.log });
    this.#app = await App.create({ store, log: this.log, adminUi: ADMIN_UI, plugins: this.#plugins });
    const port = this.#address === '' ? 0 : Number(new URL(this.#address).port);
    this.#address = await this.#app.listen({ host: '127.0.0.1', port });
  }

  async stop(): Promise<void> {
    await this.#app?.close(0);
    this.#app = undefined;
  }

  /** Sends one chat completion as a client. */
  chat(body: object = {}): Promise<Response> {
    return fetch(`${this.#address}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }], ...body }),
    });
  }

  /** Changes the configuration as another program does, whatever its revision. `path` is below `/admin/api`. */
  async changeElsewhere(path: string, body: object, method: 'PUT' | 'DELETE' = 'PUT'): Promise<void> {
    const response = await fetch(`${this.#address}/admin/api/${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', 'if-match': '*' },
      body: JSON.stringify(body),
    });
    expect(response.status).to.equal(200);
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A user's browser at the admin. It records errors for `expectNothingWrong`. */
export class Visitor {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #wrong: string[];
  /** Errors that a test causes on purpose. */
  #expected: RegExp | undefined;

  private constructor(context: BrowserContext, page: Page, wrong: string[]) {
    this.#context = context;
    this.page = page;
    this.#wrong = wrong;
  }

  static async come(server: AdminServer, options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await (await theBrowser()).newContext({
      baseURL: `${server.address}/admin/`,
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const wrong: string[] = [];
    const watch = (page: Page): void => {
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') wrong.push(`console: ${message.text()}`);
      });
      page.on('pageerror', (error) => wrong.push(`thrown: ${error.message}`));
      page.on('response', (response) => {
        if (response.status() >= 400) wrong.push(`${response.status()} ${response.url()}`);
      });
      page.on('requestfailed', (request) => {
        const why = request.failure()?.errorText ?? '';
        // A page that is left aborts its requests.
        if (why !== 'net::ERR_ABORTED') wrong.push(`${why} ${request.url()}`);
      });
    };
    context.on('page', watch);
    return new Visitor(context, await context.newPage(), wrong);
  }

  /** Signs in by the API, and opens `path`, such as `chains`. */
  static async signedIn(server: AdminServer, path = '', options: BrowserContextOptions = {}): Promise<Visitor> {
    const visitor = await Visitor.come(server, options);
    await visitor.signIn(server);
    await visitor.page.goto(path);
    return visitor;
  }

  /** Signs in by the API. */
  async signIn({ address: origin }: AdminServer): Promise<void> {
    await this.#context.request.post(`${origin}/admin/api/session`, {
      data: { adminKey: ADMIN_KEY },
      headers: { origin },
    });
  }

  /** Opens another tab of the same browser. */
  async anotherTab(path = ''): Promise<Page> {
    const page = await this.#context.newPage();
    await page.goto(path);
    return page;
  }

  /** Ends the session, as another tab does when it signs out. */
  async endSession({ address: origin }: AdminServer): Promise<void> {
    await this.#context.request.delete(`${origin}/admin/api/session`, { data: {}, headers: { origin } });
  }

  /** Ignores errors that match `pattern`. */
  expectTrouble(pattern: RegExp): void {
    this.#expected = pattern;
  }

  expectNothingWrong(): void {
    expect(this.#wrong.filter((each) => !this.#expected?.test(each))).to.deep.equal([]);
  }

  /**
   * Checks `part` with axe as the user sees it now; without `part`, what is on top, such as an open dialog, else the page
   * without its frame. Tests of whole pages and of the colours cover the rest.
   */
  async expectAccessible(part?: Locator): Promise<void> {
    expect(await faultsIn(part ?? (await this.#onTop()))).to.deep.equal([]);
  }

  /** Checks the whole page with axe in both themes, and on a phone. */
  async expectWholePageAccessible(): Promise<void> {
    const { page } = this;
    const size = page.viewportSize() ?? PHONE;
    for (const { colorScheme, options, ...look } of LOOKS) {
      const { width } = { width: size.width, ...look };
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ ...size, width });
      expect(await faultsIn(page.locator('body'), options), `${colorScheme}, ${width} px`).to.deep.equal([]);
    }
    await page.emulateMedia({ colorScheme: null });
    await page.setViewportSize(size);
  }

  async #onTop(): Promise<Locator> {
    for (const part of PARTS.map((each) => this.page.locator(each).last())) if ((await part.count()) > 0) return part;
    throw new Error('The page shows neither a dialog nor a main part.');
  }

  async leave(): Promise<void> {
    await this.#context.close();
  }
}
