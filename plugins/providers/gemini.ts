import type { Adaptation, ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

const UNKNOWN = ['logit_bias', 'logprobs', 'top_logprobs', 'min_p', 'store', 'metadata', 'user'];

/** Google's endpoint with OpenAI's protocol. It has no headers of limits: what is spent stands in the refusal. */
export const gemini: ProviderType = {
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
  ...FACTS.gemini,
  conversation: [
    {
      plainSchemas: true,
      callFields: {
        fields: ['extra_content'],
        placeholder: { extra_content: { google: { thought_signature: 'skip_thought_signature_validator' } } },
      },
    },
  ],
  adaptations: UNKNOWN.map((field): Adaptation => ({ field, drop: true, why: 'Gemini has no such field' })),
};
