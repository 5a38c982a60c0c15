import { randomUUID } from 'node:crypto';
import type { ExplainRequest } from '../../contract/admin-api.js';
import type { Explanation } from '../../contract/explain.js';
import { sizeOf } from '../../engine/attempt/request-size.js';
import { Caller } from '../../engine/caller.js';
import type { Chains } from '../../engine/chains.js';
import type { Chain } from '../../engine/target.js';
import type { Waterfall } from '../../engine/waterfall.js';
import { ChainError } from '../../plugin/door/errors.js';

/** The messages of a request without any. */
const SOMETHING = [{ role: 'user', content: 'Hello' }];

/** What the waterfall would do with `asked` now. It sends nothing and spends no quota. */
export const explainRequest = (
  { chains, waterfall }: { readonly chains: Chains; readonly waterfall: Waterfall },
  asked: ExplainRequest,
): Promise<Explanation> => {
  const { targets, ...rest } = asked;
  const body = { messages: SOMETHING, ...rest };
  if (!Array.isArray(body.messages)) {
    throw new ChainError('invalid_request', '"messages" must be an array.', { param: 'messages' });
  }
  return waterfall.explain({
    id: randomUUID(),
    chain: targets === undefined ? chains.resolve(body.model) : chainOver(chains, body.model, targets),
    path: '/chat/completions',
    body,
    stream: body.stream === true,
    size: sizeOf(body),
    caller: new Caller(),
    keyLabel: 'admin',
  });
};

const chainOver = (chains: Chains, model: unknown, targets: unknown): Chain => {
  if (!Array.isArray(targets) || targets.length === 0) {
    throw new ChainError('invalid_request', '"targets" must be a list of at least one target.', { param: 'targets' });
  }
  const found = targets.map((id) => {
    const target = typeof id === 'string' ? chains.target(id) : undefined;
    if (target !== undefined) return target;
    const message = `${JSON.stringify(id)} is not a target of a configured provider. Expected provider/model.`;
    throw new ChainError('invalid_request', message, { param: 'targets' });
  });
  return chains.over(model, found);
};
