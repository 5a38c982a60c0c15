import type { Adaptation, ErrorRule, ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

const RULES: readonly ErrorRule[] = [
  { code: ['queue_exceeded'], class: 'overloaded', why: 'the queue that all accounts share is full; our quota is not' },
  {
    status: [200, 429],
    code: ['request_quota_exceeded', 'token_quota_exceeded'],
    class: 'rate_limit',
    why: 'the sentence names the window; "quota" in param and code does not mean credit',
  },
  {
    status: [402, 403],
    says: /\bfree trial has ended\b|\bpayment\b/i,
    class: 'quota',
    about: 'money',
    scope: 'provider',
    why: 'the trial credit is used up',
  },
  {
    says: /^"tools" is incompatible with "response_format"/,
    class: 'bad_request',
    repairs: [{ drop: 'response_format' }],
    why: 'tools matter more than the form of the answer',
  },
];

const REFUSED = ['logit_bias', 'frequency_penalty', 'presence_penalty', 'parallel_tool_calls', 'service_tier'];

export const cerebras: ProviderType = {
  baseUrl: 'https://api.cerebras.ai/v1',
  ...FACTS.cerebras,
  countsBound: true,
  // It refuses every field that it does not know.
  conversation: [{ callFields: { fields: [] } }],
  lacks: ['files', 'audio'],
  adaptations: [
    ...REFUSED.map((field): Adaptation => ({ field, drop: true, why: 'Cerebras documents a 400 for it' })),
    { field: 'n', when: { not: [1] }, drop: true, why: 'Cerebras gives one answer' },
    {
      field: 'max_tokens',
      when: { with: 'max_completion_tokens' },
      drop: true,
      why: 'Cerebras refuses both at once',
    },
    { field: 'response_format', when: { with: 'tools' }, drop: true, why: 'Cerebras refuses it beside tools' },
    {
      field: 'messages[].role',
      when: { notModel: /gpt-oss/i },
      map: { developer: 'system' },
      why: 'only gpt-oss at Cerebras knows the role developer',
    },
  ],
  errors: RULES,
};
