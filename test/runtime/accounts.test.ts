import { expect } from 'chai';
import type { ProviderSettings } from '../../src/config/settings.js';
import type { ProviderType } from '../../src/plugin/index.js';
import { TargetFactory } from '../../src/runtime/prepare.js';
import { settingsOf } from '../config/configurations.js';
import { ChainStage } from '../engine/chain-stage.js';

const KEYLESS: ProviderType = {
  baseUrl: 'https://api.example.com/v1',
  keyless: 'address',
  pool: (model) => (model.endsWith(':free') ? 'free' : undefined),
};

/** The account and the pool of each provider, with a model of this name. */
const scopesOf = (providers: object, type: ProviderType, env: Record<string, string> = {}): Record<string, unknown> => {
  const settings = settingsOf({ providers, chains: {} }, env);
  const types = new Map(settings.providers.map((each: ProviderSettings) => [each, type] as const));
  const factory = new TargetFactory(types, '1', undefined, settings.proxies);
  return Object.fromEntries(
    settings.providers.map(({ id }) => {
      const { account, scopes } = factory.addressed(id, 'm:free') ?? {};
      return [id, [account, scopes?.pool]];
    }),
  );
};

describe('The account of a provider', () => {
  it('is its own by default, and the named one where the configuration names one', () => {
    const providers = { one: { type: 't' }, two: { type: 't', account: 'main' }, three: { type: 't', account: 'one' } };
    const { keyless: _, ...type } = KEYLESS;
    expect(scopesOf(providers, type)).to.deep.equal({
      one: ['one', 'one#free'],
      two: ['main', 'main#free'],
      three: ['one', 'one#free'],
    });
  });

  it('is that of the address for all providers of a type without a key, where limits count for the address', () => {
    const providers = {
      one: { type: 'open' },
      two: { type: 'open', baseUrl: 'https://eu.example.com/v1' },
      keyed: { type: 'open', apiKey: 'sk-a-key-of-its-own' },
      unset: { type: 'open', apiKey: '${UNSET_KEY}' },
      named: { type: 'open', account: 'main' },
      other: { type: 'another' },
      proxied: { type: 'open', proxy: 'http://user:secret@proxy.example.com:8080' },
    };
    expect(scopesOf(providers, KEYLESS)).to.deep.equal({
      one: ['open@address', 'open@address#free'],
      two: ['open@address', 'open@address#free'],
      keyed: ['keyed', 'keyed#free'],
      unset: ['unset', 'unset#free'],
      named: ['main', 'main#free'],
      other: ['another@address', 'another@address#free'],
      // Behind a proxy it has another address.
      proxied: ['open@proxy.example.com:8080', 'open@proxy.example.com:8080#free'],
    });
  });

  it('limits the providers that share it together', async () => {
    const stage = await ChainStage.start(
      2,
      { maxWait: '0s' },
      { account: 'main', limits: [{ requests: 1, each: 'day', zone: 'America/Los_Angeles' }] },
    );
    try {
      expect((await stage.ask()).target).to.equal('one/a-model');
      const { status, body } = await stage.ask();
      expect(status).to.equal(429);
      const reason = 'main: 0 of 1 requests each day (Los Angeles) left, as configured';
      expect(body.error.targets.map((target) => target.reason)).to.deep.equal([reason, reason]);
    } finally {
      await stage.close();
    }
  });
});
