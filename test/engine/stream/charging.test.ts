import { expect } from 'chai';
import type { RawCaller } from '../../network/raw-caller.js';
import { type Answerer, chunk, DONE, stream } from '../../scripted-upstream.js';
import { until } from '../../until.js';
import { endFrames, frame, ROLE, Stage, TEXT, textFrame, textFrames } from './stage.js';

const LIMITS = [{ tokens: 100_000, per: '1h' }];
/** Far more than any of these answers. */
const BOUND = 4_000;

describe('The tokens of a stream', () => {
  let stage: Stage;

  afterEach(() => stage.close());

  const usedTokens = (): number | undefined => stage.quotas.find(({ dimension }) => dimension === 'tokens')?.used;

  /** Resolves with the input and output tokens of the only request, which log and ledger must agree on. */
  const charged = async (): Promise<{ input: number; output: number; estimated: boolean }> => {
    const { usage } = await stage.outcome();
    await stage.proxy.app.runtime.waterfall.idle();
    expect(usedTokens()).to.equal((usage?.input ?? 0) + (usage?.output ?? 0));
    return { input: usage?.input ?? 0, output: usage?.output ?? 0, estimated: usage?.estimated ?? false };
  };

  /** Streams an answer until the caller sees `text`, then leaves. */
  const leaveAt = async (text: string, answerer: Answerer, body: object = {}): Promise<RawCaller> => {
    stage = await Stage.set([answerer], { provider: { limits: LIMITS }, chain: { resume: false } });
    const caller = stage.raw({ max_tokens: BOUND, ...body });
    await caller.sees(text);
    caller.leave();
    return caller;
  };

  it('are the prompt and what was seen, when the caller leaves (one token seen, 4,020 charged)', async () => {
    await leaveAt('word', stream([ROLE, textFrame('word')], 'hang'));
    const { input, output, estimated } = await charged();
    expect({ output, estimated }).to.deep.equal({ output: 1, estimated: true });
    expect(input).to.be.within(10, 40);
  });

  it('count everything that the provider sent: text, reasoning, tool calls and every choice', async () => {
    const frames = [
      chunk({ reasoning: 'x'.repeat(40) }),
      textFrame('y'.repeat(40)),
      chunk({ tool_calls: [{ index: 0, id: 'call', function: { name: 'f', arguments: '' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: 'z'.repeat(39) } }] }),
      frame({ id: 'c', choices: [{ index: 1, delta: { content: 'v'.repeat(40) }, finish_reason: null }] }),
    ];
    await leaveAt('vvv', stream(frames, 'hang'), { n: 2 });
    expect((await charged()).output).to.equal(40);
  });

  it('are estimated from the beginning of a long stream', async () => {
    const texts = Array.from({ length: 2_000 }, (_, index) => ` word ${index + 1_000}`);
    await leaveAt('word 2999', stream([ROLE, ...texts.map(textFrame)], 'hang'));
    expect((await charged()).output).to.be.within(4_500, 5_500);
  });

  it('are what the provider reported so far, when it reports with every chunk', async () => {
    const reporting = (content: string, output: number): string =>
      chunk({ content }, null, { usage: { prompt_tokens: 7, completion_tokens: output } });
    await leaveAt('second', stream([reporting('first', 1), reporting('second', 2)], 'hang'));
    expect(await charged()).to.deep.equal({ input: 7, output: 2, estimated: false });
  });

  it('are what was seen when the stream breaks', async () => {
    stage = await Stage.set([stream([ROLE, ...textFrames(TEXT)], 'cut')], {
      provider: { limits: LIMITS },
      chain: { resume: false },
    });
    await stage.raw({ max_tokens: BOUND }).answer();
    expect((await stage.outcome()).status).to.equal(502);
    const { output, estimated } = await charged();
    expect({ output, estimated }).to.deep.equal({ output: Math.ceil(Buffer.byteLength(TEXT) / 4), estimated: true });
  });

  it('are what was seen when a whole stream reports no usage', async () => {
    stage = await Stage.set([stream([ROLE, ...textFrames(TEXT), ...endFrames()])], { provider: { limits: LIMITS } });
    await stage.raw({ max_tokens: BOUND }).answer();
    const { output, estimated } = await charged();
    expect({ output, estimated }).to.deep.equal({ output: Math.ceil(Buffer.byteLength(TEXT) / 4), estimated: true });
  });

  it('are no more than the prompt when the stream fails before its first token', async () => {
    stage = await Stage.set([stream([ROLE], 'cut')], { provider: { limits: LIMITS } });
    await stage.raw({ max_tokens: BOUND }).answer();
    await stage.outcome();
    expect(usedTokens()).to.be.within(10, 40);
  });

  it('teach the estimate only when the answer is whole', async () => {
    const usage = { prompt_tokens: 7, completion_tokens: 2 };
    await leaveAt('word', stream([chunk({ content: 'word' }, null, { usage })], 'hang'));
    await charged();
    stage.upstreams[0]?.always(stream([textFrame('word'), chunk({}, 'stop', { usage }), DONE]));
    for (let count = 0; count < 2; count++) await stage.raw().answer();
    await until(() => stage.outcomes.length === 3);
    const [, afterBroken = 0, afterWhole = 0] = stage.outcomes.map(
      ({ attempts }) => attempts[0]?.attempt.estimatedTokens,
    );
    expect(afterBroken).to.be.above(500);
    expect(afterWhole).to.be.below(100);
  });

  it('do not hide the limits in the response head when the caller leaves before the first token', async () => {
    const headers = {
      'x-ratelimit-limit-requests': '50',
      'x-ratelimit-remaining-requests': '7',
      'x-ratelimit-reset-requests': '30s',
    };
    stage = await Stage.set([stream([': wait\n\n'], 'hang', headers)]);
    const requests = (): number | undefined =>
      stage.quotas.find(({ dimension }) => dimension === 'requests')?.remaining;
    const caller = stage.raw();
    await until(() => requests() !== undefined);
    caller.leave();
    await stage.upstreams[0]?.received[0]?.aborted;
    expect((await stage.outcome()).status).to.equal(499);
    expect(requests()).to.equal(7);
  });
});
