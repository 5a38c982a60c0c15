import { expect } from 'chai';
import { Estimates } from '../../../src/engine/attempt/estimate.js';
import { sizeOf } from '../../../src/engine/attempt/request-size.js';

const sized = (body: object) => sizeOf(body as Record<string, unknown>, JSON.stringify(body));

describe('Estimates', () => {
  it('take four bytes for a token, and the bound of the caller for the answer', () => {
    const size = sized({ messages: 'x'.repeat(386), max_tokens: 100 });
    expect(new Estimates().need('groq/a', size)).to.deep.equal({
      inputTokens: 105,
      tokens: 205,
      leastTokens: 205,
      mostTokens: 205,
    });
  });

  it('take max_completion_tokens before max_tokens', () => {
    expect(sized({ max_completion_tokens: 7, max_tokens: 9 }).bound).to.equal(7);
  });

  it('learn from each target what its tokens are, and how long its answers', () => {
    const estimates = new Estimates();
    const size = { bytes: 4_000 };
    for (let index = 0; index < 60; index++) estimates.report('groq/a', size, { input: 500, output: 80 });
    expect(estimates.need('groq/a', size)).to.deep.equal({
      inputTokens: 501,
      tokens: 582,
      leastTokens: 580,
      mostTokens: 582,
    });
    expect(estimates.need('groq/b', size).inputTokens).to.equal(1_000);
  });

  it('know what a bounded answer will most likely cost', () => {
    const estimates = new Estimates();
    estimates.report('groq/a', { bytes: 400 }, { input: 100, output: 50 });
    expect(estimates.need('groq/a', { bytes: 400, bound: 8_000 })).to.include({ leastTokens: 150 });
    expect(estimates.need('groq/a', { bytes: 400, bound: 8_000 }).tokens).to.be.at.least(8_100);
  });

  it('remember the largest answers when a run of short ones has brought the average down', () => {
    const estimates = new Estimates();
    const size = { bytes: 400 };
    for (const output of [500, ...Array.from({ length: 30 }, () => 100)])
      estimates.report('groq/a', size, { input: 100, output });
    expect(estimates.need('groq/a', size).tokens).to.be.lessThan(250);
    expect(estimates.need('groq/a', size).mostTokens).to.be.within(580, 650);
    for (let index = 0; index < 5_000; index++) estimates.report('groq/a', size, { input: 100, output: 100 });
    expect(estimates.need('groq/a', size).mostTokens).to.be.lessThan(210);
  });

  it('do not take a picture for text', () => {
    const picture = `data:image/png;base64,${'iVBORw0KGgo'.repeat(40_000)}`;
    const { bytes } = sized({ messages: [{ content: [{ type: 'image_url', image_url: { url: picture } }] }] });
    expect(bytes).to.be.lessThan(6_000);
  });

  it('do not run out of stack for a picture of many megabytes', () => {
    const picture = `data:image/png;base64,${'iVBORw0KGgo'.repeat(1_500_000)}==`;
    const part = { type: 'image_url', image_url: { url: picture } };
    const { bytes } = sized({ messages: [{ content: [{ type: 'text', text: 'What is "this"?' }, part, part] }] });
    expect(bytes).to.be.within(8_000, 9_000);
  });

  it('take a long text for what it is', () => {
    const text = 'AnswerText, and "more words". '.repeat(1_000);
    const { bytes } = sized({ messages: [{ content: text }] });
    expect(bytes).to.be.greaterThan(text.length);
  });
});
