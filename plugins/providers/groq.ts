import type { ErrorRule, ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

const RULES: readonly ErrorRule[] = [
  {
    status: [413],
    code: ['rate_limit_exceeded'],
    refills: true,
    why: 'the request alone exceeds a minute, whatever code and Retry-After say',
  },
  {
    status: [200, 429],
    code: ['rate_limit_exceeded'],
    class: 'rate_limit',
    refills: true,
    why: 'the sentence names the quota, even one that is in no header',
  },
  {
    status: [429],
    says: /^$|\blimit|\btoo many requests\b/i,
    refills: true,
    why: "a limit whose message was lost in transit: the headers are still Groq's",
  },
  { code: ['tool_use_failed', 'json_validate_failed'], class: 'bad_request', why: 'the model failed, not the caller' },
  { status: [424], class: 'server_error', why: 'a request that this one depends on failed' },
  { status: [499], class: 'server_error', why: 'cancelled, but not by the caller' },
];

export const groq: ProviderType = {
  baseUrl: 'https://api.groq.com/openai/v1',
  speaks: ['chat', 'transcriptions', 'translations', 'speech'],
  ...FACTS.groq,
  countsBound: true,
  // It refuses every field that it does not know.
  conversation: [{ callFields: { fields: [] } }],
  lacks: ['files', 'audio'],
  adaptations: [
    { field: 'logprobs', drop: true, why: 'Groq refuses it' },
    { field: 'top_logprobs', drop: true, why: 'Groq refuses it' },
    { field: 'logit_bias', drop: true, why: 'Groq refuses it' },
    { field: 'n', when: { not: [1] }, drop: true, why: 'Groq gives one answer' },
    { field: 'messages[].name', drop: true, why: 'Groq refuses it' },
    {
      field: 'reasoning_effort',
      when: { model: /qwen/i },
      map: { minimal: 'none', low: 'default', medium: 'default', high: 'default', xhigh: 'default' },
      why: 'Qwen at Groq knows only none and default',
    },
    {
      field: 'reasoning_effort',
      when: { model: /gpt-oss/i },
      map: { none: 'low', minimal: 'low', default: 'medium', xhigh: 'high' },
      why: 'gpt-oss at Groq knows only low, medium and high',
    },
  ],
  modelList: { except: /whisper|orpheus|tts|guard/ },
  // The names state no window. Both refill continuously.
  limitHeaders: { requests: { window: '1d', refills: true }, tokens: { window: '1m', refills: true } },
  errors: RULES,
};
