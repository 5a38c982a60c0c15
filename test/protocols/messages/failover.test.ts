import { expect } from 'chai';
import { type Answerer, answer, chunk, DONE, hangUp, reply, stream } from '../../scripted-upstream.js';
import { readMessage } from './event-grammar.js';
import { HELLO, MessagesStage } from './messages-stage.js';

type Fields = Record<string, unknown>;

const TOOLS = { tools: [{ name: 'read', input_schema: { type: 'object' } }] };

const call = (args: string, id = 'call_a'): string =>
  chunk({ tool_calls: [{ index: 0, id, type: 'function', function: { name: 'read', arguments: args } }] });

const WORDS = 'The quick brown fox jumps over the lazy dog near the river bank and sleeps.';
const HALF = 'The quick brown fox jumps over the lazy dog';

const spent = reply(429, { error: { message: 'spent' } }, { 'retry-after': '30' });
const broken = reply(500, { error: { message: 'broken' } });
const wholeCall: Answerer = stream([call('{"path":"b"}', 'call_b'), chunk({}, 'tool_calls'), DONE]);

const inputs = (content: readonly Fields[]): unknown[] => content.map(({ input, text }) => input ?? text);

describe('A message across targets', () => {
  let stage: MessagesStage;

  beforeEach(async () => {
    stage = await MessagesStage.start(2);
  });

  afterEach(() => stage.close());

  const BEFORE: readonly [what: string, first: Answerer][] = [
    ['that has no units left', spent],
    ['that fails', broken],
    ['that closes the connection', hangUp],
    ['whose stream begins with an error', stream([`data: {"error":{"message":"overloaded"}}\n\n`])],
    ['that sends a role and breaks off', stream([chunk({ role: 'assistant', content: '' })], 'cut')],
  ];
  for (const [what, first] of BEFORE) {
    it(`skips a target ${what}, with nothing of it in the answer`, async () => {
      stage.upstream(0).script(first);
      stage.upstream(1).script(answer('from the second'));
      const { message, events } = await stage.stream();
      expect(message.content).to.deep.equal([{ type: 'text', text: 'from the second' }]);
      expect(events.filter(({ type }) => type === 'message_start')).to.have.length(1);
    });
  }

  it('goes on in the same block where a stream breaks off, with one message_start', async () => {
    stage.upstream(0).script(stream([chunk({ content: HALF })], 'cut'));
    stage.upstream(1).script(stream([chunk({ content: WORDS }), chunk({}, 'stop'), DONE]));
    const response = await stage.request('/v1/messages', { ...HELLO, stream: true });
    const text = await response.text();
    const { message, events } = readMessage(text);
    expect(message.content).to.deep.equal([{ type: 'text', text: WORDS }]);
    expect(events.filter(({ type }) => type === 'message_start')).to.have.length(1);
    expect(events.filter(({ type }) => type === 'content_block_start')).to.have.length(1);
    expect(text).to.match(/^: 429chain: one\/a-model broke off/m);
  });

  it('drops the reasoning of the target that goes on', async () => {
    stage.upstream(0).script(stream([chunk({ reasoning: 'First thought.' }), chunk({ content: HALF })], 'cut'));
    stage
      .upstream(1)
      .script(stream([chunk({ reasoning: 'Other.' }), chunk({ content: WORDS }), chunk({}, 'stop'), DONE]));
    const { message } = await stage.stream({ thinking: { type: 'adaptive' } });
    expect(message.content).to.deep.equal([
      { type: 'thinking', thinking: 'First thought.', signature: '429chain' },
      { type: 'text', text: WORDS },
    ]);
  });

  const IN_CALL: readonly [what: string, first: Answerer][] = [
    ['is cut inside a call', stream([call('{"path":')], 'cut')],
    ['ends inside a call, with an end that looks good', stream([call('{"path":"a'), chunk({}, 'tool_calls'), DONE])],
    ['ends inside a call, with [DONE]', stream([call('{"path":"a'), DONE])],
    ['has arguments that are not JSON', stream([call('path = a'), chunk({}, 'stop'), DONE])],
    ['has arguments that are no object', stream([call('["a"]'), chunk({}, 'tool_calls'), DONE])],
    [
      'has no name',
      stream([
        chunk({ tool_calls: [{ index: 0, id: 'c', function: { arguments: '{"path":"a"}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ]),
    ],
  ];
  for (const [what, first] of IN_CALL) {
    it(`begins a call anew that ${what}`, async () => {
      stage.upstream(0).script(first);
      stage.upstream(1).script(wholeCall);
      const { message } = await stage.stream(TOOLS);
      expect(inputs(message.content)).to.deep.equal([{ path: 'b' }]);
      expect(message.stop_reason).to.equal('tool_use');
    });

    it(`asks the next target for a whole answer that ${what}`, async () => {
      stage.upstream(0).script(first);
      stage.upstream(1).script(wholeCall);
      const { status, body } = await stage.ask(TOOLS);
      expect(status).to.equal(200);
      expect(inputs(body.content as Fields[])).to.deep.equal([{ path: 'b' }]);
    });
  }

  it('keeps text before a call that is begun anew, once', async () => {
    stage.upstream(0).script(stream([chunk({ content: HALF }), call('{"path":')], 'cut'));
    stage.upstream(1).script(stream([chunk({ content: HALF }), call('{"path":"b"}'), chunk({}, 'tool_calls'), DONE]));
    const { message } = await stage.stream(TOOLS);
    expect(inputs(message.content)).to.deep.equal([HALF, { path: 'b' }]);
  });

  it('ends with an error event where no target goes on, in the middle of a block', async () => {
    stage.upstream(0).script(stream([chunk({ content: HALF })], 'cut'));
    stage.upstream(1).script(broken);
    stage.upstream(0).always(broken);
    const { error, events } = await stage.stream({}, false);
    expect(error).to.include({ type: 'overloaded_error', code: 'upstream_failed' });
    expect(events.map(({ type }) => type)).to.not.include.members(['message_stop']);
    expect(events.at(-2)?.type).to.equal('content_block_delta');
  });

  it('ends with an error event where a provider reports one in the stream', async () => {
    stage
      .upstream(0)
      .script(stream([chunk({ content: HALF }), `data: {"error":{"message":"out of memory","code":500}}\n\n`]));
    stage.upstream(0).always(broken);
    stage.upstream(1).always(broken);
    const response = await stage.request('/v1/messages', { ...HELLO, stream: true });
    const text = await response.text();
    readMessage(text, false);
    expect(text).not.to.match(/^data: \{"error"/m);
  });

  it('takes a connection that breaks after the end for a whole answer', async () => {
    stage.upstream(0).script(stream([chunk({ content: 'Done.' }), chunk({}, 'stop')], 'cut'));
    expect((await stage.stream()).message.stop_reason).to.equal('end_turn');
  });

  it('says an arguments fault of every target as an error', async () => {
    for (const index of [0, 1]) stage.upstream(index).always(stream([call('path = a'), chunk({}, 'stop'), DONE]));
    const { status, body } = await stage.ask(TOOLS);
    expect(status).to.equal(529);
    expect(body.error).to.include({ type: 'overloaded_error', code: 'chain_exhausted' });
    expect((await stage.request('/v1/messages', { ...HELLO, ...TOOLS, stream: true })).status).to.be.oneOf([200, 529]);
  });

  for (const streamed of [true, false]) {
    it(`stops the provider when the caller leaves, ${streamed ? 'streamed' : 'whole'}`, async () => {
      stage.upstream(0).script(streamed ? stream([chunk({ content: 'a' })], 'hang') : () => {});
      const controller = new AbortController();
      const asked = stage.request('/v1/messages', { ...HELLO, stream: streamed }, {}, controller.signal);
      const left = asked.then((response) => response.text()).catch(() => 'left');
      if (streamed) await asked;
      while (stage.upstream(0).received.length === 0) await new Promise((resolve) => setImmediate(resolve));
      controller.abort();
      expect(await left).to.equal('left');
      await stage.upstream(0).received[0]?.aborted;
    });
  }
});
