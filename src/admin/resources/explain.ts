import { randomUUID } from 'node:crypto';
import type { ExplainRequest } from '../../contract/admin-api.js';
import type { Explanation } from '../../contract/explain.js';
import { surfaceSizeOf } from '../../engine/ask-surface.js';
import { sizeOf } from '../../engine/attempt/request/request-size.js';
import { Caller } from '../../engine/caller.js';
import type { Chains } from '../../engine/chains.js';
import type { Chain } from '../../engine/target.js';
import type { Waterfall } from '../../engine/waterfall.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { Surface } from '../../plugin/door/surface.js';
import { isFields } from '../../plugin/fields.js';
import { SURFACES } from '../../protocols/surfaces.js';

/** The messages of a request without any. */
const SOMETHING = [{ role: 'user', content: 'Hello' }];

/** What the waterfall would do with `asked` now. It sends nothing and spends no quota. */
export const explainRequest = async (
  { chains, waterfall }: { readonly chains: Chains; readonly waterfall: Waterfall },
  asked: ExplainRequest,
): Promise<Explanation> => {
  const { targets, rules, endpoint, ...rest } = asked;
  const surface = surfaceOf(endpoint);
  const body = { ...(surface === undefined ? { messages: SOMETHING } : { prompt: 'Hello' }), ...rest };
  if (surface === undefined && !Array.isArray(rest.messages ?? [])) {
    throw new ChainError('invalid_request', '"messages" must be an array.', { param: 'messages' });
  }
  const { model } = body;
  const isUnknown = targets === undefined && typeof model === 'string' && model !== '' && !chains.knows(model);
  const explanation = await waterfall.explain({
    id: randomUUID(),
    chain:
      targets === undefined
        ? chains.resolve(body.model)
        : chainOver(chains, body.model, targets, isFields(rules) ? rules : undefined),
    path: surface?.path ?? '/chat/completions',
    body,
    surface,
    stream: body.stream === true,
    size: surface === undefined ? sizeOf(body) : surfaceSizeOf(surface, body),
    caller: new Caller(),
    keyLabel: 'admin',
  });
  return isUnknown ? { ...explanation, unknownModel: true } : explanation;
};

const surfaceOf = (endpoint: unknown): Surface | undefined => {
  if (endpoint === undefined || endpoint === 'chat') return undefined;
  const found = SURFACES.find(({ name }) => name === endpoint);
  if (found !== undefined) return found;
  const known = ['chat', ...SURFACES.map(({ name }) => name)].join(', ');
  throw new ChainError(
    'invalid_request',
    `There is no endpoint ${JSON.stringify(endpoint)}. Expected one of ${known}.`,
    {
      param: 'endpoint',
    },
  );
};

const chainOver = (chains: Chains, model: unknown, targets: unknown, rules: ExplainRequest['rules']): Chain => {
  if (!Array.isArray(targets) || targets.length === 0) {
    throw new ChainError('invalid_request', '"targets" must be a list of at least one target.', { param: 'targets' });
  }
  const found = targets.flatMap((id) => {
    const withEachKey = typeof id === 'string' ? chains.targets(id) : [];
    if (withEachKey.length > 0) return withEachKey;
    const message = `${JSON.stringify(id)} is not a target of a configured provider. Expected provider/model.`;
    throw new ChainError('invalid_request', message, { param: 'targets' });
  });
  return chains.over(model, found, rules);
};
