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
      ['cerebras', 'cerebras'],
      ['openrouter', 'openrouter'],
      ['local', 'openai-compatible'],
    ]);
    expect(settings.defaultChain).to.equal('default');
    const [chain] = settings.chains;
    expect(new Set(chain?.targets.map(({ provider }) => provider))).to.deep.equal(
      new Set(['groq', 'cerebras', 'openrouter', 'local']),
    );
  });

  it('uses only models that its providers have', async () => {
    const have = await Promise.all(
      world.providers.map(async ({ id, baseUrl }) => {
        const response = await fetch(`${baseUrl}/models`, { headers: { authorization: 'Bearer demo' } });
        const { data } = (await response.json()) as { data: { id: string }[] };
        return data.map((model) => `${id}/${model.id}`);
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
        const { choices } = await proxy.client.chat.completions.create({ model: 'default', messages });
        return choices[0]?.message.content;
      };
      const answers = await Promise.all(Array.from({ length: 60 }, (_, index) => ask(index)));
      for (const [index, answer] of answers.entries()) expect(answer).to.contain(`part ${index}.`);
      for (const { id, stats } of world.providers) expect(stats().answered, id).to.be.greaterThan(0);
    });
  });
});
