import { API_KEY, HELLO } from '../proxy.js';
import { ScriptedUpstream } from '../scripted-upstream.js';
import { Admin, type AdminOptions, type Answer } from './admin.js';
import { configured, DOT_ENV } from './configured.js';

/** Two scripted providers, and a proxy over them whose admin a test calls. */
export class AdminStage {
  one!: ScriptedUpstream;
  two!: ScriptedUpstream;
  admin!: Admin;

  private constructor() {}

  /**
   * Sets the stage before each test of the suite around it, and clears it after the test. `configuration` is the text of
   * the file; by default, it is the one of `configured.ts` with its `.env`.
   */
  static forEachTest({
    configuration = (stage) => stage.configuration,
    ...options
  }: AdminOptions & { readonly configuration?: (stage: AdminStage) => string } = {}): AdminStage {
    const stage = new AdminStage();
    beforeEach(async () => {
      [stage.one, stage.two] = await Promise.all([ScriptedUpstream.start(), ScriptedUpstream.start()]);
      stage.admin = await Admin.start(configuration(stage), { dotEnv: DOT_ENV, ...options });
    });
    afterEach(async () => {
      await stage.admin.close();
      await Promise.all([stage.one.close(), stage.two.close()]);
    });
    return stage;
  }

  /** The text that the file has at the start. */
  get configuration(): string {
    return configured(this.one, this.two);
  }

  /** The text that the file has now. */
  get text(): string {
    return this.admin.text;
  }

  /** The text of `.env` now. */
  get dotEnv(): string {
    return this.admin.dotEnv;
  }

  /** Calls a route of the admin's API, such as `GET /status`. By default, it starts from any revision. */
  call<T = Record<string, unknown>>(route: string, body?: unknown, revision?: string): Promise<Answer<T>> {
    return this.admin.call<T>(route, body, revision);
  }

  /** Sends a chat completion as a client with this key. */
  chat(body: object = {}, key: string = API_KEY): Promise<Response> {
    return this.#post('/v1/chat/completions', body, key);
  }

  /** Sends a chat completion from the playground, by default with the admin key. */
  playgroundChat(body: object = {}, key = this.admin.app.runtime.adminKey): Promise<Response> {
    return this.#post('/admin/api/chat', body, key);
  }

  /** Starts the proxy again with another configuration in a new folder. */
  async restart(configuration: string, options?: AdminOptions): Promise<void> {
    await this.admin.close();
    this.admin = await Admin.start(configuration, options);
  }

  /** Resolves when every request is over and logged. */
  async idle(): Promise<void> {
    await this.admin.app.runtime.waterfall.idle();
  }

  #post(path: string, body: object, key: string | undefined): Promise<Response> {
    return fetch(`${this.admin.address}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, messages: HELLO }),
    });
  }
}
