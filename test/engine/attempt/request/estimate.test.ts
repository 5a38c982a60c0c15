import { expect } from 'chai';
import { Estimates } from '../../../../src/engine/attempt/request/estimate.js';
import { sizeOf } from '../../../../src/engine/attempt/request/request-size.js';

const sized = (body: object) => sizeOf(body as Record<string, unknown>);

describe('Estimates', () => {
  const size = { tokens: 100 };

  it('assume a modest answer before a target has given one, whatever the bound', () => {
    const estimates = new Estimates();
    expect(estimates.need('groq/a', { ...size, bound: 32_000 })).to.deep.equal({
      inputTokens: 100,
      tokens: 612,
      leastTokens: 612,
      mostTokens: 4_196,
    });
    expect(estimates.need('groq/a', size)).to.include({ tokens: 612, mostTokens: 612 });
  });

  it("count the caller's bound only where answers could be longer", () => {
    const estimates = new Estimates();
    expect(estimates.need('groq/a', { ...size, bound: 50 })).to.include({
      tokens: 150,
      leastTokens: 150,
      mostTokens: 150,
    });
    estimates.report('groq/a', size, { input: 100, output: 50 });
    expect(estimates.need('groq/a', { ...size, bound: 8_000 })).to.deep.equal({
      inputTokens: 300,
      tokens: 450,
      leastTokens: 150,
      mostTokens: 450,
    });
    expect(estimates.need('groq/a', { ...size, bound: 60 }).tokens).to.equal(360);
  });

  it('learn the size of tokens and answers from each target', () => {
    const estimates = new Estimates();
    for (let index = 0; index < 60; index++) estimates.report('groq/a', { tokens: 1_000 }, { input: 500, output: 80 });
    expect(estimates.need('groq/a', { tokens: 1_000, bound: 32_000 })).to.deep.equal({
      inputTokens: 501,
      tokens: 582,
      leastTokens: 580,
      mostTokens: 582,
    });
    expect(estimates.need('groq/b', { tokens: 1_000 }).inputTokens).to.equal(1_000);
  });

  it('remember the largest answers after a run of short ones has lowered the average', () => {
    const estimates = new Estimates();
    for (const output of [500, ...Array.from({ length: 30 }, () => 100)])
      estimates.report('groq/a', size, { input: 100, output });
    expect(estimates.need('groq/a', size).tokens).to.be.lessThan(250);
    expect(estimates.need('groq/a', size).mostTokens).to.be.within(580, 650);
    for (let index = 0; index < 5_000; index++) estimates.report('groq/a', size, { input: 100, output: 100 });
    expect(estimates.need('groq/a', size).mostTokens).to.be.lessThan(210);
  });

  describe('of a provider that counts the bound beforehand', () => {
    it('hold the bound that is sent: the first one is generous', () => {
      const estimates = new Estimates();
      expect(estimates.boundToSend('groq/a', { ...size, bound: 32_000 })).to.equal(4_096);
      expect(estimates.need('groq/a', { ...size, bound: 32_000 }, Infinity)).to.include({
        tokens: 4_196,
        mostTokens: 4_196,
      });
      expect(estimates.need('groq/a', size, Infinity).tokens).to.equal(4_196);
    });

    it("never exceed the caller's bound", () => {
      const estimates = new Estimates();
      expect(estimates.boundToSend('groq/a', { ...size, bound: 100 })).to.equal(100);
      expect(estimates.need('groq/a', { ...size, bound: 100 }, Infinity).tokens).to.equal(200);
      expect(estimates.boundToSend('groq/a', { ...size, bound: 300, choices: 3 })).to.equal(100);
    });

    it('leave a wide margin above what answers cost, and grow with them', () => {
      const estimates = new Estimates();
      for (let index = 0; index < 60; index++) estimates.report('groq/a', size, { input: 100, output: 200 });
      expect(estimates.boundToSend('groq/a', size)).to.equal(1_024);
      estimates.report('groq/a', size, { input: 100, output: 1_024 });
      expect(estimates.boundToSend('groq/a', size)).to.be.greaterThan(4_000);
    });

    const room = (limit: number) => ({ limit, left: limit });

    it('fit the limit of the target, down to a sensible minimum', () => {
      const estimates = new Estimates();
      expect(estimates.boundToSend('groq/a', { tokens: 5_000, bound: 32_000 }, room(8_000))).to.equal(3_000);
      expect(estimates.boundToSend('groq/a', { tokens: 7_990, bound: 32_000 }, room(8_000))).to.equal(256);
      expect(estimates.boundToSend('groq/a', { tokens: 5_000, choices: 3 }, room(8_000))).to.equal(1_000);
    });

    it('shrink to what is left now, but not below what answers cost', () => {
      const estimates = new Estimates();
      for (let index = 0; index < 60; index++) estimates.report('groq/a', size, { input: 100, output: 400 });
      expect(estimates.need('groq/a', size, 10_000).tokens).to.be.within(1_700, 1_702);
      expect(estimates.need('groq/a', size, 1_000).tokens).to.be.within(1_000, 1_002);
      expect(estimates.need('groq/a', size, 0).tokens).to.be.within(500, 504);
      for (const left of [10_000, 1_000, 700]) {
        const { tokens } = estimates.need('groq/a', size, left);
        const sent = estimates.boundToSend('groq/a', size, { limit: 10_000, left: left - tokens });
        expect(sent + 100, `with ${left} left`).to.be.within(500, tokens);
      }
    });
  });

  it('count every choice: the bound and the average answer are for one', () => {
    const estimates = new Estimates();
    const body = { messages: 'word '.repeat(100) };
    const plain = sized(body);
    const triple = sized({ ...body, n: 3 });
    expect(sized({ ...body, n: 3, max_tokens: 100 }).bound).to.equal(300);
    const input = estimates.need('groq/a', triple).inputTokens;
    expect(estimates.need('groq/a', triple).tokens).to.equal(input + 3 * 512);
    for (let index = 0; index < 60; index++) estimates.report('groq/a', triple, { input, output: 240 });
    const outputOf = (each: typeof plain): number => estimates.likely('groq/a', each).output;
    expect(outputOf(triple)).to.be.within(240, 243);
    expect(outputOf(plain)).to.be.within(80, 81);
    const held = estimates.need('groq/a', triple, Infinity);
    expect(held.tokens).to.equal(held.inputTokens + 3 * 1_024);
  });

  it('ignore a number of choices that no provider accepts', () => {
    for (const n of [0, -1, 'two', null]) expect(sized({ n }).choices).to.equal(1);
    expect(sized({ n: 1e308, max_tokens: 10 }).bound).to.equal(1_280);
  });

  it('count the prompt and the text that came as seen', () => {
    const estimates = new Estimates();
    expect(estimates.seen('groq/a', size, 10)).to.deep.equal({ input: 100, output: 3, estimated: true });
    for (let index = 0; index < 60; index++) estimates.report('groq/a', size, { input: 50, output: 80 });
    expect(estimates.seen('groq/a', size, 0)).to.deep.equal({ input: 50, output: 0, estimated: true });
  });

  it('forget the target that was not used for longest when there are too many', () => {
    const estimates = new Estimates(2);
    const outputOf = (target: string): number => estimates.likely(target, size).output;
    for (const target of ['one', 'two']) estimates.report(target, size, { input: 100, output: 7 });
    expect(outputOf('one')).to.equal(7);
    estimates.report('three', size, { input: 100, output: 7 });
    expect(outputOf('two')).to.equal(512);
    expect([outputOf('one'), outputOf('three')]).to.deep.equal([7, 7]);
  });
});
