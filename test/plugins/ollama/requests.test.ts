import { expect } from 'chai';
import { CHAT, GENERATE, USER, WRONG } from './request-rows.js';
import { OllamaStage } from './stage.js';

describe('A request in the API of Ollama', () => {
  let stage: OllamaStage;
  before(async () => {
    stage = await OllamaStage.start();
  });
  after(() => stage.close());

  for (const [what, asked, sent] of CHAT) {
    it(`to /api/chat becomes a chat completion: ${what}`, async () => {
      const { status, body } = await stage.ask('/api/chat', { messages: [USER], ...asked });
      expect(status, JSON.stringify(body)).to.equal(200);
      expect(stage.sent).to.deep.equal({ stream: false, ...sent });
    });
  }

  for (const [what, asked, sent] of GENERATE) {
    it(`to /api/generate becomes a chat completion: ${what}`, async () => {
      const { status, body } = await stage.ask('/api/generate', asked);
      expect(status, JSON.stringify(body)).to.equal(200);
      expect(stage.sent).to.deep.equal({ stream: false, ...sent });
    });
  }

  for (const [what, path, asked, says] of WRONG) {
    it(`is refused for ${what}`, async () => {
      const { status, body } = await stage.ask(path, path === '/api/show' ? { model: '' } : asked);
      expect([status, body]).to.deep.equal([400, { error: says }]);
    });
  }

  it('is streamed by default', async () => {
    await stage.lines('/api/chat', { messages: [USER] });
    expect(stage.sent.stream).to.equal(true);
  });

  it('may name a model with the tag that clients add', async () => {
    const asked = await stage.ask('/api/chat', { model: 'one/a-model:latest', messages: [USER] });
    expect(asked.headers.get('x-429chain-chain')).to.equal('one/a-model');
  });

  it('without a message only loads a model, and no provider is asked', async () => {
    const count = stage.upstream.received.length;
    const [chatted, generated] = [
      await stage.lines('/api/chat', {}),
      await stage.lines('/api/generate', { prompt: '' }),
    ];
    expect(chatted[0]).to.deep.include({ model: 'default', message: { role: 'assistant', content: '' }, done: true });
    expect(generated[0]).to.deep.include({ model: 'default', response: '', done: true, done_reason: 'load' });
    expect(stage.upstream.received.length).to.equal(count);
  });

  it('is told what was left out', async () => {
    const adapted: string[] = [];
    stage.proxy.app.runtime.host.pluginHooks('t').afterResponse.tap('t', ({ attempts }) => {
      adapted.push(...attempts.flatMap((each) => each.adapted));
    });
    await stage.ask('/api/chat', { messages: [USER], options: { top_k: 1 }, novelty: true, keep_alive: 0 });
    await stage.proxy.app.runtime.waterfall.idle();
    expect(adapted).to.deep.equal([
      'options.top_k: chat completions do not have it',
      'novelty: chat completions do not have it',
    ]);
  });

  it('is warned of a conversation that is lost', async () => {
    await stage.ask('/api/generate', { prompt: 'Go on', context: [1, 2, 3] });
    expect(stage.proxy.log.lines.join('\n')).to.contain('context: the earlier conversation is lost');
  });
});
