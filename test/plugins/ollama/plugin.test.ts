import { expect } from 'chai';
import { API_KEY, chainOver, startProxy } from '../../proxy.js';
import { ScriptedUpstream } from '../../scripted-upstream.js';
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

  it('say what is missing', async () => {
    const response = await stage.post('/api/embed', { model: 'default', input: 'x' });
    expect([response.status, await response.json()]).to.deep.equal([
      404,
      { error: '429chain has no /api/embed. Send embeddings to POST /v1/embeddings.' },
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
