import { expect } from 'chai';
import { definePlugin } from '../../src/plugin/index.js';
import { type RunningProxy, startProxy } from '../proxy.js';

describe('Limits that a plugin declares for a provider with several keys', () => {
  let proxy: RunningProxy;

  afterEach(() => proxy.close());

  /** The limits of each target, `[scope, limit]`. */
  const limitsWith = async (scope: string): Promise<Record<string, unknown>> => {
    const plugin = definePlugin({
      name: 'declares',
      apply: (api) => api.declareLimits(scope, [{ requests: 5, per: '1m' }]),
    });
    proxy = await startProxy(
      {
        providers: {
          one: { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1', apiKeys: ['key-of-ann', 'key-of-bob'] },
          other: { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'key-of-cat' },
        },
        chains: { default: ['one/m', 'other/m'] },
      },
      { plugins: [plugin] },
    );
    const { targets } = proxy.app.runtime.status();
    return Object.fromEntries(
      targets.map(({ target, quotas }) => [target, quotas.map((quota) => [quota.scope, quota.limit])]),
    );
  };

  for (const [scope, first, second, other] of [
    ['one', [['one:key 1', 5]], [['one:key 2', 5]], []],
    ['one/m', [['one:key 1/m', 5]], [['one:key 2/m', 5]], []],
    ['one:key 2', [], [['one:key 2', 5]], []],
    ['other', [], [], [['other', 5]]],
  ] as const) {
    it(`hold for each key that "${scope}" names`, async () => {
      expect(await limitsWith(scope)).to.deep.equal({ 'one:key 1/m': first, 'one:key 2/m': second, 'other/m': other });
    });
  }
});
