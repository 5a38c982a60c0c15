import { nextMinute, type ProviderType } from '429chain/plugin';

const DOCS = { source: 'https://opencode.ai/docs/zen', date: '2026-09-26' } as const;

/** Some models need no key. Each has an endpoint of its own, and its list does not say which are free. */
export const opencodeZen: ProviderType = {
  baseUrl: 'https://opencode.ai/zen/v1',
  about: {
    title: 'OpenCode Zen',
    firstModels: ['big-pickle'],
    freeTier:
      'A few models that change, without a key: an unpublished number of requests for each address until 00:00 UTC.',
    ...DOCS,
    keyUrl: 'https://opencode.ai/auth',
    needsKey: false,
    training: { posture: 'may', note: 'The free models; the others keep nothing.', ...DOCS },
  },
  keyless: 'address',
  knownLimits: [
    { requests: 500, per: '1m', keyless: false, source: 'https://github.com/anomalyco/opencode', date: '2026-09-26' },
  ],
  errors: [
    {
      status: [429],
      code: ['RateLimitError'],
      class: 'rate_limit',
      spent: { dimension: 'requests', window: '1m' },
      resets: nextMinute,
      why: 'the minute of the clock for this key and model; Retry-After is always 60',
    },
  ],
};
