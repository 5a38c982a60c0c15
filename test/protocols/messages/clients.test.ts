import { expect } from 'chai';
import { answer, reply } from '../../scripted-upstream.js';
import { expectChatBody } from './chat-body.js';
import { CLIENT_BODIES, WEB_SEARCH } from './client-bodies.js';
import { MessagesStage } from './messages-stage.js';

type Fields = Record<string, unknown>;

describe('Clients of Messages', () => {
  let stage: MessagesStage;

  beforeEach(async () => {
    stage = await MessagesStage.start(1);
    stage.upstream().always(answer('Hello there'));
  });

  afterEach(() => stage.close());

  for (const [client, body] of Object.entries(CLIENT_BODIES)) {
    it(`are answered, and providers get chat completions: ${client}`, async () => {
      if (body.stream === true) {
        expect((await stage.stream(body)).message.content).to.deep.equal([{ type: 'text', text: 'Hello there' }]);
      } else expect((await stage.ask(body)).body.content).to.deep.equal([{ type: 'text', text: 'Hello there' }]);
      expectChatBody(stage.sent());
      const counted = await stage.request('/v1/messages/count_tokens', body);
      expect(counted.status).to.equal(200);
      expect(((await counted.json()) as { input_tokens: number }).input_tokens).to.be.greaterThan(0);
    });
  }

  it('may send a turn in which all parts of the conversation are in order', async () => {
    await stage.stream(CLIENT_BODIES["Claude Code's next turn"]);
    const messages = stage.sent().messages as readonly { role: string; content: unknown }[];
    expect(messages.map(({ role }) => role)).to.deep.equal([
      'system',
      'user',
      'system',
      'assistant',
      'tool',
      'tool',
      'user',
    ]);
    expect(messages[4]?.content).to.equal('a.ts\nb.ts');
    expect(messages[5]?.content).to.equal('Error: cat: none: No such file');
    expect(stage.sent()).to.include({ reasoning_effort: 'high', max_tokens: 128_000 });
  });

  it('may ask for more tokens than a model has: the target is asked for as many as it allows', async () => {
    const refusal = {
      message: 'max_tokens must be less than or equal to 8192',
      type: 'invalid_request_error',
      param: 'max_tokens',
    };
    stage.upstream().script(reply(400, { error: refusal }));
    const first = CLIENT_BODIES["Claude Code's first turn"];
    expect((await stage.stream(first)).message.stop_reason).to.equal('end_turn');
    expect(stage.sent().max_tokens).to.equal(8_192);
    await stage.stream(first);
    expect(stage.upstream().received).to.have.length(3);
  });

  it('may ask twice at once, for a title and for the first turn', async () => {
    const titles = ["Claude Code's first turn", "Claude Code's title"] as const;
    const both = await Promise.all(titles.map((name) => stage.stream(CLIENT_BODIES[name])));
    for (const { message } of both) expect(message.stop_reason).to.equal('end_turn');
  });

  it('read a refusal of a search that only Anthropic can do', async () => {
    const { status, body } = await stage.ask(WEB_SEARCH);
    expect(status).to.equal(400);
    expect(body.error).to.include({ type: 'invalid_request_error', code: 'unsupported_tool' });
    expect((body.error as Fields).message).to.match(/^tools\.0\.type: "web_search_20250305"/);
    expect(stage.upstream().received).to.have.length(0);
  });
});
