import type { Adaptation, ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';
import { readCapabilities } from './openai-compatible.js';

const UNKNOWN = ['store', 'metadata', 'user', 'messages[].name', 'reasoning_effort'];

/** Its headers name their windows, and streams have none. The minute is that of the clock. */
export const mistral: ProviderType = {
  baseUrl: 'https://api.mistral.ai/v1',
  ...FACTS.mistral,
  readModel: readCapabilities,
  prefill: { message: { prefix: true } },
  conversation: [{ toolCallIds: { pattern: /^[a-zA-Z0-9]{9}$/, length: 9 }, callFields: { fields: [] } }],
  adaptations: [
    { field: 'max_completion_tokens', rename: 'max_tokens', why: 'Mistral knows only the old name' },
    { field: 'seed', rename: 'random_seed', why: 'Mistral calls it so' },
    { field: 'stream_options', drop: true, why: 'Mistral sends the usage unasked' },
    ...UNKNOWN.map((field): Adaptation => ({ field, drop: true, why: 'Mistral refuses fields that it does not know' })),
  ],
};
