import type { Adaptation, ProviderType } from '429chain/plugin';

const UNKNOWN = ['logit_bias', 'logprobs', 'top_logprobs', 'min_p', 'store', 'metadata', 'user'];
const BODIES = { source: '429 bodies', date: '2026-08-16' } as const;

/** Google's endpoint with OpenAI's protocol. It has no headers of limits: what is spent stands in the refusal. */
export const gemini: ProviderType = {
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
  about: {
    title: 'Google Gemini',
    firstModels: ['gemini-3.1-flash-lite'],
    freeTier:
      'Flash, Flash-Lite and Gemma, for each project and model: Flash 5 requests and 250,000 tokens of input a minute, 20 requests a day until midnight in Los Angeles; 3.1 Flash-Lite 500 a day, Gemma 14,400. The key of a paid project is charged.',
    source: 'https://ai.google.dev/gemini-api/docs/pricing',
    date: '2026-09-26',
    keyUrl: 'https://aistudio.google.com/apikey',
    training: {
      posture: 'may',
      note: 'Not for users in the EEA, Switzerland and the UK.',
      source: 'https://ai.google.dev/gemini-api/terms',
      date: '2026-09-26',
    },
  },
  modelList: { free: /^(?:models\/)?(?:gemini-[\w.-]*flash(?![\w.-]*(?:image|tts|live|audio))|gemma-)/ },
  knownLimits: [
    { requests: 5, per: '1m', model: /^(?:models\/)?gemini-(?:[\w.]+-)?flash(?!-lite)/, ...BODIES },
    { requests: 10, per: '1m', model: /^(?:models\/)?gemini-2\.5-flash-lite/, ...BODIES },
    { requests: 15, per: '1m', model: /^(?:models\/)?gemini-3\.1-flash-lite/, ...BODIES },
    { requests: 30, per: '1m', model: /^(?:models\/)?gemma-/, ...BODIES },
    { tokens: 15_000, per: '1m', model: /^(?:models\/)?gemma-/, ...BODIES },
  ],
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
