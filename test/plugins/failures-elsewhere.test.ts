import { check, type Row, said } from './failure-rows.js';

const ROWS: readonly Row[] = [
  {
    it: 'Azure refuses content',
    status: 400,
    body: said('The response was filtered', {
      code: 'content_filter',
      innererror: { code: 'ResponsibleAIPolicyViolation' },
    }),
    class: 'moderation',
  },
  {
    it: 'OpenAI refuses content',
    status: 400,
    body: said('no', { code: 'content_policy_violation' }),
    class: 'moderation',
  },
  {
    it: 'vLLM has no room for the request',
    status: 400,
    body: {
      object: 'error',
      message: "This model's maximum context length is 16384 tokens. However, you requested 122946 tokens",
      type: 'BadRequestError',
      code: 400,
    },
    class: 'too_large',
  },
  {
    it: 'llama.cpp has no room for the request',
    status: 400,
    body: said('the request exceeds the available context size', { code: 400, type: 'exceed_context_size_error' }),
    class: 'too_large',
  },
  {
    it: 'Gemini has no room for the request',
    status: 400,
    body: [
      said('The input token count (1200293) exceeds the maximum number of tokens allowed (1048576).', {
        code: 400,
        status: 'INVALID_ARGUMENT',
      }),
    ],
    class: 'too_large',
  },
  {
    it: 'Cohere has no room for the request',
    status: 400,
    body: { id: 'x', message: 'too many tokens: total number of tokens cannot exceed 4081' },
    class: 'too_large',
  },
  {
    it: 'xAI has no credit, under 403',
    status: 403,
    body: {
      code: 'x',
      error: 'Your team 1 has either used all available credits or reached its monthly spending limit. To continue',
    },
    class: 'quota',
    scope: 'provider',
  },
  {
    it: 'a retired model of ModelScope is not about credit',
    status: 429,
    body: said('insufficient balance (1008)'),
    class: 'not_found',
    scope: 'target',
  },
  {
    it: "z.ai's exhausted plan cools the account down",
    status: 429,
    body: said('Usage limit', { code: '1308' }),
    class: 'quota',
    scope: 'provider',
  },
  {
    it: "z.ai's crowded model is overload",
    status: 429,
    body: said('busy', { code: '1305' }),
    class: 'overloaded',
    scope: 'target',
  },
  {
    it: "Mistral's capacity is overload",
    status: 429,
    body: { object: 'error', message: 'Service tier capacity exceeded', code: '3505' },
    class: 'overloaded',
    scope: 'target',
  },
  {
    it: "Mistral's Labs model is not a bad key",
    status: 403,
    body: { message: 'no', code: '1913' },
    class: 'not_found',
    scope: 'target',
  },
  {
    it: "Ollama's session of five hours is a rate limit of the account",
    status: 429,
    body: { error: 'you (x) have reached your session usage limit' },
    class: 'rate_limit',
    scope: 'provider',
  },
  {
    it: "OpenCode's month is a quota",
    status: 429,
    body: said('Monthly usage limit reached. Resets in 13 days.'),
    class: 'quota',
    scope: 'provider',
    wait: 1_123_200_000,
  },
  {
    it: 'a limit inside a started answer is a limit',
    status: 200,
    body: said('slow down', { type: 'rate_limit_exceeded' }),
    class: 'rate_limit',
    scope: 'target',
  },
  {
    it: 'an error without a name inside an answer is a server error',
    status: 200,
    body: said('gone'),
    class: 'server_error',
    scope: 'target',
  },
  {
    it: 'a refusal of our client does not blame the key (pitfall 14)',
    type: 'groq',
    status: 403,
    body: 'error code: 1010',
    class: 'bad_request',
  },
  {
    it: "a firewall's page does not blame the key (pitfall 14)",
    status: 403,
    body: '<!DOCTYPE html><html><title>Attention Required!</title></html>',
    class: 'bad_request',
  },
  {
    it: 'a quoted prompt about quotas does not change the class',
    status: 400,
    body: said('Invalid message: "my quota limit is exceeded, insufficient_quota, 402"'),
    class: 'bad_request',
  },
];

describe('failures of other providers without a fixture', () => {
  check(ROWS);
});
