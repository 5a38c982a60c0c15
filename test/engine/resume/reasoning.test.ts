import { expect } from 'chai';
import { type Answerer, chunk, stream } from '../../scripted-upstream.js';
import { BEGUN, endFrames, ROLE, readWithSdk, Stage, startOf, TEXT, textFrames } from '../stream/stage.js';

describe('Reasoning in a resumed stream', () => {
  let stage: Stage;

  afterEach(() => stage.close());

  const reasoningFrame = (text: string): string => chunk({ reasoning: text });

  it('of the second target is left out when the caller has some from the first', async () => {
    const second: Answerer = (res, request) => {
      const rest = textFrames(TEXT.slice(startOf(request, 'repeats the last words')));
      return stream([ROLE, reasoningFrame('Where was I?'), ...rest, ...endFrames()])(res, request);
    };
    stage = await Stage.set([stream([ROLE, reasoningFrame('A tale, then.'), ...textFrames(BEGUN)], 'cut'), second]);
    expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: 'A tale, then.', calls: [] });
  });

  it('of the second target is left out when the first sent nothing but reasoning', async () => {
    const second = stream([ROLE, reasoningFrame('Let me think.'), ...textFrames(TEXT), ...endFrames()]);
    stage = await Stage.set([stream([ROLE, reasoningFrame('A tale, th')], 'cut'), second]);
    expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: 'A tale, th', calls: [] });
  });
});
