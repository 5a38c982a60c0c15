import { expect } from 'chai';
import { Estimates } from '../../../src/engine/attempt/estimate.js';
import { sizeOf } from '../../../src/engine/attempt/request-size.js';

const sized = (body: object) => sizeOf(body as Record<string, unknown>, JSON.stringify(body));

describe('Estimates', () => {
  it("count four bytes as a token, and the caller's bound as the answer", () => {
    const size = sized({ messages: 'x'.repeat(386), max_tokens: 100 });
    expect(new Estimates().need('groq/a', size)).to.deep.equal({
      inputTokens: 105,
      tokens: 205,
      leastTokens: 205,
      mostTokens: 205,
    });
  });

  it('prefer max_completion_tokens to max_tokens', () => {
    expect(sized({ max_completion_tokens: 7, max_tokens: 9 }).bound).to.equal(7);
  });

  it('learn the size of tokens and answers from each target', () => {
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

  it('know the likely cost of a bounded answer', () => {
    const estimates = new Estimates();
    estimates.report('groq/a', { bytes: 400 }, { input: 100, output: 50 });
    expect(estimates.need('groq/a', { bytes: 400, bound: 8_000 })).to.include({ leastTokens: 150 });
    expect(estimates.need('groq/a', { bytes: 400, bound: 8_000 }).tokens).to.be.at.least(8_100);
  });

  it('remember the largest answers after a run of short ones has lowered the average', () => {
    const estimates = new Estimates();
    const size = { bytes: 400 };
    for (const output of [500, ...Array.from({ length: 30 }, () => 100)])
      estimates.report('groq/a', size, { input: 100, output });
    expect(estimates.need('groq/a', size).tokens).to.be.lessThan(250);
    expect(estimates.need('groq/a', size).mostTokens).to.be.within(580, 650);
    for (let index = 0; index < 5_000; index++) estimates.report('groq/a', size, { input: 100, output: 100 });
    expect(estimates.need('groq/a', size).mostTokens).to.be.lessThan(210);
  });

  it('do not count a picture as text', () => {
    const picture = `data:image/png;base64,${'iVBORw0KGgo'.repeat(40_000)}`;
    const { bytes } = sized({ messages: [{ content: [{ type: 'image_url', image_url: { url: picture } }] }] });
    expect(bytes).to.be.lessThan(6_000);
  });

  it('handle a picture of many megabytes without running out of stack', () => {
    const picture = `data:image/png;base64,${'iVBORw0KGgo'.repeat(1_500_000)}==`;
    const part = { type: 'image_url', image_url: { url: picture } };
    const { bytes } = sized({ messages: [{ content: [{ type: 'text', text: 'What is "this"?' }, part, part] }] });
    expect(bytes).to.be.within(8_000, 9_000);
  });

  it('count a long text as text', () => {
    const text = 'Words, and "more words". '.repeat(1_000);
    const { bytes } = sized({ messages: [{ content: text }] });
    expect(bytes).to.be.greaterThan(text.length);
  });

  it('count every choice: the bound and the average answer are for one', () => {
    const estimates = new Estimates();
    const body = { messages: 'x'.repeat(400) };
    const plain = sized(body);
    const triple = sized({ ...body, n: 3 });
    expect(sized({ ...body, n: 3, max_tokens: 100 }).bound).to.equal(300);
    const input = estimates.need('groq/a', triple).inputTokens;
    expect(estimates.need('groq/a', triple).tokens).to.equal(input + 3 * 512);
    for (let index = 0; index < 60; index++) estimates.report('groq/a', triple, { input, output: 240 });
    const outputOf = (size: typeof plain): number => estimates.likely('groq/a', size).output;
    expect(outputOf(triple)).to.be.within(240, 243);
    expect(outputOf(plain)).to.be.within(80, 81);
  });

  it('ignore a number of choices that no provider accepts', () => {
    for (const n of [0, -1, 'two', null]) expect(sized({ n }).choices).to.equal(1);
    expect(sized({ n: 1e308, max_tokens: 10 }).bound).to.equal(1_280);
  });

  it('count the prompt and the text that came as seen', () => {
    const estimates = new Estimates();
    expect(estimates.seen('groq/a', { bytes: 400 }, 10)).to.deep.equal({ input: 100, output: 3, estimated: true });
    for (let index = 0; index < 60; index++) estimates.report('groq/a', { bytes: 400 }, { input: 50, output: 80 });
    expect(estimates.seen('groq/a', { bytes: 400 }, 0)).to.deep.equal({ input: 50, output: 0, estimated: true });
  });

  it('forget the target that was not used for longest when there are too many', () => {
    const estimates = new Estimates(2);
    const size = { bytes: 400 };
    const outputOf = (target: string): number => estimates.likely(target, size).output;
    for (const target of ['one', 'two']) estimates.report(target, size, { input: 100, output: 7 });
    expect(outputOf('one')).to.equal(7);
    estimates.report('three', size, { input: 100, output: 7 });
    expect(outputOf('two')).to.equal(512);
    expect([outputOf('one'), outputOf('three')]).to.deep.equal([7, 7]);
  });
});
