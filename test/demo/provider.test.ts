import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import OpenAI from 'openai';
import { DIALECTS, type DialectName } from '../../src/demo/dialects.js';
import { ask, clientOf, FOREVER_MS, HELLO, Simulations, until } from './simulation.js';

const NAMES = Object.keys(DIALECTS) as DialectName[];
const ASKED = { model: 'm', messages: [{ role: 'user' as const, content: 'Tell me about water.' }] };

/** What each SDK call fails with. Most providers send OpenAI's status. */
const WRONG_KEY: Partial<Record<DialectName, typeof OpenAI.BadRequestError>> = { gemini: OpenAI.BadRequestError };
const UNKNOWN_MODEL: Partial<Record<DialectName, typeof OpenAI.BadRequestError>> = { mistral: OpenAI.BadRequestError };
const INVALID: Partial<Record<DialectName, number>> = { mistral: 422 };

/** A chunk, with fields that only some providers add. */
type Chunk = OpenAI.ChatCompletionChunk & { readonly x_groq?: { readonly id?: string; readonly usage?: object } };

describe('startSimulatedProvider', () => {
  const simulations = new Simulations();
  afterEach(() => simulations.closeAll());

  const chunksOf = async (dialect: DialectName, includeUsage: boolean): Promise<Chunk[]> => {
    const client = clientOf(await simulations.start({ dialect }));
    // Mistral refuses the option.
    const options = includeUsage ? { stream_options: { include_usage: true } } : {};
    const chunks: Chunk[] = [];
    for await (const chunk of await client.chat.completions.create({ ...ASKED, stream: true, ...options })) {
      chunks.push(chunk);
    }
    return chunks;
  };

  for (const dialect of NAMES) {
    describe(dialect, () => {
      it('answers the SDK, streamed or not, with the same text each time', async () => {
        const client = clientOf(await simulations.start({ dialect }));
        const whole = await client.chat.completions.create(ASKED);
        const text = whole.choices[0]?.message.content;
        expect(text).to.be.a('string').that.contains('Tell me about water.');
        expect(whole.choices[0]?.finish_reason).to.equal('stop');
        expect(whole.model).to.equal('m');
        let streamed = '';
        let finish: string | null | undefined;
        for await (const { choices } of await client.chat.completions.create({ ...ASKED, stream: true })) {
          streamed += choices[0]?.delta.content ?? '';
          finish ??= choices[0]?.finish_reason;
        }
        expect(streamed).to.equal(text);
        expect(finish).to.equal('stop');
      });

      it('counts about four characters as a token', async () => {
        const client = clientOf(await simulations.start({ dialect }));
        const { usage, choices } = await client.chat.completions.create(ASKED);
        const answer = choices[0]?.message.content ?? '';
        expect(usage).to.include({ prompt_tokens: 5, completion_tokens: Math.ceil(answer.length / 4) });
        expect(usage?.total_tokens).to.equal(5 + Math.ceil(answer.length / 4));
      });

      it('respects max_tokens', async () => {
        const client = clientOf(await simulations.start({ dialect }));
        const { usage, choices } = await client.chat.completions.create({ ...ASKED, max_tokens: 7 });
        expect(choices[0]?.finish_reason).to.equal('length');
        expect(usage?.completion_tokens).to.equal(7);
      });

      it('begins a stream with the role and ends it with [DONE]', async () => {
        const text = await (await ask(await simulations.start({ dialect }), { stream: true })).text();
        const frames = text.split('\n\n');
        const [first = ''] = frames.filter((frame) => frame.startsWith('data:'));
        expect(JSON.parse(first.slice(5)).choices[0].delta).to.include({ role: 'assistant' });
        expect(frames.slice(-2)).to.deep.equal(['data: [DONE]', '']);
      });

      it('rejects a wrong key on every route', async () => {
        const client = clientOf(await simulations.start({ dialect }), 'wrong');
        const asking = [async () => client.chat.completions.create(ASKED), async () => client.models.list()];
        for (const each of asking) {
          const expected = WRONG_KEY[dialect] ?? OpenAI.AuthenticationError;
          expect(await each().catch((error) => error)).to.be.instanceOf(expected);
        }
      });

      it('rejects unknown models', async () => {
        const client = clientOf(await simulations.start({ dialect, models: ['a/one', 'two'] }));
        const ids = (await client.models.list()).data.map(({ id }) => id);
        expect(ids).to.deep.equal(dialect === 'gemini' ? ['models/a/one', 'models/two'] : ['a/one', 'two']);
        const error = await client.chat.completions.create({ ...ASKED, model: 'three' }).catch((each) => each);
        expect(error).to.be.instanceOf(UNKNOWN_MODEL[dialect] ?? OpenAI.NotFoundError);
      });

      it('rejects invalid chat requests', async () => {
        const provider = await simulations.start({ dialect });
        const { baseUrl } = provider;
        const headers = { authorization: 'Bearer demo' };
        const broken = await fetch(`${baseUrl}/chat/completions`, { method: 'POST', headers, body: '{"model":' });
        expect(broken.status).to.equal(INVALID[dialect] ?? 400);
        for (const body of [{ messages: [] }, { messages: 'Hello' }, { model: 7 }]) {
          expect((await ask(provider, body)).status).to.equal(INVALID[dialect] ?? 400);
        }
        expect((await fetch(`${baseUrl}/embeddings`, { method: 'POST', headers })).status).to.equal(404);
      });
    });
  }

  describe('in streams', () => {
    it('Groq always sends the usage twice, with the finish_reason', async () => {
      const chunks = await chunksOf('groq', false);
      expect(chunks[0]?.x_groq).to.have.property('id');
      const last = chunks.at(-1) as Chunk;
      expect(last.choices[0]?.finish_reason).to.equal('stop');
      expect(last.usage).to.include({ prompt_tokens: 5 });
      expect(last.x_groq?.usage).to.deep.equal(last.usage);
      expect(await chunksOf('groq', true)).to.have.length(chunks.length);
    });

    it('Cerebras always sends the usage with the finish_reason', async () => {
      const last = (await chunksOf('cerebras', false)).at(-1) as Chunk;
      expect(last.choices[0]?.finish_reason).to.equal('stop');
      expect(last.usage).to.include({ prompt_tokens: 5 });
    });

    it('OpenRouter sends the usage on request, in a last chunk with a choice', async () => {
      const unasked = await chunksOf('openrouter', false);
      const asked = await chunksOf('openrouter', true);
      expect(unasked.filter(({ usage }) => usage)).to.deep.equal([]);
      expect(asked).to.have.length(unasked.length + 1);
      expect(asked.at(-1)?.usage).to.include({ prompt_tokens: 5, cost: 0 });
      expect(asked.at(-1)?.choices).to.have.length(1);
    });

    it('a local server sends the usage on request, in a last chunk without choices', async () => {
      const unasked = await chunksOf('local', false);
      const asked = await chunksOf('local', true);
      expect(unasked.filter(({ usage }) => usage)).to.deep.equal([]);
      expect(asked.at(-1)).to.deep.include({ choices: [] });
      expect(asked.at(-1)?.usage).to.include({ prompt_tokens: 5 });
    });

    it('Mistral always sends the usage with the finish_reason', async () => {
      const last = (await chunksOf('mistral', false)).at(-1) as Chunk;
      expect(last.choices[0]?.finish_reason).to.equal('stop');
      expect(last.usage).to.include({ prompt_tokens: 5 });
    });

    it('Gemini sends the usage on request, with the last chunk', async () => {
      expect((await chunksOf('gemini', false)).filter(({ usage }) => usage)).to.deep.equal([]);
      expect((await chunksOf('gemini', true)).at(-1)?.usage).to.include({ prompt_tokens: 5 });
    });

    it('OpenRouter begins with a comment', async () => {
      const text = await (await ask(await simulations.start({ dialect: 'openrouter' }), { stream: true })).text();
      expect(text.startsWith(': OPENROUTER PROCESSING\n\ndata: ')).to.equal(true);
    });
  });

  describe('limits', () => {
    const limits = [{ requests: 1, per: '1h', called: 'minute', counting: 'sliding' }] as const;

    for (const [dialect, second] of [
      ['groq', 200],
      ['cerebras', 200],
      ['gemini', 200],
      ['mistral', 200],
      ['openrouter', 429],
    ] as const) {
      it(`of ${dialect} apply to ${second === 200 ? 'each model' : 'all models together'}`, async () => {
        const provider = await simulations.start({ dialect, models: ['one', 'two'], limits });
        const statuses: number[] = [];
        for (const model of ['one', 'two', 'one']) statuses.push((await ask(provider, { model })).status);
        expect(statuses).to.deep.equal([200, second, 429]);
      });
    }

    it('hold under concurrent requests', async () => {
      const limit = { requests: 30, per: '1h', called: 'minute', counting: 'sliding' } as const;
      const provider = await simulations.start({ dialect: 'cerebras', limits: [limit] });
      const statuses = await Promise.all(Array.from({ length: 80 }, async () => (await ask(provider)).status));
      expect(statuses.filter((status) => status === 200)).to.have.length(30);
      expect(statuses.filter((status) => status === 429)).to.have.length(50);
      expect(provider.stats()).to.deep.equal({ answered: 30, refused: 50, aborted: 0, inFlight: 0 });
    });

    it('release the slot of an answer before its end is sent', async () => {
      const provider = await simulations.start({ dialect: 'local', limits: [{ concurrent: 1 }] });
      for (const stream of [true, false, true, false]) {
        const response = await ask(provider, { stream });
        expect(response.status).to.equal(200);
        await response.text();
      }
    });
  });

  for (const stream of [true, false]) {
    it(`release the slot when the client disconnects during ${stream ? 'a stream' : 'an answer'}`, async () => {
      const limits = [{ concurrent: 1 }];
      const provider = await simulations.start({ dialect: 'local', limits, latencyMs: FOREVER_MS });
      const caller = new AbortController();
      const asking = ask(provider, { stream }, { signal: caller.signal }).then((response) => response.text());
      const left = asking.catch((error: Error) => error.name);
      await until(() => provider.stats().inFlight === 1);
      expect((await ask(provider)).status).to.equal(503);
      caller.abort();
      expect(await left).to.equal('AbortError');
      await until(() => provider.stats().inFlight === 0);
      expect(provider.stats()).to.deep.equal({ answered: 0, refused: 1, aborted: 1, inFlight: 0 });
      expect((await ask(provider, { stream: true })).status).to.equal(200);
    });
  }

  describe('close', () => {
    it('aborts answers in flight and closes all sockets', async () => {
      const provider = await simulations.start({ dialect: 'groq', latencyMs: FOREVER_MS });
      const cut = (await ask(provider, { stream: true })).text().then(
        () => 'whole',
        () => 'cut',
      );
      const silent = connect(Number(new URL(provider.origin).port), '127.0.0.1');
      await once(silent, 'connect');
      const unanswered = ask(provider).then(
        () => 'answered',
        () => 'cut',
      );
      await until(() => provider.stats().inFlight === 2);
      silent.resume();
      await Promise.all([provider.close(), once(silent, 'close')]);
      expect(await Promise.all([cut, unanswered])).to.deep.equal(['cut', 'cut']);
      expect(provider.stats()).to.include({ inFlight: 0, aborted: 2 });
    });

    it('refuses new connections, and can be called twice', async () => {
      const provider = await simulations.start({ dialect: 'groq' });
      const { baseUrl } = provider;
      await provider.close();
      await provider.close();
      const refused = await fetch(baseUrl).catch(({ cause }) => cause.code);
      expect(refused).to.equal('ECONNREFUSED');
    });
  });

  describe('embeddings', () => {
    const EMBEDDER = { dialect: 'local', models: ['m'], embeddingModels: ['e'] } as const;

    it('have the same values as numbers and as base64', async () => {
      const provider = await simulations.start(EMBEDDER);
      const post = async (body: object): Promise<{ data: { embedding: never }[] }> => {
        const headers = { authorization: 'Bearer demo', 'content-type': 'application/json' };
        const response = await fetch(`${provider.baseUrl}/embeddings`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ model: 'e', input: 'Hello, hello', ...body }),
        });
        return (await response.json()) as never;
      };
      const numbers: readonly number[] = (await post({})).data[0]?.embedding ?? [];
      const bytes = Buffer.from((await post({ encoding_format: 'base64' })).data[0]?.embedding ?? '', 'base64');
      expect(bytes).to.have.length(numbers.length * 4);
      for (const [index, value] of numbers.entries()) expect(bytes.readFloatLE(index * 4)).to.be.closeTo(value, 1e-6);
    });

    it('are refused by chat models, and chats by embedding models', async () => {
      const client = clientOf(await simulations.start(EMBEDDER));
      const embedding = await client.embeddings.create({ model: 'm', input: 'Hello' }).catch((each) => each);
      const chat = await client.chat.completions.create({ ...ASKED, model: 'e' }).catch((each) => each);
      for (const error of [embedding, chat]) expect(error).to.be.instanceOf(OpenAI.NotFoundError);
    });

    it('reject invalid inputs', async () => {
      const client = clientOf(await simulations.start(EMBEDDER));
      const error = await client.embeddings.create({ model: 'e', input: [[1, 2]] }).catch((each) => each);
      expect(error).to.be.instanceOf(OpenAI.BadRequestError);
    });

    it('count in the limits', async () => {
      const limits = [{ requests: 1, per: '1h', called: 'minute', counting: 'sliding' }] as const;
      const client = clientOf(await simulations.start({ ...EMBEDDER, dialect: 'mistral', limits }));
      await client.embeddings.create({ model: 'e', input: 'Hello' });
      const error = await client.embeddings.create({ model: 'e', input: 'Hello' }).catch((each) => each);
      expect(error).to.be.instanceOf(OpenAI.RateLimitError);
    });
  });

  it('reads the text parts of a message', async () => {
    const client = clientOf(await simulations.start({ dialect: 'local' }));
    const content = [
      { type: 'text' as const, text: 'Look at' },
      { type: 'image_url' as const, image_url: { url: 'data:,' } },
      { type: 'text' as const, text: 'this.' },
    ];
    const { choices } = await client.chat.completions.create({ ...HELLO, messages: [{ role: 'user', content }] });
    expect(choices[0]?.message.content).to.contain('"Look at this."');
  });
});
