import type { Adaptation, ModelView, ProviderType } from '429chain/plugin';
import { PAGES } from './sources.js';

const UNMAPPED = ['reasoning_effort', 'logit_bias', 'logprobs', 'top_logprobs', 'top_k'];
const SCHEMA = ['additionalProperties', '$schema'];

/** Only models whose endpoints contain chat. */
const readModel = ({ endpoints, is_deprecated: old }: Readonly<Record<string, unknown>>) =>
  old === true || (Array.isArray(endpoints) && !endpoints.includes('chat')) ? undefined : ({} as Partial<ModelView>);

/** Its list of models is that of its own API, beside the compatible one. */
export const cohere: ProviderType = {
  baseUrl: 'https://api.cohere.ai/compatibility/v1',
  speaks: ['chat', 'embeddings'],
  about: {
    title: 'Cohere',
    firstModels: ['command-a-03-2025'],
    freeTier: 'A trial key: 20 requests a minute for each model, and 1,000 a calendar month for the account.',
    ...PAGES,
    allFree: true,
    keyUrl: 'https://dashboard.cohere.com/api-keys',
    training: {
      posture: 'may',
      note: 'What a trial key sends may be used for research; send no personal data.',
      ...PAGES,
    },
  },
  modelsPath: '/../../v1/models?page_size=1000',
  modelList: { list: 'models', id: 'name' },
  readModel,
  knownLimits: [{ requests: 20, per: '1m', ...PAGES }],
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
