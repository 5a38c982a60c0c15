import { expect } from 'chai';
import { HELLO } from '../../proxy.js';
import { answer, reply } from '../../scripted-upstream.js';
import { ENDPOINTS, SurfaceStage, vectors } from './surface-stage.js';

const EMBEDDINGS = { model: 'default', input: 'north' };
const NO_PATH = reply(404, { detail: 'Not Found' });

interface ErrorReply {
  readonly error: { readonly message: string; readonly code: string; readonly targets?: readonly { reason: string }[] };
}

const errorOf = async (response: Response): Promise<ErrorReply['error']> =>
  ((await response.json()) as ErrorReply).error;

describe('A target without an endpoint', () => {
  const stages: SurfaceStage[] = [];
  const start = async (...parameters: Parameters<typeof SurfaceStage.start>): Promise<SurfaceStage> => {
    const stage = await SurfaceStage.start(...parameters);
    stages.push(stage);
    return stage;
  };
  afterEach(async () => {
    await Promise.all(stages.splice(0).map((stage) => stage.close()));
  });

  const REFUSALS = [
    { what: 'the path is unknown', refusal: NO_PATH, says: /its server has no embeddings endpoint/ },
    {
      what: 'a page says that there is nothing',
      refusal: reply(404, '<html>', { 'content-type': 'text/html' }),
      says: /its server has no/,
    },
    { what: 'the method is wrong', refusal: reply(405, 'Method Not Allowed'), says: /its server has no/ },
    {
      what: 'the server is built without it',
      refusal: reply(501, {
        error: {
          code: 501,
          message: 'This server does not support embeddings. Start it with `--embeddings`',
          type: 'not_supported_error',
        },
      }),
      says: /its server has no/,
    },
    {
      what: 'the model is unknown there',
      refusal: reply(404, { error: { message: "model 'a-model' not found", type: 'not_found_error' } }),
      says: /its model does not serve embeddings/,
    },
    {
      what: 'the model cannot do it',
      refusal: reply(400, { error: { message: 'This model does not support embeddings' } }),
      says: /its model does not serve embeddings/,
    },
    {
      what: 'the key is for other endpoints',
      refusal: reply(403, {
        error: { message: 'You have insufficient permissions for this operation. Missing scopes: model.request' },
      }),
      says: /its model does not serve embeddings/,
    },
  ];
  for (const { what, refusal, says } of REFUSALS) {
    it(`is asked once and passed over from then on, for this endpoint only, when ${what}`, async () => {
      const stage = await start(2);
      const [one, two] = stage.upstreams;
      one?.script(refusal);
      two?.always(reply(200, vectors()));
      for (let times = 0; times < 2; times++) {
        const response = await stage.post('/embeddings', EMBEDDINGS);
        expect(response.status, await response.text()).to.equal(200);
        expect(response.headers.get('x-429chain-target')).to.equal('two/a-model');
      }
      expect(one?.received).to.have.length(1);
      two?.always(reply(429, { error: { message: 'slow down' } }, { 'retry-after': '9' }));
      const spent = await stage.post('/embeddings', EMBEDDINGS);
      expect(spent.status).to.equal(429);
      expect((await errorOf(spent)).targets?.[0]?.reason).to.match(says);
      one?.always(answer('hello'));
      const chat = await stage.proxy.post({ messages: HELLO });
      expect(chat.headers.get('x-429chain-target')).to.equal('one/a-model');
    });
  }

  it('is not asked at all if its type does not have the endpoint', async () => {
    const stage = await start(2, {}, {}, { speaks: ['chat'] });
    for (const { path, body } of Object.values(ENDPOINTS)) {
      if (path === '/completions') continue;
      const response = await stage.post(path, body());
      expect(response.status).to.equal(404);
      const { code, message } = await errorOf(response);
      expect(code).to.equal('not_found');
      expect(message).to.include(`No target of chain "default" can answer POST /v1${path}.`);
      expect(message).to.match(/one\/a-model: its provider has no \w+ endpoint · two\/a-model: /);
    }
    expect(stage.upstreams.flatMap(({ received }) => received)).to.deep.equal([]);
  });

  it('answers 404 when all of them turn out to lack it', async () => {
    const stage = await start(2);
    for (const upstream of stage.upstreams) upstream.always(NO_PATH);
    for (let times = 0; times < 2; times++) {
      const response = await stage.post('/rerank', { query: 'q', documents: ['a'] });
      expect(response.status).to.equal(404);
      expect((await errorOf(response)).message).to.include('its server has no rerank endpoint');
    }
    expect(stage.upstreams.map(({ received }) => received.length)).to.deep.equal([1, 1]);
  });

  it('does not hide that another target is only at its limit', async () => {
    const stage = await start(2);
    const [one, two] = stage.upstreams;
    one?.always(NO_PATH);
    two?.always(reply(429, { error: { message: 'slow down' } }, { 'retry-after': '30' }));
    const response = await stage.post('/embeddings', EMBEDDINGS);
    expect(response.status).to.equal(429);
    expect(Number(response.headers.get('retry-after'))).to.be.within(25, 30);
  });

  it('shows up in explain with its reason', async () => {
    const stage = await start(2);
    const [one, two] = stage.upstreams;
    one?.always(NO_PATH);
    two?.always(reply(200, vectors()));
    await stage.post('/embeddings', EMBEDDINGS);
    const explained = await stage.explain({ model: 'default', endpoint: 'embeddings' });
    expect(explained.decision).to.deep.equal({ kind: 'asks', target: 'two/a-model' });
    expect(explained.targets[0]).to.deep.include({ step: 'skipped', reason: 'its server has no embeddings endpoint' });
    const chat = await stage.explain({ model: 'default' });
    expect(chat.decision).to.deep.equal({ kind: 'asks', target: 'one/a-model' });
  });
});
