import { expect } from 'chai';
import { mostInputsIn } from '../../../src/engine/surfaces/batch-limit.js';

const SENTENCES: readonly (readonly [provider: string, message: string, count: number, most: number | undefined])[] = [
  ['Gemini', '* BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch', 101, 100],
  ['Cohere', 'invalid request: total number of texts must be at most 96. You have passed in 97 texts.', 97, 96],
  ['TEI', 'batch size 33 > maximum allowed batch size 32', 33, 32],
  [
    'OpenAI',
    "Invalid 'input': array too long. Expected an array with maximum length 2048, but got an array with length 3000 instead.",
    3000,
    2048,
  ],
  ['OpenAI, older', "'$.input' is invalid. Maximum length is 2048 items.", 3000, 2048],
  ['Voyage', 'The batch size limit is 128. Your batch size is 200.', 200, 128],
  ['DashScope', 'Value error, batch size is invalid, it should not be larger than 10.: input.contents', 25, 10],
  ['SiliconFlow', 'input batch size 40 > maximum allowed batch size 32', 40, 32],
  ['Jina', 'Input list should have at most 2048 items after validation, not 3000', 3000, 2048],
  [
    'a length in tokens',
    "This model's maximum context length is 8192 tokens, however you requested 9000 tokens",
    3,
    undefined,
  ],
  ['a rate limit', 'Rate limit reached: at most 3 requests per minute', 9, undefined],
];

describe('A refusal of too many inputs', () => {
  for (const [provider, message, count, most] of SENTENCES) {
    it(`is read: ${provider}`, () => {
      expect(mostInputsIn(message, count)).to.equal(most);
    });
  }
});
