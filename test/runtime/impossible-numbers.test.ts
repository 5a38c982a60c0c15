import { expect } from 'chai';
import { ChainStage } from '../engine/chain-stage.js';
import { answer, reply } from '../scripted-upstream.js';

describe('The warning about impossible numbers of a provider', () => {
  let stage: ChainStage;

  afterEach(() => stage.close());

  it('comes once for each target and header', async () => {
    stage = await ChainStage.start(2);
    const headers = { 'x-ratelimit-remaining-requests': '-7', 'x-ratelimit-reset-tokens-minute': '9e9' };
    stage.upstreams[0]?.script(
      answer('hello', headers),
      answer('hello', { ...headers, 'x-ratelimit-remaining-requests': '-8' }),
      reply(500, {}, headers),
    );
    stage.upstreams[1]?.always(answer('hello', { 'x-ratelimit-limit-requests': '-12' }));
    for (let index = 0; index < 3; index++) await stage.ask();
    const warnings = stage.proxy.log.lines.filter((line) => line.includes("the provider's header"));
    expect(warnings).to.deep.equal([
      'one/a-model: the provider\'s header x-ratelimit-remaining-requests is "-7", which counts nothing. 429chain ignores it.',
      'one/a-model: the provider\'s header x-ratelimit-reset-tokens-minute is "9e9", which is later than its window of 1m. ' +
        '429chain waits for its window of 1m at most.',
      'two/a-model: the provider\'s header x-ratelimit-limit-requests is "-12", which counts nothing. 429chain ignores it.',
    ]);
  });
});
