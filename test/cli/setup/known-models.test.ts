import { expect } from 'chai';
import { builtInTypes, knownModels } from '../../../src/cli/setup/known-models.js';
import { findLocalServer } from '../../../src/cli/setup/local-server.js';
import { keylessOffers, keyOffers } from '../../../src/cli/setup/offers.js';
import { reply, ScriptedUpstream } from '../../scripted-upstream.js';

describe('Models for a first configuration', () => {
  let upstream: ScriptedUpstream;

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
  });

  afterEach(() => upstream.close());

  const lists = (...data: object[]): void => void upstream.always(reply(200, { object: 'list', data }));
  const known = async (provider: object, env: Record<string, string> = {}) => {
    const text = JSON.stringify({ providers: { p: { baseUrl: upstream.baseUrl, ...provider } }, chains: {} });
    const models = (await knownModels(text, env)).get('p');
    return { ...models, listed: models?.listed && [...models.listed] };
  };

  it('are the named ones that the list has', async () => {
    lists({ id: 'qwen-3-8-27b' }, { id: 'another' });
    const { listed, first } = await known({ type: 'ovh' });
    expect(first).to.deep.equal(['qwen-3-8-27b']);
    expect(listed).to.have.members(['qwen-3-8-27b', 'another']);
    expect(upstream.received[0]?.headers).not.to.have.property('authorization');
  });

  it('are free ones of the list if the named ones are gone', async () => {
    lists({ id: 'pro', usage_based_only: true }, { id: 'turbo', usage_based_only: false });
    const { listed, first } = await known({ type: 'llm7' });
    expect(first).to.deep.equal(['turbo']);
    expect(listed).to.deep.equal(['turbo']);
  });

  it("keep a router that the provider's list lacks", async () => {
    lists({ id: 'some/model:free', pricing: { prompt: '0', completion: '0' } });
    expect((await known({ type: 'kilo' })).first).to.deep.equal(['kilo-auto/free']);
  });

  it('are those that the type knows if there is no list', async () => {
    upstream.always(reply(503, 'down'));
    expect(await known({ type: 'ovh' })).to.deep.equal({
      listed: undefined,
      first: ['gpt-oss-120b', 'gpt-oss-20b'],
    });
  });

  it('are not asked for without the key of a provider', async () => {
    const provider = { type: 'groq', apiKey: '${SOME_KEY}' };
    expect((await known(provider)).listed).to.equal(undefined);
    expect(upstream.received).to.have.length(0);
    lists({ id: 'openai/gpt-oss-120b' });
    expect((await known(provider, { SOME_KEY: 'k' })).listed).to.deep.equal(['openai/gpt-oss-120b']);
  });

  describe('of a local server', () => {
    const host = (): string => new URL(upstream.baseUrl).host;

    it('are found where OLLAMA_HOST says', async () => {
      lists({ id: 'nomic-embed-text', created: 3 }, { id: 'qwen3:8b', created: 2 }, { id: 'old:1b', created: 1 });
      for (const written of [host(), `http://${host()}`, host().replace('127.0.0.1', '0.0.0.0')]) {
        expect(await findLocalServer(written)).to.deep.equal({
          type: 'ollama',
          baseUrl: `http://${host()}/v1`,
          model: 'qwen3:8b',
        });
      }
    });

    for (const [what, answer] of [
      ['has no models', reply(200, { object: 'list', data: null })],
      ['has only models that cannot chat', reply(200, { data: [{ id: 'nomic-embed-text' }] })],
      ['is something else', reply(200, '<html></html>')],
      ['fails', reply(500, 'no')],
    ] as const) {
      it(`are not found if it ${what}`, async () => {
        upstream.always(answer);
        expect(await findLocalServer(host())).to.equal(undefined);
      });
    }

    it('are not found if nothing listens', async () => {
      const before = host();
      await upstream.close();
      expect(await findLocalServer(before)).to.equal(undefined);
      upstream = await ScriptedUpstream.start();
    });
  });
});

describe('Offers for a first configuration', () => {
  it('without a key count requests per address, and say whether they train', async () => {
    const offers = keylessOffers(await builtInTypes());
    expect(offers.map(({ type, isPrivate }) => [type, isPrivate])).to.have.deep.members([
      ['ovh', true],
      ['kilo', false],
      ['opencode-zen', false],
      ['llm7', false],
    ]);
    for (const { training, gives } of offers) {
      expect(training).to.match(/train/);
      expect(gives).not.to.equal('');
    }
  });

  it('of a key name its variable, its page and what it gives', async () => {
    const offers = keyOffers(await builtInTypes());
    expect(offers.map(({ variable }) => variable)).to.include.members([
      'GROQ_API_KEY',
      'GEMINI_API_KEY',
      'MISTRAL_API_KEY',
      'OPENROUTER_API_KEY',
    ]);
    // They need a card, no key, or another setting.
    for (const type of ['cerebras', 'vercel', 'ovh', 'ollama', 'cloudflare'])
      expect(offers.map((each) => each.type)).not.to.include(type);
    for (const { page, gives, minutes } of offers) {
      expect(page).to.match(/^https:/);
      expect(minutes).to.be.within(1, 15);
      expect(gives).not.to.equal('');
    }
  });
});
