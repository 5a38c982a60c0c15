import { expect } from 'chai';
import { BEGUN, breakingAfter, ROLE, resuming, startOf, TEXT, textFrames } from '../../engine/stream/stage.js';
import { type Answerer, chunk, hangUp, reply, silence, stream } from '../../scripted-upstream.js';
import { until } from '../../until.js';
import { type CheckedStream, checkStream, eventsIn } from './event-grammar.js';
import { answering, ask, askStreamed, framesOf, lastSent, post, Stage, shortOf } from './stage.js';

type Json = Record<string, unknown>;

const CALL = { id: 'call_a', name: 'read', arguments: '{"path":"a"}' };
const READ = { type: 'function', name: 'read', parameters: { type: 'object', properties: {} } };
const spent = reply(429, { error: { message: 'spent' } }, { 'retry-after': '12' });

const failedOf = ({ events, response }: CheckedStream): { error: Json; failed: Json } => ({
  error: (events.at(-2) as unknown as { error: Json }).error,
  failed: response.error as Json,
});

describe('A response whose provider fails', () => {
  let stage: Stage;

  afterEach(() => stage.close());

  const FAILURES: [string, Answerer][] = [
    ['refuses', spent],
    ['hangs up', hangUp],
    ['sends an error in place of an answer', stream([ROLE, 'data: {"error":{"message":"no"}}\n\n'])],
    ['is cut off before the first word', stream([ROLE], 'cut')],
  ];
  for (const [what, first] of FAILURES) {
    it(`comes from the next target alone when the first ${what}`, async () => {
      stage = await Stage.set([first, answering({ content: 'Hello' })]);
      const { items, events } = await askStreamed(stage);
      expect(items.map(shortOf)).to.deep.equal(['message Hello']);
      expect(events.filter(({ type }) => type === 'response.created')).to.have.length(1);
    });
  }

  for (const breaks of [[120], [100, 200]]) {
    it(`26: is one coherent stream although it breaks ${breaks.length} times in its text`, async () => {
      stage = await Stage.set([
        ...breaks.map((to) => resuming('repeats the last words', to)),
        resuming('repeats the last words'),
      ]);
      const { text, items } = await askStreamed(stage);
      expect(text).to.equal(TEXT);
      expect(items.map(shortOf)).to.deep.equal([`message ${TEXT}`]);
      expect((await stage.outcome()).resumed).to.equal(breaks.length);
    });
  }

  it('26: shows the reasoning of the first target only', async () => {
    const thinking = (thought: string) => chunk({ reasoning_content: thought });
    stage = await Stage.set([
      stream([ROLE, thinking('One.'), ...textFrames(BEGUN)], 'cut'),
      (res, request) => {
        const rest = TEXT.slice(startOf(request, 'repeats the last words'));
        return stream([ROLE, thinking('Two.'), ...textFrames(rest), chunk({}, 'stop')])(res, request);
      },
    ]);
    const { items } = await askStreamed(stage);
    expect(items.map(shortOf)).to.deep.equal(['reasoning One.', `message ${TEXT}`]);
  });

  for (const [what, begun] of [
    ['alone', ''],
    ['after text', BEGUN],
  ] as const) {
    it(`15, 26: has a call ${what} once and whole when the first target is cut off inside it`, async () => {
      const frames = framesOf({ content: begun, calls: [CALL] });
      stage = await Stage.set([
        stream(frames.slice(0, -3), 'cut'),
        answering({ content: begun, calls: [{ ...CALL, id: 'call_b' }] }),
      ]);
      const { items, types } = await askStreamed(stage, { tools: [READ] });
      expect(items.map(shortOf)).to.deep.equal([
        ...(begun === '' ? [] : [`message ${BEGUN}`]),
        `function_call read ${CALL.arguments}`,
      ]);
      expect(types.filter((type) => type === 'response.function_call_arguments.done')).to.have.length(1);
      expect(items.at(-1)).to.include({ call_id: 'call_b' });
    });
  }

  it('15: has a call that is whole when the connection breaks right after the finish reason', async () => {
    stage = await Stage.set([stream(framesOf({ calls: [CALL] }).slice(0, -1), 'cut')]);
    const { items, response } = await askStreamed(stage, { tools: [READ] });
    expect(items.map(shortOf)).to.deep.equal([`function_call read ${CALL.arguments}`]);
    expect(response.status).to.equal('completed');
  });

  const ENDS: [string, Answerer][] = [
    ['is cut off', breakingAfter(BEGUN)],
    ['sends an error', stream([ROLE, ...textFrames(BEGUN), 'data: {"error":{"message":"the model died"}}\n\n'])],
    ['ends without a finish reason', stream([ROLE, ...textFrames(BEGUN)])],
  ];
  for (const [what, broken] of ENDS) {
    it(`32: ends with error and response.failed when the only target ${what} after text`, async () => {
      stage = await Stage.set([broken]);
      stage.upstreams[0]?.script(broken).always(reply(503, 'busy'));
      const checked = await askStreamed(stage);
      expect(checked.text).to.equal(BEGUN);
      expect(checked.items).to.deep.equal([]);
      const { error, failed } = failedOf(checked);
      expect(error).to.include({ type: 'server_error', code: 'upstream_failed', param: null });
      expect(failed).to.include({ code: 'server_error', message: error.message });
    });
  }

  it('32: shows no call that was cut off', async () => {
    const broken = stream(framesOf({ content: BEGUN, calls: [CALL] }).slice(0, -3), 'cut');
    stage = await Stage.set([broken]);
    stage.upstreams[0]?.script(broken).always(reply(503, 'busy'));
    const { types, response } = await askStreamed(stage, { tools: [READ] });
    expect(types.join()).not.to.contain('function_call');
    expect(response.status).to.equal('failed');
  });

  it('ends with both events when it waited, and then no target is free in time', async () => {
    stage = await Stage.set([spent], { chain: { maxWait: '500ms' }, pace: { silenceMs: 50 } });
    stage.upstreams[0]?.script(reply(429, { error: { message: 'spent' } }, { 'retry-after-ms': '200' }));
    const response = await post(stage, { stream: true });
    expect(response.status).to.equal(200);
    const { error, failed } = failedOf(checkStream(await response.text()));
    expect(error).to.include({ type: 'chain_exhausted', code: 'chain_exhausted' });
    expect(failed.code).to.equal('rate_limit_exceeded');
    expect(failed.message).to.match(/Please try again in \d+s\.$/);
  });

  it('57: is refused in the shape of OpenAI, with retry-after, when all targets are spent', async () => {
    stage = await Stage.set([spent]);
    for (const body of [{}, { stream: true }]) {
      const response = await post(stage, body);
      expect(response.status).to.equal(429);
      expect(Number(response.headers.get('retry-after'))).to.be.within(1, 12);
      const { error } = (await response.json()) as { error: Json };
      expect(error).to.include({ type: 'chain_exhausted', code: 'chain_exhausted', param: null });
      expect(error.targets).to.have.length(1);
    }
  });

  it('57: passes on what a provider finds wrong with the request', async () => {
    stage = await Stage.set([reply(400, { error: { message: 'temperature is too high', param: 'temperature' } })]);
    const { status, body } = await ask(stage);
    expect(status).to.equal(400);
    expect(body.error).to.include({ type: 'invalid_request_error' });
    expect(String(body.error?.message)).to.contain('temperature is too high');
  });

  it('8: answers with the caller’s request id and sends no header of the caller on', async () => {
    stage = await Stage.set([answering({ content: 'Hi' })]);
    const response = await post(stage, {}, '/v1/responses', {
      'x-request-id': 'mine',
      'session-id': 'abc',
      'openai-beta': 'x',
    });
    expect(response.headers.get('x-request-id')).to.equal('mine');
    expect(stage.upstreams[0]?.received[0]?.headers).not.to.have.any.keys('session-id', 'openai-beta', 'x-request-id');
    expect((await stage.outcome()).path).to.equal('/responses');
  });

  for (const streamed of [true, false]) {
    it(`is aborted upstream when its caller leaves, ${streamed ? 'streamed' : 'not streamed'}`, async () => {
      stage = await Stage.set([streamed ? stream([ROLE, ...textFrames(BEGUN)], 'hang') : silence]);
      const leave = new AbortController();
      const asked = fetch(`${stage.proxy.address}/v1/responses`, {
        method: 'POST',
        signal: leave.signal,
        headers: { authorization: 'Bearer test-key-of-the-proxy', 'content-type': 'application/json' },
        body: JSON.stringify({ input: 'Hello', stream: streamed }),
      });
      let received = '';
      if (streamed) {
        const reader = (await asked).body?.pipeThrough(new TextDecoderStream()).getReader();
        while (!received.includes('sea')) received += (await reader?.read())?.value ?? '';
        reader?.read().catch(() => {});
      } else {
        await until(() => stage.requestCounts[0] === 1);
      }
      leave.abort();
      await asked.catch(() => {});
      await stage.upstreams[0]?.received[0]?.aborted;
      expect((await stage.outcome()).status).to.equal(499);
      const types = eventsIn(received.slice(0, received.lastIndexOf('\n\n') + 2)).map(({ type }) => type);
      expect(types.includes('response.completed')).to.equal(false);
    });
  }

  it('is asked of each target in the same words', async () => {
    stage = await Stage.set([spent, answering({ content: 'Hi' })]);
    await ask(stage, { tools: [READ], instructions: 'Be brief.' });
    expect(lastSent(stage, 1)).to.deep.equal(lastSent(stage, 0));
  });
});
