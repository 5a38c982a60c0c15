import type { Adaptation, ModelView, ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

const UNMAPPED = ['reasoning_effort', 'logit_bias', 'logprobs', 'top_logprobs', 'top_k'];
const SCHEMA = ['additionalProperties', '$schema'];

/** Only models whose endpoints contain chat. */
const readModel = ({ endpoints, is_deprecated: old }: Readonly<Record<string, unknown>>) =>
  old === true || (Array.isArray(endpoints) && !endpoints.includes('chat')) ? undefined : ({} as Partial<ModelView>);

/** Its list of models is that of its own API, beside the compatible one. */
export const cohere: ProviderType = {
  baseUrl: 'https://api.cohere.ai/compatibility/v1',
  speaks: ['chat', 'embeddings'],
  ...FACTS.cohere,
  modelsPath: '/../../v1/models?page_size=1000',
  modelList: { list: 'models', id: 'name' },
  readModel,
  adaptations: [
    ...UNMAPPED.map((field): Adaptation => ({ field, drop: true, why: 'Cohere has nothing like it' })),
    ...SCHEMA.map(
      (key): Adaptation => ({
        field: `tools[].function.parameters.**.${key}`,
        drop: true,
        why: 'Cohere refuses it in schemas',
      }),
    ),
  ],
};
