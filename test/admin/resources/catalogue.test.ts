import { definePlugin } from '429chain/plugin';
import { expect } from 'chai';
import type { CatalogueReply } from '../../../src/contract/catalogue.js';
import { AdminStage } from '../stage.js';

/** A plugin of a stranger, with a type that states its offers and one that says nothing. */
const ACME = definePlugin({
  name: 'acme',
  apply(api) {
    api.addProviderType('acme', {
      baseUrl: 'https://api.acme.example/v1',
      about: {
        title: 'Acme',
        freeTier: 'Twenty requests a minute.',
        offers: [{ kind: 'recurring', models: ['small-*'], source: 'https://acme.example', date: '2020-02-29' }],
        keyUrl: 'https://acme.example/keys',
        needsCard: false,
        keyMinutes: 3,
        keyNote: 'A pseudonym will do.',
      },
    });
    api.addProviderType('silent', { baseUrl: 'https://silent.example/v1' });
  },
});

describe('The admin API for the catalogue', () => {
  const stage = AdminStage.forEachTest({
    configuration: () => `{
      providers: {
        mine: { type: 'groq', apiKey: 'k' },
        'mine-too': { type: 'groq', apiKey: 'l' },
        other: { type: 'acme', apiKey: 'm' },
      },
      chains: { default: ['mine/a', 'other/b'] },
    }`,
    plugins: [ACME],
  });

  const providers = async () => (await stage.call<CatalogueReply>('GET /catalogue')).body.providers;

  it('lists what providers give for free, with words for each limit', async () => {
    const groq = (await providers()).find(({ id }) => id === 'groq');
    expect(groq).to.include({ title: 'Groq', type: 'groq', needsKey: true, needsCard: false });
    expect(groq?.kinds).to.deep.equal(['recurring']);
    expect(groq?.offers[0]?.limits[0]?.text).to.equal('30 requests a minute for each model');
    expect(groq?.offers[0]).to.have.property('mayBeOutOfDate').that.is.a('boolean');
  });

  it('says which providers of the configuration have the type', async () => {
    const all = await providers();
    expect(all.find(({ id }) => id === 'groq')?.configured).to.deep.equal(['mine', 'mine-too']);
    expect(all.find(({ id }) => id === 'gemini')?.configured).to.deep.equal([]);
    expect(all.find(({ id }) => id === 'pollinations')?.configured).to.deep.equal([]);
  });

  it("has a plugin's provider type that states its offers", async () => {
    const all = await providers();
    expect(all.find(({ id }) => id === 'acme')).to.deep.equal({
      id: 'acme',
      title: 'Acme',
      type: 'acme',
      summary: 'Twenty requests a minute.',
      kinds: ['recurring'],
      needsKey: true,
      needsCard: false,
      key: { url: 'https://acme.example/keys', card: false, minutes: 3, note: 'A pseudonym will do.' },
      offers: [
        {
          kind: 'recurring',
          models: ['small-*'],
          source: 'https://acme.example',
          date: '2020-02-29',
          limits: [],
          mayBeOutOfDate: true,
        },
      ],
      training: { posture: 'unknown', mayBeOutOfDate: false },
      mayBeOutOfDate: true,
      configured: ['other'],
    });
    expect(all.map(({ id }) => id))
      .to.include('openai-compatible')
      .and.not.to.include('silent');
  });
});

describe('The admin API for the catalogue without built-in types', () => {
  const stage = AdminStage.forEachTest({
    configuration: () => `{
      providers: { own: { type: 'acme' } },
      chains: { default: ['own/a'] },
      plugins: [{ use: 'providers', enabled: false }],
    }`,
    plugins: [ACME],
  });

  it('leaves out the types that cannot be added', async () => {
    const { providers } = (await stage.call<CatalogueReply>('GET /catalogue')).body;
    expect(providers.find(({ id }) => id === 'groq'))
      .to.include({ title: 'Groq' })
      .and.not.to.have.property('type');
  });
});
