import { expect } from 'chai';
import OpenAI from 'openai';
import { type Answerer, answer, chunk, hangUp, reply, silence, stream } from '../../scripted-upstream.js';
import { BEGUN, breakingAfter, frame, ROLE, readWithSdk, resuming, Stage, TEXT, textFrames } from '../stream/stage.js';

describe('A stream that is resumed', () => {
  let stage: Stage;

  afterEach(() => stage.close());

  const BREAKS: [string, number[]][] = [
    ['once', [120]],
    ['twice', [100, 200]],
  ];
  for (const [often, breaks] of BREAKS) {
    it(`is whole although it breaks ${often}, and names each next target`, async () => {
      const targets = breaks.map((to) => resuming('repeats the last words', to));
      stage = await Stage.set([...targets, resuming('repeats the last words')]);
      const result = await readWithSdk(stage);
      expect(result).to.deep.equal({ text: TEXT, reasoning: '', calls: [] });
      expect((await stage.outcome()).resumed).to.equal(breaks.length);
      expect(stage.requestCounts).to.deep.equal(stage.requestCounts.map(() => 1));
    });
  }

  it('ends with an error frame at its third break, after one attempt at each of three targets', async () => {
    const targets = [80, 160, 240].map((to) => resuming('repeats the last words', to));
    stage = await Stage.set([...targets, resuming('repeats the last words')]);
    const { text, error } = await readWithSdk(stage);
    expect(text).to.equal(TEXT.slice(0, 240));
    expect(error).to.be.instanceOf(OpenAI.APIError).and.have.property('code', 'upstream_failed');
    expect(stage.requestCounts).to.deep.equal([1, 1, 1, 0]);
    const { status, resumed, attempts } = await stage.outcome();
    expect({ status, resumed }).to.deep.equal({ status: 502, resumed: 2 });
    expect(attempts.map(({ failure }) => failure?.class)).to.deep.equal(Array(3).fill('server_error'));
  });

  it('ends with an error frame at its second break when there is one target: it cools down, and requests wait only for limits', async () => {
    stage = await Stage.set([resuming('repeats the last words')]);
    stage.upstreams[0]?.script(...[80, 160, 240].map((to) => resuming('repeats the last words', to)));
    const { text, error } = await readWithSdk(stage);
    expect(text).to.equal(TEXT.slice(0, 160));
    expect(error).to.be.instanceOf(OpenAI.APIError);
    expect(stage.requestCounts).to.deep.equal([2]);
  });

  const UNPROVEN: [string, string][] = [
    ['answers something else', 'There was no keeper at all, and the sea was calm on that morning in the north.'],
    ['puts words of its own first', `Certainly, here is the rest of the text: ${TEXT.slice(110)}`],
    ['repeats the last words and nothing more', BEGUN.slice(-9)],
  ];
  for (const [what, other] of UNPROVEN) {
    it(`ends with an error frame and no [DONE] when the next target ${what} (pitfall 31: the text started over)`, async () => {
      stage = await Stage.set([breakingAfter(BEGUN), answer(other)]);
      // The target that broke is tried last, and answers no better.
      stage.upstreams[0]?.script(breakingAfter(BEGUN)).always(answer(other));
      const { body } = await stage.raw().answer();
      const text = body.toString();
      expect(text.startsWith([ROLE, ...textFrames(BEGUN)].join(''))).to.equal(true);
      expect(text.slice([ROLE, ...textFrames(BEGUN)].join('').length)).to.match(
        /^data: \{"error":\{"message":"one\/a-model broke off [^\n]*"code":"upstream_failed"[^\n]*\}\n\n$/,
      );
      const { resumed, status, attempts } = await stage.outcome();
      expect({ resumed, status }).to.deep.equal({ resumed: 0, status: 502 });
      expect(attempts.slice(1).map(({ failure }) => failure?.class)).to.deep.equal(['bad_request', 'bad_request']);
    });
  }

  it('makes the SDK throw when no target can resume', async () => {
    stage = await Stage.set([breakingAfter(BEGUN), reply(503, 'busy')]);
    stage.upstreams[0]?.script(breakingAfter(BEGUN)).always(reply(503, 'busy'));
    const { text, error } = await readWithSdk(stage);
    expect(text).to.equal(BEGUN);
    expect(error).to.be.instanceOf(OpenAI.APIError).and.have.property('code', 'upstream_failed');
  });

  const SECOND_TARGETS: [string, Answerer][] = [
    ['refuses', reply(429, { error: { message: 'spent' } })],
    ['hangs up', hangUp],
    ['sends nothing', silence],
    ['answers HTML under 200', reply(200, '<html></html>')],
    ['sends an error frame first', stream([frame({ error: { message: 'no' } })])],
    ['does not continue the text', answer('There was no keeper at all, and the sea was calm on that morning.')],
  ];
  for (const [what, second] of SECOND_TARGETS) {
    it(`resumes at the third target when the second ${what}`, async () => {
      const answerers = [breakingAfter(BEGUN), second, resuming('repeats the last words')];
      stage = await Stage.set(answerers, { chain: { timeouts: { firstToken: '400ms' } } });
      const { body } = await stage.raw().answer();
      expect(body.toString().match(/^: .*$/gm)).to.deep.equal([
        ': 429chain: one/a-model broke off, three/a-model continues',
      ]);
      const { resumed, attempts } = await stage.outcome();
      expect(resumed).to.equal(1);
      expect(attempts.map(({ failure }) => failure === undefined)).to.deep.equal([false, false, true]);
    });
  }

  it('is not resumed with two choices: an error frame ends it', async () => {
    stage = await Stage.set([breakingAfter(BEGUN), resuming('repeats the last words')]);
    const { body } = await stage.raw({ n: 2 }).answer();
    expect(body.toString()).to.contain('upstream_failed').and.not.to.contain('[DONE]');
    expect(stage.requestCounts).to.deep.equal([1, 0]);
  });

  it('is not resumed beyond 256 Ki characters: an error frame ends it', async () => {
    const long = Array.from({ length: 5 }, () => chunk({ content: 'x'.repeat(64 * 1024) }));
    stage = await Stage.set([stream([ROLE, ...long], 'cut'), answer('hello')]);
    const { body } = await stage.raw().answer();
    expect(body.includes('upstream_failed')).to.equal(true);
    expect(body.includes('[DONE]')).to.equal(false);
    expect(stage.requestCounts).to.deep.equal([1, 0]);
  });
});
