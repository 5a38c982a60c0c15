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
  ['TEI, shorter', 'Input batch size 1000 > 32', 1000, 32],
  ['Vertex', 'The request has 400 instances. Maximum 250 instances allowed.', 400, 250],
  ['a limit of a number', 'Too many inputs. The max number of inputs is 128.', 200, 128],
  ['a limit that is exceeded', 'The number of texts 200 exceeds the limit of 128', 200, 128],
  ['a number with a separator', 'Send up to 1,000 inputs', 3000, 1000],
  ['the length of one input', 'This model supports inputs up to 512 tokens.', 600, undefined],
  ['the length of one input, without a unit', 'input length 600 exceeds maximum of 512', 600, undefined],
  ['the characters of one input', 'Each text may have at most 2,000 characters', 3000, undefined],
  ['the tokens of a request', 'The total tokens in batch must be at most 2000', 3000, undefined],
  ['a rate limit', 'Rate limit reached: at most 3 requests per minute', 9, undefined],
];

describe('A refusal of too many inputs', () => {
  for (const [provider, message, count, most] of SENTENCES) {
    it(`is read: ${provider}`, () => {
      expect(mostInputsIn(message, count)).to.equal(most);
    });
  }
});
