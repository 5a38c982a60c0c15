import type { Need } from '../ledger/ledger.js';

/** English text in the tokenisers in use: about four bytes a token. */
const BYTES_PER_TOKEN = 4;
/** What an answer costs whose caller set no bound. */
const UNBOUNDED_ANSWER = 512;

/** What a request may cost, from the size of its body in bytes and the bound that it sets on the answer. */
export const estimateNeed = (body: Readonly<Record<string, unknown>>, bodyBytes: number): Need => {
  const inputTokens = Math.ceil(bodyBytes / BYTES_PER_TOKEN);
  const bound = body.max_completion_tokens ?? body.max_tokens;
  const answer = typeof bound === 'number' && bound > 0 ? bound : UNBOUNDED_ANSWER;
  return { inputTokens, tokens: inputTokens + answer };
};
