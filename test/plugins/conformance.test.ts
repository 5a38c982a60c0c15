import type { Duration, LimitHeader, ProviderType } from '429chain/plugin';
import { testProviderType } from '429chain/testing';
import { expect } from 'chai';
import { PROVIDER_TYPES } from '../../plugins/providers/index.js';

type Stated = Pick<LimitHeader, 'name' | 'dimension' | 'window'>;

/** The headers of one limit, as the type says that its provider sends them. */
const limited = ({ name, dimension, window }: Stated) => ({
  dimension: dimension as 'requests' | 'tokens',
  ...(window === undefined ? {} : { window }),
  headers: (remaining: number) => ({
    [name.replace('*', 'limit')]: '100',
    [name.replace('*', 'remaining')]: String(remaining),
    [name.replace('*', 'reset')]: '50',
  }),
});

/** Limits in the headers of types that say nothing about headers: the names state the windows. */
const NAMED: Readonly<Record<string, readonly [unit: string, window?: Duration][]>> = {
  'openai-compatible': [['requests']],
  cerebras: [
    ['requests-day', '1d'],
    ['requests-minute', '1m'],
  ],
};

const statedBy = (name: string, { limitHeaders = {} }: ProviderType): Stated[] => [
  ...(NAMED[name] ?? []).map(
    ([unit, window]): Stated => ({
      name: `x-ratelimit-*-${unit}`,
      dimension: 'requests',
      ...(window === undefined ? {} : { window }),
    }),
  ),
  ...(['requests', 'tokens'] as const).flatMap((dimension): Stated[] => {
    const meaning = limitHeaders[dimension];
    if (meaning?.window === undefined || dimension === 'tokens') return [];
    return [{ name: `x-ratelimit-*-${dimension}`, dimension, window: meaning.window }];
  }),
];

describe('Every built-in provider type', () => {
  for (const [name, type] of Object.entries(PROVIDER_TYPES)) {
    it(`passes the conformance kit: ${name}`, async () => {
      const report = await testProviderType('providers', {
        type: name,
        upstream: { limits: statedBy(name, type).map(limited) },
      });
      expect(report.ok, String(report)).to.equal(true);
    });
  }
});
