import { expect } from 'chai';
import { API_KEY, chainOver, startProxy } from '../../proxy.js';
import { reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { OllamaStage } from './stage.js';

type Fields = Record<string, unknown>;

describe('The lists of Ollama', () => {
  let stage: OllamaStage;
  before(async () => {
    stage = await OllamaStage.start(2);
  });
  after(() => stage.close());

  it('name chains first, then targets', async () => {
    const { models } = (await stage.get('/api/tags')).body as { models: Fields[] };
    expect(models.map(({ name }) => name)).to.deep.equal(['default', 'one/a-model', 'two/a-model']);
    expect(models[0]).to.have.all.keys('name', 'model', 'modified_at', 'size', 'digest', 'details');
    expect(models[0]?.digest).to.match(/^[0-9a-f]{64}$/);
  });

  it('name the chains as running', async () => {
    const { models } = (await stage.get('/api/ps')).body as { models: Fields[] };
    expect(models.map(({ name }) => name)).to.deep.equal(['default']);
  });

  it('show a model by its name, with or without a tag', async () => {
    for (const asked of [{ model: 'default' }, { name: 'default:latest' }]) {
      const response = await stage.post('/api/show', asked);
      const shown = (await response.json()) as Fields;
      expect(response.status).to.equal(200);
      expect(shown).to.deep.include({ capabilities: ['completion', 'tools'] });
      expect(shown.model_info).to.deep.equal({ 'general.architecture': '429chain', 'general.basename': 'default' });
    }
    const response = await stage.post('/api/show', { model: 'nope' });
    expect([response.status, await response.json()]).to.deep.equal([404, { error: "model 'nope' not found" }]);
  });

  it('answer embeddings of one text and of several', async () => {
    const vector = (index: number): Fields => ({ object: 'embedding', index, embedding: [0.5, index] });
    stage.upstream.always((res, request) => {
      const { input } = request.body;
      const data = (Array.isArray(input) ? input : [input]).map((_, index) => vector(index));
      reply(200, { object: 'list', model: 'm', data, usage: { prompt_tokens: 7, total_tokens: 7 } })(res, request);
    });
    const several = await stage.post('/api/embed', { model: 'default', input: ['a', 'b'], truncate: true });
    expect(await several.json()).to.deep.include({
      model: 'default',
      embeddings: [
        [0.5, 0],
        [0.5, 1],
      ],
      prompt_eval_count: 7,
    });
    expect(stage.upstream.received.at(-1)?.path).to.equal('/v1/embeddings');
    expect(stage.sent).to.deep.equal({ input: ['a', 'b'], encoding_format: 'float' });
    const one = await stage.post('/api/embeddings', { model: 'default', prompt: 'a' });
    expect(await one.json()).to.deep.include({ embedding: [0.5, 0] });
    const none = await stage.post('/api/embed', { model: 'default' });
    expect([none.status, await none.json()]).to.deep.equal([
      400,
      { error: 'input: Expected a text, or a list of texts.' },
    ]);
  });

  it('say where models come from', async () => {
    for (const [method, path] of [
      ['POST', '/api/pull'],
      ['DELETE', '/api/delete'],
    ] as const) {
      const response = await fetch(`${stage.proxy.address}${path}`, { method, body: '{"model":"x"}' });
      const error = `429chain has no ${path}. The configuration of 429chain says which models there are.`;
      expect([response.status, await response.json()]).to.deep.equal([404, { error }]);
    }
  });

  it('say that a server is there, as Ollama does', async () => {
    const root = await fetch(stage.proxy.address);
    expect([root.status, await root.text()]).to.deep.equal([200, 'Ollama is running']);
    expect((await fetch(stage.proxy.address, { method: 'HEAD' })).status).to.equal(200);
    expect((await stage.get('/api/version')).body.version).to.match(/^\d+\.\d+\.\d+$/);
  });
});

describe('The plugin ollama', () => {
  let upstream: ScriptedUpstream;
  before(async () => {
    upstream = await ScriptedUpstream.start();
  });
  after(() => upstream.close());

  const start = (plugins: readonly unknown[]) => startProxy({ ...chainOver([upstream]), plugins });

  it('is off unless the configuration names it', async () => {
    const proxy = await start([]);
    expect((await fetch(`${proxy.address}/api/tags`)).status).to.equal(404);
    expect(await (await fetch(proxy.address)).text()).to.contain('429chain is running');
    const found = proxy.app.runtime.host.plugins.find(({ name }) => name === 'ollama');
    expect(found).to.include({ builtIn: true, enabled: false });
    await proxy.close();
  });

  it('needs a key by default, except where it only says that it is there', async () => {
    const proxy = await start(['ollama']);
    const statusOf = async (path: string, headers = {}) => (await fetch(`${proxy.address}${path}`, { headers })).status;
    expect([await statusOf('/api/tags'), await statusOf('/api/version'), await statusOf('/')]).to.deep.equal([
      401, 200, 200,
    ]);
    expect(await statusOf('/api/tags', { authorization: `Bearer ${API_KEY}` })).to.equal(200);
    const refused = await fetch(`${proxy.address}/api/chat`, { method: 'POST', body: '{}' });
    expect([refused.status, typeof ((await refused.json()) as Fields).error]).to.deep.equal([401, 'string']);
    await proxy.close();
  });

  it('leaves the root alone if told so', async () => {
    const proxy = await start([{ use: 'ollama', options: { root: false } }]);
    expect(await (await fetch(proxy.address)).text()).to.contain('429chain is running');
    await proxy.close();
  });

  it('may be named and disabled', async () => {
    const proxy = await start([{ use: 'ollama', enabled: false }]);
    expect((await fetch(`${proxy.address}/api/version`)).status).to.equal(404);
    await proxy.close();
  });
});
