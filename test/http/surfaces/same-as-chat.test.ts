import { expect } from 'chai';
import { HELLO } from '../../proxy.js';
import { reply, type ScriptedUpstream } from '../../scripted-upstream.js';
import { until } from '../../until.js';
import { ENDPOINTS, SurfaceStage, vectors } from './surface-stage.js';

interface ErrorReply {
  readonly error: { readonly code: string; readonly message: string; readonly param: string | null };
}

describe('Endpoints beside chat, as chat itself', () => {
  let stage: SurfaceStage;
  const start = async (...parameters: Parameters<typeof SurfaceStage.start>): Promise<void> => {
    stage = await SurfaceStage.start(...parameters);
    for (const upstream of stage.upstreams) {
      upstream.always((res, request) => {
        const found = Object.values(ENDPOINTS).find(({ path }) => request.path === `/v1${path}`);
        reply(200, found?.answer ?? {})(res, request);
      });
    }
  };
  afterEach(() => stage.close());
  const one = (): ScriptedUpstream => stage.upstreams[0] as ScriptedUpstream;
  const two = (): ScriptedUpstream => stage.upstreams[1] as ScriptedUpstream;

  it('work with the SDK: images and moderations', async () => {
    await start(1);
    const { client } = stage.proxy;
    const pictures = await client.images.generate({ model: 'default', prompt: 'a compass', n: 2, size: '1024x1024' });
    expect(pictures.data?.[0]?.b64_json).to.equal('aGVsbG8=');
    expect(one().received[0]?.body).to.deep.equal({ model: 'a-model', prompt: 'a compass', n: 2, size: '1024x1024' });
    const { results } = await client.moderations.create({ model: 'default', input: ['north', 'south'] });
    expect(results[0]?.flagged).to.equal(false);
  });

  it('need a key, take POST alone, and answer without /v1 too', async () => {
    await start(1);
    for (const { path, body } of Object.values(ENDPOINTS)) {
      const refused = await stage.post(path, body(), { headers: { 'content-type': 'application/json' } });
      expect(refused.status).to.equal(401);
      expect(((await refused.json()) as ErrorReply).error.code).to.equal('invalid_api_key');
      const wrong = await fetch(`${stage.proxy.address}/v1${path}`);
      expect([wrong.status, wrong.headers.get('allow')]).to.deep.equal([405, 'POST']);
      const response = await stage.post(`/../${path.slice(1)}`, body());
      expect(response.status).to.equal(200);
      expect(response.headers.get('x-request-id')).to.be.a('string');
    }
    const refusals = (await stage.requests()).filter(({ refusal }) => refusal === 'invalid_api_key');
    expect(refusals.map(({ path }) => path).toSorted()).to.deep.equal(
      Object.values(ENDPOINTS)
        .map(({ path }) => path)
        .toSorted(),
    );
  });

  const BAD: readonly [path: string, body: object, param: string][] = [
    ['/embeddings', {}, 'input'],
    ['/embeddings', { input: '' }, 'input'],
    ['/embeddings', { input: [] }, 'input'],
    ['/embeddings', { input: { a: 1 } }, 'input'],
    ['/embeddings', { input: 'a', dimensions: 0 }, 'dimensions'],
    ['/embeddings', { input: 'a', encoding_format: 1 }, 'encoding_format'],
    ['/completions', {}, 'prompt'],
    ['/completions', { prompt: [] }, 'prompt'],
    ['/moderations', {}, 'input'],
    ['/rerank', { documents: ['a'] }, 'query'],
    ['/rerank', { query: 'a' }, 'documents'],
    ['/rerank', { query: 'a', documents: [] }, 'documents'],
    ['/images/generations', {}, 'prompt'],
    ['/audio/speech', { voice: 'alloy' }, 'input'],
  ];
  it('refuse a request that lacks what it needs, and name the field', async () => {
    await start(1);
    for (const [path, body, param] of BAD) {
      const response = await stage.post(path, body);
      const { error } = (await response.json()) as ErrorReply;
      expect([response.status, error.code, error.param], path).to.deep.equal([400, 'invalid_request', param]);
    }
    expect(one().received).to.deep.equal([]);
  });

  it('count against the limits of the target', async () => {
    await start(2, {}, {}, { limits: [{ requests: 1, per: '1h' }] });
    const targets: (string | null)[] = [];
    for (const path of ['/embeddings', '/moderations', '/images/generations']) {
      const found = Object.values(ENDPOINTS).find((each) => each.path === path);
      const response = await stage.post(path, found?.body() ?? {});
      targets.push(response.headers.get('x-429chain-target') ?? String(response.status));
    }
    expect(targets).to.deep.equal(['one/a-model', 'two/a-model', '429']);
  });

  it('hold the tokens of the prompt, and none for an answer', async () => {
    await start(1, {}, {}, { limits: [{ tokens: 60, per: '1h' }] });
    expect((await stage.post('/embeddings', { input: 'north' })).status).to.equal(200);
    expect((await stage.proxy.post({ messages: HELLO })).status).to.be.at.least(400);
  });

  it('wait for a reset within maxWait', async () => {
    await start(1, { maxWait: '5s' });
    one().script(reply(429, { error: { message: 'slow down' } }, { 'retry-after-ms': '50' }));
    const response = await stage.post('/embeddings', { input: 'north' });
    expect(response.status).to.equal(200);
    const [record] = await stage.requests();
    expect(record?.waitedMs).to.be.above(0);
    expect(record?.attempts.map(({ outcome }) => outcome)).to.include.members(['failed', 'served']);
  });

  it('return the refusal of the only target in OpenAI’s shape', async () => {
    await start(1);
    one().always(reply(400, { error: { message: 'input is too odd', param: 'input', code: 'odd' } }));
    const response = await stage.post('/embeddings', { input: 'north' });
    const { error } = (await response.json()) as ErrorReply;
    expect([response.status, error.message, error.param, error.code]).to.deep.equal([
      400,
      'input is too odd',
      'input',
      'odd',
    ]);
  });

  it('list every target if none answers', async () => {
    await start(2);
    for (const upstream of stage.upstreams) upstream.always(reply(503, { error: { message: 'overloaded' } }));
    const response = await stage.post('/moderations', { input: 'north' });
    expect(response.status).to.equal(503);
    const { error } = (await response.json()) as { error: { code: string; targets: { target: string }[] } };
    expect([error.code, error.targets.map(({ target }) => target)]).to.deep.equal([
      'chain_exhausted',
      ['one/a-model', 'two/a-model'],
    ]);
  });

  it('end their attempt when the caller leaves, and log no content', async () => {
    await start(2);
    const leaving = new AbortController();
    one().always(() => leaving.abort());
    await stage.post('/embeddings', { input: 'a secret word' }, { signal: leaving.signal }).catch(() => {});
    await one().received[0]?.aborted;
    await until(async () => (await stage.requests()).length > 0);
    const [record] = await stage.requests();
    expect(record).to.include({ status: 499, path: '/embeddings' });
    expect(two().received).to.deep.equal([]);
    expect(JSON.stringify([record, stage.proxy.log.lines])).not.to.include('secret');
  });

  it('drop a field that a target refuses, and only where the request means the same without it', async () => {
    await start(1);
    const refusing = (field: string) =>
      one().always((res, { body }) => {
        const error = { message: `Unknown parameter: '${field}'.`, param: field, code: 'unknown_parameter' };
        (field in body ? reply(400, { error }) : reply(200, vectors()))(res, { body } as never);
      });
    refusing('user');
    expect((await stage.post('/embeddings', { input: 'north', user: 'u' })).status).to.equal(200);
    refusing('input_type');
    expect((await stage.post('/embeddings', { input: 'north', input_type: 'query' })).status).to.equal(400);
  });
});
