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

/** The limits that each type states in headers. Everything else is in OpenAI's shape. */
const TYPES = [
  { type: 'openai-compatible', limits: [limited('', 'requests')] },
  { type: 'groq', limits: [limited('', 'requests', '1d')] },
  { type: 'cerebras', limits: [limited('-day', 'requests', '1d'), limited('-minute', 'requests', '1m')] },
  { type: 'openrouter', limits: [] },
];

describe('Every built-in provider type', () => {
  for (const { type, limits } of TYPES) {
    it(`passes the conformance kit: ${type}`, async function () {
      this.timeout(60_000);
      const report = await testProviderType(type, { type, upstream: { limits } });
      expect(report.ok, String(report)).to.equal(true);
    });
  }
});
