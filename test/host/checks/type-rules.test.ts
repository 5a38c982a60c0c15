import { definePlugin, type PluginApi, type ProviderType } from '429chain/plugin';
import { expect } from 'chai';
import { builtIns } from '../../../plugins/index.js';
import { failureOf, hostOf } from '../../plugins/simulated-host.js';

const AT = Date.parse('2026-10-01T12:00:30Z');

const ACME: ProviderType = {
  limitHeaders: {
    tokens: { window: '1h' },
    rows: [
      { name: 'x-acme-calls-*', dimension: 'requests', window: '1d', scope: 'provider' },
      { name: 'x-ratelimit-*-requests-minute', dimension: 'requests', window: '1h' },
    ],
  },
  errors: [
    { code: ['nap'], class: 'overloaded', scope: 'pool', why: 'it sleeps' },
    {
      code: ['broken'],
      class: 'quota',
      resets: () => {
        throw new Error('broken on purpose');
      },
      why: 'a faulty rule',
    },
  ],
};

describe('What a provider type says of failures and headers', () => {
  const host = (tap: (api: PluginApi) => void = () => {}) =>
    hostOf([
      ...builtIns,
      definePlugin({
        name: 'acme',
        apply: (api) => {
          api.addProviderType('acme', ACME);
          tap(api);
        },
      }),
    ]);

  it('decides before the rules for all providers', async () => {
    const verdict = (await host()).verdict(
      'acme',
      failureOf(401, { error: { code: 'nap', message: 'Invalid API key' } }),
    );
    expect(verdict).to.deep.include({ class: 'overloaded', scope: 'pool' });
  });

  it('leaves what no rule of the type is about to the rules for all providers', async () => {
    const verdict = (await host()).verdict('acme', failureOf(401, { error: { message: 'Invalid API key' } }));
    expect(verdict).to.deep.include({ class: 'auth' });
  });

  it('is about providers of this type only', async () => {
    const body = { error: { code: 'nap', message: 'Invalid API key' } };
    expect((await host()).verdict('openai-compatible', failureOf(401, body))).to.deep.include({ class: 'auth' });
  });

  it('gives way to taps of plugins', async () => {
    const made = await host(({ hooks }) => {
      hooks.onError.tap('acme', () => ({ class: 'server_error' }));
      hooks.onRateLimitHeaders.tap('acme', () => []);
    });
    expect(made.verdict('acme', failureOf(503, { error: { code: 'nap' } }))).to.deep.equal({ class: 'server_error' });
    expect(made.signals('acme', { status: 200, headers: { 'x-acme-calls-remaining': '5' }, at: AT })).to.deep.equal([]);
  });

  it('costs no request if a rule throws: the rules for all providers decide', async () => {
    const verdict = (await host()).verdict('acme', failureOf(429, { error: { code: 'broken', message: 'no' } }));
    expect(verdict).to.deep.include({ class: 'rate_limit' });
  });

  it('reads headers of its own beside the common ones, and gives common ones another window', async () => {
    const headers = {
      'x-acme-calls-limit': '50',
      'x-acme-calls-remaining': '49',
      'x-acme-calls-reset': '60',
      'x-ratelimit-limit-requests-minute': '10',
      'x-ratelimit-remaining-requests-minute': '9',
      'x-ratelimit-remaining-tokens': '7',
    };
    const signals = (await host()).signals('acme', { status: 200, headers, at: AT });
    expect(
      signals.map(({ dimension, window, scope, limit, remaining, resetAt }) =>
        [dimension, window, scope, limit, remaining, resetAt].map(String).join(' '),
      ),
    ).to.have.members([
      `requests 1d provider 50 49 ${AT + 60_000}`,
      'requests 1h undefined 10 9 undefined',
      'tokens 1h undefined undefined 7 undefined',
    ]);
  });
});
