import { expect } from 'chai';
import { reply } from '../../scripted-upstream.js';
import { ChainsStage } from './stage.js';

describe('The preview of a chain in the admin', () => {
  const stage = ChainsStage.forEachTest();

  it('shows what the next request would do, and updates with the list and with events', async () => {
    await stage.visit('chains/default');
    await stage.settles(stage.steps, ['next', 'not reached', 'not reached']);
    await stage.page.getByText('The next request is answered by one/a.').waitFor();
    stage.one.script(reply(429, { error: { message: 'Enough' } }, { 'retry-after': '300' }));
    await stage.server.chat();
    await stage.page.getByText(/skipped: .*Enough.* · back in \d min/).waitFor();
    await stage.page.getByText('The next request is answered by two/b.').waitFor();
    await stage.button('Move two/c').focus();
    await stage.page.keyboard.press('Home');
    await stage.page.getByText('The next request is answered by two/c.').waitFor();
    await stage.settles(stage.steps, ['next', 'not reached', 'not reached']);
    expect(
      stage.two.received.map(({ body }) => body.model),
      'nothing was sent',
    ).to.deep.equal(['b']);
    await stage.visitor.expectAccessible();
    stage.visitor.expectNothingWrong();
  });

  it('is never older than an event by more than a moment', async () => {
    await stage.visit('chains/default');
    await stage.page.getByText('The next request is answered by one/a.').waitFor();
    await stage.page.clock.install();
    await stage.page.clock.pauseAt(Date.now() + 60_000);
    const refused = reply(429, { error: { message: 'Enough' } }, { 'retry-after': '300' });
    stage.one.script(refused);
    for (const next of ['two/b', 'two/c']) {
      await stage.eventAfter(() => stage.server.chat());
      await stage.page.clock.runFor(300);
      await stage.page.getByText(`The next request is answered by ${next}.`).waitFor();
      stage.two.script(refused);
    }
    stage.visitor.expectNothingWrong();
  });

  it('says that the next request is refused while the only target is cooling down', async () => {
    await stage.visit('chains/careful');
    await stage.settles(stage.steps, ['next']);
    stage.two.script(reply(429, { error: { message: 'Enough' } }, { 'retry-after': '300' }));
    // The request may wait until the server stops.
    void stage.server.chat({ model: 'careful' }).catch(() => {});
    await stage.page.getByText(/^The next request is refused: /).waitFor();
    await stage.page.getByText(/skipped: .* · back in/).waitFor();
    stage.visitor.expectNothingWrong();
  });
});
