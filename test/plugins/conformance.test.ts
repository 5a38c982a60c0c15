import { testProviderType } from '429chain/testing';
import { expect } from 'chai';

const limited = (unit: string, dimension: 'requests' | 'tokens', window?: string) => ({
  dimension,
  ...(window === undefined ? {} : { window }),
  headers: (remaining: number) => ({
    [`x-ratelimit-limit-${dimension}${unit}`]: '100',
    [`x-ratelimit-remaining-${dimension}${unit}`]: String(remaining),
    [`x-ratelimit-reset-${dimension}${unit}`]: '50',
  }),
});

/** The types with most of their own, and the limits that each states in headers. The rest is in OpenAI's shape. */
const TYPES = [
  { type: 'openai-compatible', limits: [limited('', 'requests')] },
  { type: 'groq', limits: [limited('', 'requests', '1d')] },
  { type: 'cerebras', limits: [limited('-day', 'requests', '1d'), limited('-minute', 'requests', '1m')] },
  { type: 'openrouter', limits: [] },
  {
    type: 'cloudflare',
    limits: [],
    models: (ids: readonly string[]) => ({ result: ids.map((name) => ({ id: 'uuid', name })), success: true }),
  },
];

describe('Built-in provider types', () => {
  for (const { type, ...upstream } of TYPES) {
    it(`pass the conformance kit: ${type}`, async () => {
      const report = await testProviderType('providers', { type, upstream });
      expect(report.ok, String(report)).to.equal(true);
    });
  }
});
