import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type { ScriptedUpstream } from '../../scripted-upstream.js';
import { until } from '../../until.js';
import { AdminServer, Visitor } from '../browser.js';
import { GOOD_KEY, startModelProvider } from '../model-provider.js';

/** A provider that checks its key, a proxy, and a user on the page Providers. */
export class ProvidersStage {
  upstream!: ScriptedUpstream;
  server!: AdminServer;
  visitor!: Visitor;

  private constructor() {}

  /** Starts the provider before each test of the suite around it; the test opens the page with `start` or `startWithTwo`. */
  static forEachTest(): ProvidersStage {
    const stage = new ProvidersStage();
    beforeEach(async () => {
      stage.upstream = await startModelProvider();
    });
    afterEach(async () => {
      await stage.visitor.leave();
      await stage.server.close();
      await stage.upstream.close();
    });
    return stage;
  }

  async start(configuration: object, env: Record<string, string> = {}): Promise<void> {
    this.server = await AdminServer.start(configuration, env);
    this.visitor = await Visitor.signedIn(this.server, 'providers');
  }

  /** Starts with `router`, which a chain uses and whose key is in `.env`, and `spare`, which is unused. */
  startWithTwo(): Promise<void> {
    return this.start(
      {
        providers: {
          router: {
            type: 'openrouter',
            apiKey: '${ROUTER_API_KEY}',
            baseUrl: this.upstream.baseUrl,
            limits: [{ requests: 30, per: '1m' }],
          },
          spare: { type: 'groq', apiKey: '${SPARE_API_KEY}' },
        },
        chains: { default: ['router/small/eight:free'] },
      },
      { ROUTER_API_KEY: GOOD_KEY },
    );
  }

  get page(): Page {
    return this.visitor.page;
  }

  card(id: string): Locator {
    return this.page.getByRole('article', { name: `Provider ${id}` });
  }

  /** The open dialog. Its content is slotted, not a child of the element with the role. */
  get dialog(): Locator {
    return this.page.locator('ui-dialog');
  }

  /** Resolves once no dialog is left. `Locator.waitFor` would fail while one that closes has another on top of it. */
  async dialogsClosed(): Promise<void> {
    await until(async () => (await this.dialog.count()) === 0);
  }

  button(name: string, within: Locator | Page = this.page): Locator {
    return within.getByRole('button', { name, exact: true });
  }

  get dotEnv(): string {
    return readFileSync(join(this.server.folder, '.env'), 'utf8');
  }

  /** The providers in the configuration file. */
  get written() {
    return JSON.parse(this.server.text).providers;
  }

  /** Whether the focused field is invalid. The script is text, since the tests are compiled without DOM types. */
  focusedIsInvalid(): Promise<boolean> {
    return this.page.evaluate<boolean>(`(() => {
      let focused = document.activeElement;
      while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
      return focused?.matches(':invalid, [aria-invalid=true]') ?? false;
    })()`);
  }
}
