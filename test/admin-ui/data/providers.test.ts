import { expect } from 'chai';
import { quotasOf } from '../../../admin-ui/src/data/providers/providers.js';
import type { QuotaView, TargetView } from '../../../src/contract/admin-api.js';

const quota = (fields: Partial<QuotaView>): QuotaView => ({
  scope: 'groq',
  dimension: 'requests',
  window: '1m',
  inFlight: 0,
  source: 'header',
  ...fields,
});

const target = (id: string, quotas: readonly QuotaView[]): TargetView => ({
  target: id,
  chains: ['default'],
  state: 'tracking',
  inFlight: 0,
  quotas,
});

describe('The limits of a provider', () => {
  it('are shown once if targets share them, configured and reported ones side by side', () => {
    const told = quota({ limit: 30 });
    const written = quota({ limit: 20, source: 'manual' });
    const own = quota({ scope: 'groq/b', dimension: 'tokens', limit: 1000 });
    const targets = [
      target('groq/a', [told, written]),
      target('groq/b', [own, told, written]),
      target('cerebras/c', [quota({ scope: 'cerebras' })]),
    ];
    expect(quotasOf('groq', targets)).to.deep.equal([told, written, own]);
  });
});
