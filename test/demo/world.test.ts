import { expect } from 'chai';
import { type DemoWorld, startDemo } from '../../src/demo/world.js';
import { type RunningProxy, startProxy, storeOf } from '../proxy.js';

describe('startDemo', () => {
  let world: DemoWorld;
  beforeEach(async () => {
    world = await startDemo();
  });
  afterEach(() => world.close());

  it('returns a valid configuration', () => {
    const settings = storeOf(world.settings, 'data').current;
    expect(settings.providers.map(({ id, type }) => [id, type])).to.deep.equal([
      ['groq', 'groq'],
      ['gemini', 'gemini'],
      ['mistral', 'mistral'],
      ['openrouter', 'openrouter'],
      ['local', 'openai-compatible'],
    ]);
    expect(settings.defaultChain).to.equal('default');
    const [chain] = settings.chains;
    expect(new Set(chain?.targets.map(({ provider }) => provider))).to.deep.equal(
      new Set(['groq', 'gemini', 'mistral', 'openrouter', 'local']),
    );
  });

  it('uses only models that its providers have', async () => {
    const have = await Promise.all(
      world.providers.map(async ({ id, baseUrl }) => {
        const response = await fetch(`${baseUrl}/models`, { headers: { authorization: 'Bearer demo' } });
        const { data } = (await response.json()) as { data: { id: string }[] };
        return data.map((model) => `${id}/${model.id.replace(/^models\//, '')}`);
      }),
    );
    const { chains } = storeOf(world.settings, 'data').current;
    expect(have.flat()).to.include.members(chains.flatMap(({ targets }) => targets.map(({ id }) => id)));
  });

  it('closes all of its providers', async () => {
    await world.close();
    for (const { baseUrl } of world.providers) {
      expect(await fetch(baseUrl).catch(({ cause }) => cause.code)).to.equal('ECONNREFUSED');
    }
  });

  describe('behind the proxy', () => {
    let proxy: RunningProxy;
    beforeEach(async () => {
      proxy = await startProxy(world.settings);
    });
    afterEach(() => proxy.close());

    it('answers a burst that is too large for a single provider, using all of them', async () => {
      const ask = async (index: number): Promise<string | null | undefined> => {
        const messages = [{ role: 'user' as const, content: `Tell me about water, part ${index}.` }];
        const { choices } = await proxy.client.chat.completions.create({ model: 'default', messages, max_tokens: 25 });
        return choices[0]?.message.content;
      };
      // On a busy machine limits may reset during a burst, so that the last provider is not needed yet.
      const needed = (): boolean => world.providers.every(({ stats }) => stats().answered > 0);
      for (let burst = 0; burst < 5 && !needed(); burst++) {
        const answers = await Promise.all(Array.from({ length: 112 }, (_, index) => ask(index)));
        for (const [index, answer] of answers.entries()) expect(answer).to.contain(`part ${index}.`);
      }
      for (const { id, stats } of world.providers) expect(stats().answered, id).to.be.greaterThan(0);
    });

    it('answers embeddings, and similar texts have similar vectors', async () => {
      const input = ['Water falls down.', 'The water falls.', 'Seven purple elephants'];
      const { data, usage } = await proxy.client.embeddings.create({ model: 'embed', input });
      const [one = [], two = [], three = []] = data.map(({ embedding }) => embedding);
      const similarity = (other: readonly number[]) =>
        one.reduce((sum, each, index) => sum + each * (other[index] ?? 0), 0);
      expect(similarity(one)).to.be.closeTo(1, 1e-6);
      expect(similarity(two)).to.be.greaterThan(similarity(three) + 0.3);
      expect(usage.total_tokens).to.equal(15);
    });

    it('answers what a strict provider refuses, after a repair', async () => {
      for (const model of ['mistral/mistral-small-latest', 'gemini/gemini-3.1-flash-lite']) {
        const messages = [{ role: 'user' as const, content: 'Hello' }];
        const extras = { store: false, user: 'me', max_completion_tokens: 20, seed: 7 };
        const { choices } = await proxy.client.chat.completions.create({ model, messages, ...extras });
        expect(choices[0]?.message.content, model).to.be.a('string').that.is.not.empty;
      }
    });
  });
});
