import type { Locator, Page } from 'playwright-core';
import type { RequestRecord } from '../../../src/contract/requests.js';
import { chainOver } from '../../proxy.js';
import { answer, ScriptedUpstream } from '../../scripted-upstream.js';
import { AdminServer, Visitor } from '../browser.js';

/** Two scripted providers in a chain, and a user on the page Playground. */
export class PlaygroundStage {
  one!: ScriptedUpstream;
  two!: ScriptedUpstream;
  server!: AdminServer;
  visitor!: Visitor;

  private constructor() {}

  static forEachTest(): PlaygroundStage {
    const stage = new PlaygroundStage();
    beforeEach(async () => {
      [stage.one, stage.two] = await Promise.all([ScriptedUpstream.start(), ScriptedUpstream.start()]);
      stage.one.always(answer('from the first'));
      stage.two.always(answer('from the second'));
      stage.server = await AdminServer.start(chainOver([stage.one, stage.two]));
      stage.visitor = await Visitor.signedIn(stage.server, 'playground');
    });
    afterEach(async () => {
      await stage.visitor.leave();
      await stage.server.close();
      await Promise.all([stage.one.close(), stage.two.close()]);
      stage.visitor.expectNothingWrong();
    });
    return stage;
  }

  get page(): Page {
    return this.visitor.page;
  }

  /** The main field. */
  field(name = 'Prompt'): Locator {
    return this.page.getByRole('textbox', { name, exact: true });
  }

  turn(place = 0): Locator {
    return this.page.getByRole('article').nth(place);
  }

  /** The requests in the log, the latest first. */
  async logged(): Promise<readonly RequestRecord[]> {
    return (await this.server.app.runtime.host.requestLog?.requests())?.requests ?? [];
  }

  async ask(text: string, name?: string): Promise<void> {
    await this.field(name).fill(text);
    await this.field(name).press('Control+Enter');
  }

  async choose(protocol: string): Promise<void> {
    await this.page.getByLabel('Protocol').selectOption({ label: protocol });
  }
}
