import { expect } from 'chai';
import manualLimits from '../../plugins/manual-limits.js';
import { hostOf, targetOf } from './simulated-host.js';

describe('manual limits', () => {
  it('are declared for the accounts and targets that have any, in every dimension (pitfall 6)', async () => {
    const host = await hostOf([manualLimits]);
    await host.ready(
      [
        targetOf('one', [
          { requests: 30, per: '1m' },
          { tokens: 500_000, per: '1d' },
        ]),
        targetOf('two'),
      ],
      [
        { id: 'one', type: 'groq', limits: [] },
        { id: 'local', type: 'openai-compatible', limits: [{ concurrent: 2 }] },
      ],
    );
    expect(host.declared).to.deep.equal([
      { scope: 'local', limits: [{ concurrent: 2 }] },
      {
        scope: 'one/model:free',
        limits: [
          { requests: 30, per: '1m' },
          { tokens: 500_000, per: '1d' },
        ],
      },
    ]);
  });
});
