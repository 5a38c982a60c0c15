import { randomUUID } from 'node:crypto';
import type { ExplainRequest } from '../contract/admin-api.js';
import type { Explanation } from '../contract/explain.js';
import { Caller } from '../engine/caller.js';
import type { Chains } from '../engine/chains.js';
import { sizeOf } from '../engine/estimate.js';
import type { Waterfall } from '../engine/waterfall.js';
import { ChainError } from '../plugin/errors.js';

/** What a request that says nothing asks. */
const SOMETHING = [{ role: 'user', content: 'Hello' }];

/** What would happen to `asked` now: decided by the waterfall itself, without sending or spending anything. */
export const explainRequest = (
  { chains, waterfall }: { readonly chains: Chains; readonly waterfall: Waterfall },
  asked: ExplainRequest,
): Promise<Explanation> => {
  const body = { messages: SOMETHING, ...asked };
  if (!Array.isArray(body.messages)) {
    throw new ChainError('invalid_request', '"messages" must be an array.', { param: 'messages' });
  }
  return waterfall.explain({
    id: randomUUID(),
    chain: chains.resolve(body.model),
    path: '/chat/completions',
    body,
    stream: body.stream === true,
    size: sizeOf(body, JSON.stringify(body)),
    caller: new Caller(),
    keyLabel: 'admin',
  });
};
