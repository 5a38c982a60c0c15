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
    [
      'one/gemma-3-27b-it requests 1m 30',
      'one/gemma-3-27b-it input_tokens 1m 15000',
      'one/gemma-3-27b-it requests each day (America/Los_Angeles) 14400',
    ],
  ],
  [
    'models of one kind but not of another',
    { type: 'gemini', apiKey: 'k' },
    'gemini-3.1-flash-lite',
    [
      'one/gemini-3.1-flash-lite requests 1m 15',
      'one/gemini-3.1-flash-lite requests each day (America/Los_Angeles) 500',
    ],
  ],
  [
    'units of the whole account',
    { type: 'cloudflare', apiKey: 'k', options: { accountId: 'a' } },
    '@cf/openai/gpt-oss-20b',
    ['one requests 1m 300', 'one units each day (UTC) 10000'],
  ],
  [
    'a calendar month',
    { type: 'cohere', apiKey: 'k' },
    'm',
    ['one requests each month (UTC) 1000', 'one/m requests 1m 20'],
  ],
  ['a day of another zone', { type: 'modelscope', apiKey: 'k' }, 'm', ['one requests each day (Asia/Shanghai) 2000']],
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
      const lines = known.map(
        ({ scope, dimension, window, calendar, limit }) =>
          `${scope} ${dimension} ${calendar === undefined ? window : `each ${calendar.each} (${calendar.zone ?? 'UTC'})`} ${limit}`,
      );
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
