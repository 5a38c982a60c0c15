import { createHash } from 'node:crypto';
import { ChainError, type Fields, type NamedModel, type ProtocolCall, type ProtocolRoute } from '429chain/plugin';
import { refuse } from './fields.js';

/** How long a model that is in use is said to stay, in ms. */
const STAYS_MS = 3_600_000;

const MODELS = 'The configuration of 429chain says which models there are.';

/** What Ollama has and 429chain does not, and what to do instead. */
const MISSING: Readonly<Record<string, string>> = {
  '/api/pull': MODELS,
  '/api/push': MODELS,
  '/api/create': MODELS,
  '/api/copy': MODELS,
  '/api/delete': MODELS,
};

/** What 429chain answers without a provider: the lists of models and what each can do. */
export const routesOf = (): readonly ProtocolRoute[] => [
  { method: 'GET', path: '/api/tags', answer: (call) => ({ body: { models: call.models().map(listed) } }) },
  { method: 'GET', path: '/api/ps', answer: (call) => ({ body: { models: running(call) } }) },
  { method: 'POST', path: '/api/show', answer: (call, body = {}) => ({ body: shown(call, body) }) },
  ...Object.entries(MISSING).map(
    ([path, instead]): ProtocolRoute => ({
      method: path === '/api/delete' ? 'DELETE' : 'POST',
      path,
      answer: () => {
        throw new ChainError('not_found', `429chain has no ${path}. ${instead}`);
      },
    }),
  ),
];

/** Chains come first, as in `GET /v1/models`. */
const listed = (model: NamedModel): Fields => ({
  name: model.id,
  model: model.id,
  modified_at: modifiedAt(model),
  size: 0,
  digest: createHash('sha256').update(model.id).digest('hex'),
  details: detailsOf(model),
});

/** Chains are always ready. */
const running = (call: ProtocolCall): readonly Fields[] =>
  call
    .models()
    .filter(({ isChain }) => isChain)
    .map((model) => ({
      ...listed(model),
      expires_at: new Date(call.at + STAYS_MS).toISOString(),
      size_vram: 0,
      ...(model.contextWindow === undefined ? {} : { context_length: model.contextWindow }),
    }));

const shown = (call: ProtocolCall, { model, name }: Fields): Fields => {
  const asked = model ?? name;
  if (typeof asked !== 'string' || asked === '') return refuse('model', 'Expected the name of a model.');
  const models = call.models();
  const found = models.find(({ id }) => id === asked) ?? models.find(({ id }) => `${id}:latest` === asked);
  if (found === undefined) throw new ChainError('model_not_found', `model '${asked}' not found`, { param: 'model' });
  const { id, tools, vision, contextWindow } = found;
  return {
    modified_at: modifiedAt(found),
    details: detailsOf(found),
    model_info: {
      'general.architecture': '429chain',
      'general.basename': id,
      ...(contextWindow === undefined ? {} : { '429chain.context_length': contextWindow }),
    },
    // Editors hide models without tools, so a model counts as able unless it is known not to be.
    capabilities: ['completion', ...(tools === false ? [] : ['tools']), ...(vision === true ? ['vision'] : [])],
  };
};

const modifiedAt = ({ created }: NamedModel): string => new Date(created * 1000).toISOString();

const detailsOf = ({ isChain }: NamedModel): Fields => {
  const family = isChain ? 'chain' : 'target';
  return { parent_model: '', format: '', family, families: [family], parameter_size: '', quantization_level: '' };
};
