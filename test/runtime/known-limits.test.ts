import { expect } from 'chai';
import { type RunningProxy, startProxy } from '../proxy.js';

/** What the targets of one provider are known to allow before any answer, one line for each quota. */
const ROWS: readonly [what: string, provider: object, model: string, quotas: readonly string[]][] = [
  ['each target', { type: 'groq', apiKey: 'k' }, 'm', ['one/m requests 1m 30']],
  ['a pool', { type: 'openrouter', apiKey: 'k' }, 'm:free', ['one#free requests 1m 20']],
  ['no other pool', { type: 'openrouter', apiKey: 'k' }, 'm', []],
  [
    'models whose names match',
    { type: 'gemini', apiKey: 'k' },
    'gemma-3-27b-it',
    ['one/gemma-3-27b-it requests 1m 30', 'one/gemma-3-27b-it tokens 1m 15000'],
  ],
  ['no other models', { type: 'gemini', apiKey: 'k' }, 'gemini-2.5-pro', []],
  ['callers without a key', { type: 'ovh' }, 'm', ['one/m requests 1m 2']],
  ['callers with a key', { type: 'ovh', apiKey: 'k' }, 'm', ['one/m requests 1m 400']],
  [
    'the whole account',
    { type: 'llm7' },
    'm',
    [
      'llm7@address requests 1s 1',
      'llm7@address requests 1h 60',
      'llm7@address requests 1m 10',
      'llm7@address tokens 1d 500000',
    ],
  ],
  ['requests at once', { type: 'ollama-cloud', apiKey: 'k' }, 'm', ['one concurrent undefined 1']],
];

describe('Limits that a provider type knows', () => {
  let proxy: RunningProxy | undefined;

  afterEach(() => proxy?.close());

  for (const [what, provider, model, quotas] of ROWS) {
    it(`hold for ${what}: ${(provider as { type: string }).type}`, async () => {
      proxy = await startProxy({ providers: { one: provider }, chains: { default: [`one/${model}`] } });
      const known = proxy.app.runtime.status().targets[0]?.quotas ?? [];
      const lines = known.map(({ scope, dimension, window, limit }) => `${scope} ${dimension} ${window} ${limit}`);
      expect(lines.sort()).to.deep.equal([...quotas].sort());
    });
  }

  it('give way to those of the configuration', async () => {
    const limits = [{ requests: 90, per: '1m' }];
    proxy = await startProxy({
      providers: { one: { type: 'groq', apiKey: 'k' } },
      chains: { default: [{ provider: 'one', model: 'm', limits }] },
    });
    expect(proxy.app.runtime.status().targets[0]?.quotas.map(({ limit }) => limit)).to.deep.equal([90]);
  });
});
