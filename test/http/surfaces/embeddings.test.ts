import { expect } from 'chai';
import type { CreateEmbeddingResponse } from 'openai/resources/embeddings';
import { base64Of } from '../../../src/protocols/embeddings/vectors.js';
import { type RunningProxy, startProxy } from '../../proxy.js';
import { type Answerer, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { post, SurfaceStage, vectors } from './surface-stage.js';

/** Answers each text with a vector that contains its length. */
const lengths: Answerer = (res, { body }) => {
  const texts = body.input as string[];
  const data = texts.map((text, index) => ({ object: 'embedding', index, embedding: [text.length, 1] }));
  const usage = { prompt_tokens: texts.length, total_tokens: texts.length };
  reply(200, { object: 'list', model: 'a-model', data, usage })(res, { body } as never);
};

/** Refuses more than `most` texts, and answers fewer. */
const atMost =
  (most: number): Answerer =>
  (res, request) => {
    const count = (request.body.input as string[]).length;
    const message = `batch size ${count} > maximum allowed batch size ${most}`;
    (count > most ? reply(422, { error: message, error_type: 'Validation' }) : lengths)(res, request);
  };

const spent = reply(429, { error: { message: 'slow down' } }, { 'retry-after': '30' });
const TEXTS = Array.from({ length: 5 }, (_, index) => 'x'.repeat(index + 1));
const dataOf = async (response: Response): Promise<unknown[]> =>
  ((await response.json()) as CreateEmbeddingResponse).data.map(({ embedding }) => embedding);

describe('Embeddings', () => {
  let stage: SurfaceStage;
  beforeEach(async () => {
    stage = await SurfaceStage.start(2);
  });
  afterEach(() => stage.close());
  const one = (): ScriptedUpstream => stage.upstreams[0] as ScriptedUpstream;
  const two = (): ScriptedUpstream => stage.upstreams[1] as ScriptedUpstream;

  it('pass all fields on, with the model of the target', async () => {
    one().always(reply(200, vectors()));
    const body = { model: 'default', input: 'north', user: 'u', dimensions: 3, input_type: 'query', x: [1] };
    await stage.post('/embeddings', body);
    expect(one().received[0]?.body).to.deep.equal({ ...body, model: 'a-model' });
    expect(one().received[0]?.headers.authorization).to.equal('Bearer key-of-one');
  });

  it('come as the SDK asks for them, as base64 by default and as numbers, whatever the provider sends', async () => {
    const { embeddings } = stage.proxy.client;
    for (const sent of [[0.5, -1, 2], base64Of([0.5, -1, 2])]) {
      one().always(reply(200, vectors(1, sent)));
      for (const format of [undefined, 'float', 'base64'] as const) {
        const { data, usage, model } = await embeddings.create({
          model: 'default',
          input: 'north',
          ...(format === undefined ? {} : { encoding_format: format }),
        });
        const expected = format === 'base64' ? base64Of([0.5, -1, 2]) : [0.5, -1, 2];
        expect(data[0]?.embedding).to.deep.equal(expected);
        expect([usage.prompt_tokens, model]).to.deep.equal([7, 'a-model']);
      }
    }
    expect(one().received.map(({ body }) => body.encoding_format)).to.deep.equal([
      'base64',
      'float',
      'base64',
      'base64',
      'float',
      'base64',
    ]);
  });

  it('are asked for without base64 at a target that refuses it, from then on', async () => {
    one().always((res, request) => {
      const refused = 'encoding_format' in request.body;
      const error = {
        message: "Unknown parameter: 'encoding_format'.",
        param: 'encoding_format',
        code: 'unknown_parameter',
      };
      (refused ? reply(400, { error }) : reply(200, vectors()))(res, request);
    });
    for (let times = 0; times < 2; times++) {
      const { data } = await stage.proxy.client.embeddings.create({ model: 'default', input: 'north' });
      expect(data[0]?.embedding).to.deep.equal([0.5, -1, 2]);
    }
    expect(one().received).to.have.length(3);
  });

  it('fall over when a target ignores or refuses the dimensions', async () => {
    two().always(reply(200, vectors(1, [1])));
    const refusal = { message: "Unknown parameter: 'dimensions'.", param: 'dimensions', code: 'unknown_parameter' };
    for (const first of [reply(200, vectors()), reply(400, { error: refusal })]) {
      one().received.length = 0;
      one().always(first);
      const response = await stage.post('/embeddings', { input: 'north', dimensions: 1 });
      expect(await dataOf(response)).to.deep.equal([[1]]);
      expect(one().received).to.have.length(1);
    }
  });

  it('cost the tokens of the prompt alone', async () => {
    one().always(reply(200, vectors()));
    await stage.post('/embeddings', { input: 'north' });
    one().always(reply(200, { data: [{ embedding: [1] }] }));
    await stage.post('/embeddings', { input: 'north' });
    const records = await stage.requests();
    expect(
      records.map(({ path, promptTokens, completionTokens, tokensEstimated }) => [
        path,
        completionTokens,
        tokensEstimated,
        (promptTokens ?? 0) > 0,
      ]),
    ).to.deep.equal([
      ['/embeddings', 0, true, true],
      ['/embeddings', 0, false, true],
    ]);
    expect(records[1]?.promptTokens).to.equal(7);
  });

  describe('of many texts', () => {
    it('are divided once a target has said how many it takes', async () => {
      one().always(atMost(2));
      for (let times = 0; times < 2; times++) {
        one().received.length = 0;
        const response = await stage.post('/embeddings', { input: TEXTS });
        expect(await dataOf(response)).to.deep.equal([1, 2, 3, 4, 5].map((length) => [length, 1]));
        expect(one().received.map(({ body }) => (body.input as string[]).length)).to.deep.equal(
          times === 0 ? [5, 2, 2, 1] : [2, 2, 1],
        );
      }
      expect(two().received.every(({ body }) => (body.input as string[]).length === 5)).to.equal(true);
    });

    it('come from one target, which begins anew if another one fails on the way', async () => {
      one().script(atMost(2), lengths, spent).always(spent);
      two()
        .script(reply(422, { error: 'batch size 5 > maximum allowed batch size 2' }))
        .always(lengths);
      const response = await stage.post('/embeddings', { input: TEXTS });
      expect(response.status, await response.clone().text()).to.equal(200);
      expect(await dataOf(response)).to.deep.equal([1, 2, 3, 4, 5].map((length) => [length, 1]));
      expect(response.headers.get('x-429chain-target')).to.equal('two/a-model');
      expect(
        two()
          .received.slice(1)
          .map(({ body }) => body.input),
      ).to.deep.equal([['x', 'xx'], ['xxx', 'xxxx'], ['xxxxx']]);
    });

    const ENDS: readonly [what: string, last: Answerer, status: number, code: string, words: RegExp][] = [
      ['a limit of the last one', spent, 429, 'chain_exhausted', /one\/a-model: .*every part.*two\/a-model: .*\(429/],
      [
        'what the last one refuses',
        reply(400, { error: { message: 'text 2 is not allowed' } }),
        400,
        'invalid_request',
        /text 2 is not allowed/,
      ],
    ];
    for (const [what, last, status, code, words] of ENDS) {
      it(`end with ${what} if every target fails on the way`, async () => {
        one().script(atMost(2), lengths, spent).always(spent);
        two().script(atMost(2), lengths, last).always(last);
        const response = await stage.post('/embeddings', { input: TEXTS });
        const { error } = (await response.json()) as { error: { code: string; message: string } };
        expect([response.status, error.code]).to.deep.equal([status, code]);
        expect(error.message).to.match(words);
        expect(response.headers.get('retry-after')).to.equal(status === 429 ? '30' : null);
      });
    }
  });
});

describe('Embeddings of a chain with several models', () => {
  let upstreams: ScriptedUpstream[];
  let proxy: RunningProxy;
  const start = async (models: readonly string[], chain: object = {}): Promise<void> => {
    upstreams = await Promise.all(models.map(() => ScriptedUpstream.start()));
    const names = models.map((_, index) => `p${index}`);
    proxy = await startProxy({
      providers: Object.fromEntries(
        names.map((name, index) => [name, { type: 'openai-compatible', baseUrl: upstreams[index]?.baseUrl }]),
      ),
      chains: { default: { targets: names.map((name, index) => `${name}/${models[index]}`), maxWait: '0s', ...chain } },
    });
    for (const upstream of upstreams) upstream.always(reply(200, vectors()));
  };
  afterEach(async () => {
    await proxy.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  });
  const ask = (): Promise<Response> => post(proxy, '/embeddings', { input: 'north' });

  it('never come from another model than the first', async () => {
    await start(['bge-m3', 'text-embedding-3-small']);
    upstreams[0]?.always(spent);
    for (let times = 0; times < 2; times++) {
      const response = await ask();
      expect(response.status).to.equal(429);
      expect(Number(response.headers.get('retry-after'))).to.be.within(25, 30);
      expect(await response.text()).to.include('its vectors cannot be compared with those of p0/bge-m3');
    }
    upstreams[0]?.always(reply(500, { error: { message: 'broken' } }));
    expect((await ask()).status).to.be.at.least(429);
    expect(upstreams[1]?.received).to.deep.equal([]);
  });

  const REFUSALS: readonly [what: string, answerer: Answerer][] = [
    ['the request', reply(400, { error: { message: 'too long' } })],
    ['the path', reply(404, { detail: 'Not Found' })],
    ['the key', reply(401, { error: { message: 'Invalid API key' } })],
  ];
  for (const [what, refusal] of REFUSALS) {
    it(`do not come from another model when the first refuses ${what}`, async () => {
      await start(['bge-m3', 'text-embedding-3-small']);
      upstreams[0]?.always(refusal);
      const response = await ask();
      expect(response.status).to.be.at.least(400);
      expect(upstreams[1]?.received).to.deep.equal([]);
    });
  }

  it('come from the same model elsewhere, whatever it is called there', async () => {
    await start(['BAAI/bge-m3', 'text-embedding-3-small', 'bge-m3:latest']);
    upstreams[0]?.always(spent);
    const response = await ask();
    expect(response.headers.get('x-429chain-target')).to.equal('p2/bge-m3:latest');
    expect(upstreams[1]?.received).to.deep.equal([]);
  });

  it('come from the model for vectors behind the models for chat', async () => {
    await start(['llama-3.3-70b', 'gpt-4o', 'bge-m3']);
    const response = await ask();
    expect(response.headers.get('x-429chain-target')).to.equal('p2/bge-m3');
    expect(response.headers.get('x-429chain-attempts')).to.equal('1');
  });

  it('come from the next model if no name says more, and the first never had the endpoint', async () => {
    await start(['one', 'two']);
    upstreams[0]?.always(reply(404, { detail: 'Not Found' }));
    expect((await ask()).headers.get('x-429chain-target')).to.equal('p1/two');
    upstreams[0]?.always(reply(200, vectors()));
    upstreams[1]?.always(spent);
    expect((await ask()).status).to.equal(429);
  });

  it('do not change to the next model once the first has answered', async () => {
    await start(['one', 'two']);
    expect((await ask()).headers.get('x-429chain-target')).to.equal('p0/one');
    upstreams[0]?.always(reply(404, { detail: 'Not Found' }));
    expect((await ask()).status).to.be.at.least(400);
    expect(upstreams[1]?.received).to.deep.equal([]);
  });

  it('come from any model with `sameVectors`', async () => {
    await start(['bge-m3', 'a-copy-of-it'], { sameVectors: true });
    upstreams[0]?.always(spent);
    expect((await ask()).headers.get('x-429chain-target')).to.equal('p1/a-copy-of-it');
  });
});
