import { expect } from 'chai';
import { chainOver, type RunningProxy, startProxy } from '../proxy.js';
import { type Answerer, reply, ScriptedUpstream, silence } from '../scripted-upstream.js';
import { until } from '../until.js';

const LIST = {
  data: [
    { id: 'small', context_window: 8_192, max_completion_tokens: 4_096 },
    { id: 'large', context_length: 131_072, max_completion_tokens: 2_048, capabilities: { vision: true } },
    { id: 'plain' },
  ],
};

type Model = { id: string } & Record<string, unknown>;

describe('What /v1/models says about models', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy | undefined;

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
  });

  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
    await upstream.close();
  });

  const start = async (models: Answerer, more: object = {}): Promise<RunningProxy> => {
    upstream.always(models);
    proxy = await startProxy({
      ...chainOver([upstream], {}, more),
      chains: { both: ['one/small', 'one/large', 'one/plain'], little: ['one/small'], none: ['one/plain'] },
      defaultChain: 'both',
    });
    return proxy;
  };

  const list = async ({ client }: RunningProxy): Promise<Model[]> =>
    (await client.models.list()).data as unknown as Model[];

  it('answers at once without what it does not know, and knows it the next time', async () => {
    const running = await start(reply(200, LIST));
    expect((await list(running)).every((model) => !('context_length' in model))).to.equal(true);
    await until(async () => (await list(running)).some((model) => 'context_length' in model));
    const models = new Map(
      (await list(running)).map(({ id, object: _, created: __, owned_by: ___, ...facts }) => [id, facts]),
    );
    const small = { context_length: 8_192, context_window: 8_192, max_completion_tokens: 4_096 };
    expect(models.get('one/small')).to.deep.equal(small);
    expect(models.get('little')).to.deep.equal(small);
    expect(models.get('one/plain')).to.deep.equal({});
    expect(models.get('none')).to.deep.equal({});
    expect(models.get('both')).to.include({
      context_length: 131_072,
      context_window: 131_072,
      max_completion_tokens: 4_096,
    });
    expect(models.get('both'))
      .to.have.nested.property('architecture.input_modalities')
      .that.deep.equals(['text', 'image']);
    expect(await running.client.models.retrieve('both')).to.include({ context_length: 131_072 });
    // One request for the list, however often clients ask.
    expect(upstream.received.map(({ method, path }) => `${method} ${path}`)).to.deep.equal(['GET /v1/models']);
  });

  it('does not wait for a provider, also not when it stops', async () => {
    const running = await start(silence);
    expect(await list(running)).to.have.length(6);
    await until(() => upstream.received.length === 1);
    expect(await list(running)).to.have.length(6);
    expect(upstream.received).to.have.length(1);
    await running.app.close(0);
  });

  for (const [what, answerer] of [
    ['an error', reply(500, 'broken')],
    ['another format', reply(200, { hello: 1 })],
  ] as const) {
    it(`does not ask a provider again and again that answers with ${what}`, async () => {
      const running = await start(answerer);
      await list(running);
      await until(() => upstream.received.length === 1);
      for (let count = 0; count < 5; count++) await list(running);
      expect(upstream.received).to.have.length(1);
    });
  }

  it('asks no provider that cannot be used', async () => {
    const running = await start(reply(200, LIST), { enabled: false });
    await list(running);
    await list(running);
    expect(upstream.received).to.have.length(0);
  });
});
