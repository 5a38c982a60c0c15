import { expect } from 'chai';
import { type Answerer, completion, reply, type ScriptedUpstream, stream } from '../../../scripted-upstream.js';
import { ask, DIALECTS, MESSAGES, nativeBeginning, nativeStream, RESPONSES } from '../../stream/native-dialects.js';
import { Stage } from '../../stream/stage.js';

type Json = Record<string, unknown>;

const whole =
  (body: string): Answerer =>
  (res) => {
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(body);
  };

/** Refuses everything but chat completions. */
const chatOnly =
  (refusal: Answerer): Answerer =>
  (res, request) =>
    (request.path === '/v1/chat/completions' ? reply(200, completion('Hi')) : refusal)(res, request);

describe('A target that speaks the protocol of the caller', () => {
  let stage: Stage;

  const upstream = (at = 0): ScriptedUpstream => stage.upstreams[at] as ScriptedUpstream;

  const received = (at = 0) => upstream(at).received.at(-1) as ScriptedUpstream['received'][number];

  const start = async (answerers: readonly Answerer[], ...speaks: readonly (readonly string[])[]): Promise<void> => {
    stage = await Stage.set(answerers, { speaks });
  };

  afterEach(() => stage.close());

  for (const dialect of DIALECTS) {
    const both = ['chat', dialect.name];

    describe(dialect.name, () => {
      it('gets the bytes of the caller, apart from the model', async () => {
        await start([whole(dialect.whole('Hi'))], both);
        const response = await ask(stage, dialect, dialect.body.replace('%MODEL%', 'default'));
        expect(response.status, await response.clone().text()).to.equal(200);
        expect(received().path).to.equal(`/v1${dialect.path}`);
        expect(received().bytes.toString()).to.equal(dialect.body.replace('%MODEL%', 'a-model'));
        expect(received().headers).to.include({
          authorization: 'Bearer key-of-one',
          'content-type': 'application/json',
          'content-length': String(received().bytes.length),
        });
      });

      it('answers with its own bytes, and its usage is counted', async () => {
        await start([whole(dialect.whole('Hi'))], both);
        const response = await ask(stage, dialect, { stream: false });
        expect(await response.text()).to.equal(dialect.whole('Hi'));
        expect(response.headers.get('content-type')).to.match(/^application\/json/);
        const { status, usage, attempts } = await stage.outcome();
        expect(status).to.equal(200);
        expect(usage).to.deep.equal({ input: 111, output: 9, cached: 30, estimated: false });
        expect(attempts.map(({ outcome, adapted }) => [outcome, adapted])).to.deep.equal([['served', []]]);
      });

      it('is not asked before the others of its chain', async () => {
        await start([reply(200, completion('chat')), whole(dialect.whole('native'))], ['chat'], both);
        const body = await (await ask(stage, dialect, { stream: false })).text();
        expect(body).to.include('chat');
        expect(stage.requestCounts).to.deep.equal([1, 0]);
      });

      it('gets the bytes of the caller after another target failed that speaks only chat', async () => {
        await start([reply(500, 'broken'), whole(dialect.whole('Hi'))], ['chat'], both);
        const body = dialect.body.replace('%MODEL%', 'default');
        expect(await (await ask(stage, dialect, body)).text()).to.equal(dialect.whole('Hi'));
        expect(received(1).bytes.toString()).to.equal(dialect.body.replace('%MODEL%', 'a-model'));
        expect(received(0).path).to.equal('/v1/chat/completions');
      });

      it('is followed by one that speaks only chat if it fails', async () => {
        await start([reply(500, 'broken'), reply(200, completion('Hi'))], both, ['chat']);
        const response = await ask(stage, dialect, { stream: false });
        expect(response.status).to.equal(200);
        expect(JSON.stringify(await response.json())).to.include('"Hi"');
        expect(received(1).path).to.equal('/v1/chat/completions');
        expect(received(1).body).to.have.property('messages');
      });

      it('gets chat completions from a caller that speaks chat', async () => {
        await start([reply(200, completion('Hi'))], both);
        expect((await stage.proxy.post({ messages: [{ role: 'user', content: 'Hello' }] })).status).to.equal(200);
        expect(received().path).to.equal('/v1/chat/completions');
      });

      it('may speak nothing else: then other callers get the next target', async () => {
        await start([whole(dialect.whole('Hi')), reply(200, completion('chat'))], [dialect.name]);
        expect((await ask(stage, dialect, { stream: false })).status).to.equal(200);
        const response = await stage.proxy.post({ messages: [{ role: 'user', content: 'Hello' }] });
        expect(await response.text()).to.include('"chat"');
        expect(stage.requestCounts).to.deep.equal([1, 1]);
      });

      it('may be named by the request itself', async () => {
        await start([whole(dialect.whole('Hi'))], both);
        await ask(stage, dialect, { model: 'one/another-model', stream: false });
        expect(received().path).to.equal(`/v1${dialect.path}`);
        expect(received().body.model).to.equal('another-model');
      });

      it('may stream an answer that was not asked for as a stream', async () => {
        await start([stream(nativeStream(dialect, 'Hi you'))], both);
        const body = (await (await ask(stage, dialect, { stream: false })).json()) as Json;
        expect(JSON.stringify(body)).to.include('Hi you');
        expect((await stage.outcome()).usage).to.include({ input: 111, output: 9, estimated: false });
      });

      it('may answer a request for a stream as a whole', async () => {
        await start([whole(dialect.whole('Hi you'))], both);
        const text = await (await ask(stage, dialect)).text();
        expect(dialect.read(text).text).to.equal('Hi you');
      });

      for (const [status, type, failureClass] of [
        [429, 'rate_limit_error', 'rate_limit'],
        [529, 'overloaded_error', 'overloaded'],
        [401, 'authentication_error', 'auth'],
        [400, 'invalid_request_error', 'bad_request'],
      ] as const) {
        it(`is passed over with ${failureClass} for its own ${type}`, async () => {
          await start([reply(status, dialect.refusal(type, 'No.')), reply(200, completion('Hi'))], both, ['chat']);
          expect((await ask(stage, dialect, { stream: false })).status).to.equal(200);
          const [first] = (await stage.outcome()).attempts;
          expect(first?.failure).to.include({ class: failureClass, status });
          expect(first?.failure?.message).to.include('No.');
          expect(stage.requestCounts).to.deep.equal([1, 1]);
        });
      }

      for (const [status, words] of [
        [404, 'Not Found'],
        [405, 'Method Not Allowed'],
        [400, `The ${dialect.name} API is not supported for this model`],
      ] as const) {
        it(`is asked for a chat completion if it turns out with ${status} not to speak the protocol`, async () => {
          await start([chatOnly(reply(status, { error: { message: words } }))], both);
          for (const counts of [2, 3]) {
            const response = await ask(stage, dialect, { stream: false });
            expect(response.status, await response.text()).to.equal(200);
            expect(stage.requestCounts).to.deep.equal([counts]);
          }
          expect(received().path).to.equal('/v1/chat/completions');
        });
      }

      it('is asked once if it refuses the request: fields of the caller are not repaired', async () => {
        const refusal = reply(400, dialect.refusal('invalid_request_error', 'Unsupported parameter: "temperature"'));
        await start([refusal], both);
        const response = await ask(stage, dialect, { stream: false, temperature: 1 });
        expect(response.status).to.equal(400);
        expect(await response.text()).to.include('temperature');
        expect(stage.requestCounts).to.deep.equal([1]);
      });

      it('fails with an empty answer, and with text that is no answer', async () => {
        const empty = JSON.parse(dialect.whole('')) as Json;
        await start([whole(JSON.stringify(empty)), whole('<html>'), reply(200, completion('Hi'))], both, both);
        expect((await ask(stage, dialect, { stream: false })).status).to.equal(200);
        expect(stage.requestCounts).to.deep.equal([1, 1, 1]);
      });
    });
  }

  const ONLY_NATIVE = [
    [RESPONSES, { tools: [{ type: 'file_search', vector_store_ids: ['vs_1'] }] }],
    [RESPONSES, { previous_response_id: 'resp_theirs' }],
    [RESPONSES, { input: [{ type: 'item_reference', id: 'msg_theirs' }] }],
    [MESSAGES, { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    [MESSAGES, { mcp_servers: [{ type: 'url', url: 'https://mcp.example', name: 'mine' }] }],
  ] as const;
  for (const [dialect, fields] of ONLY_NATIVE) {
    it(`is the only one that is asked with ${JSON.stringify(fields)}`, async () => {
      await start([reply(200, completion('no')), whole(dialect.whole('Hi'))], ['chat'], ['chat', dialect.name]);
      const response = await ask(stage, dialect, { ...fields, stream: false });
      expect(await response.text()).to.equal(dialect.whole('Hi'));
      expect(received(1).body).to.deep.include(fields);
      expect(stage.requestCounts).to.deep.equal([0, 1]);
    });

    it(`is never asked for a chat completion with ${JSON.stringify(fields)}`, async () => {
      await start([chatOnly(reply(404, 'Not Found'))], ['chat', dialect.name]);
      expect((await ask(stage, dialect, { ...fields, stream: false })).status).to.be.at.least(400);
      await ask(stage, dialect, { stream: false });
      await ask(stage, dialect, { ...fields, stream: false });
      for (const { path, body } of upstream().received) {
        if (path === '/v1/chat/completions') expect(body).not.to.include.any.keys(Object.keys(fields));
      }
    });

    it(`is needed for ${JSON.stringify(fields)}`, async () => {
      await start([reply(200, completion('no'))], ['chat']);
      const response = await ask(stage, dialect, { ...fields, stream: false });
      expect(response.status).to.equal(400);
      expect(stage.requestCounts).to.deep.equal([0]);
    });

    it(`gives an answer to ${JSON.stringify(fields)} that nothing continues`, async () => {
      const begun = nativeBeginning(dialect, 'Once upon a time there was a keeper of a lighthouse.');
      await start([stream(begun, 'cut'), reply(200, completion('no'))], ['chat', dialect.name], ['chat']);
      const text = await (await ask(stage, dialect, fields)).text();
      expect(text.startsWith(begun.join(''))).to.equal(true);
      expect(dialect.read(text, false).text).to.include('lighthouse');
      expect(stage.requestCounts).to.deep.equal([1, 0]);
    });
  }

  it('does not get the thinking that 429chain signed, nor a message of nothing else', async () => {
    await start([whole(MESSAGES.whole('Hi'))], ['chat', 'messages']);
    const ours = { type: 'thinking', thinking: 'Hm', signature: '429chain' };
    const theirs = { type: 'thinking', thinking: 'Hm', signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h' };
    const text = { type: 'text', text: 'Ok' };
    const user = { role: 'user', content: 'Hello' };
    const messages = [user, { role: 'assistant', content: [ours, text] }, user, { role: 'assistant', content: [ours] }];
    const last = [{ role: 'assistant', content: [theirs, text] }, user];
    await ask(stage, MESSAGES, { messages: [...messages, ...last], stream: false });
    expect(received().body.messages).to.deep.equal([user, { role: 'assistant', content: [text] }, user, ...last]);
  });

  it('gets an item that another target made in place of a reference to it, and no reasoning of others', async () => {
    const chat = completion('From chat.') as { choices: { message: Json }[] };
    Object.assign(chat.choices[0]?.message ?? {}, { reasoning: 'Hm.' });
    await start([reply(200, chat), whole(RESPONSES.whole('Hi'))], ['chat'], ['chat', 'responses']);
    const first = (await (await ask(stage, RESPONSES, { stream: false })).json()) as { output: Json[] };
    const [reasoning, message] = first.output;
    const theirs = { type: 'reasoning', id: 'rs_theirs', summary: [], encrypted_content: 'gAAA' };
    const input = [
      { role: 'user', content: 'Hello' },
      { type: 'item_reference', id: reasoning?.id },
      { type: 'item_reference', id: message?.id },
      reasoning,
      theirs,
      { role: 'user', content: 'On' },
    ];
    await ask(stage, RESPONSES, { model: 'two/a-model', input, stream: false });
    expect(received(1).body.input).to.deep.equal([input[0], message, theirs, input[5]]);
  });

  it('may have made the item that another target is shown in place of a reference to it', async () => {
    await start([whole(RESPONSES.whole('From theirs.')), reply(200, completion('Hi'))], ['responses'], ['chat']);
    const first = (await (await ask(stage, RESPONSES, { stream: false })).json()) as { output: Json[] };
    const input = [
      { type: 'item_reference', id: first.output[0]?.id },
      { role: 'user', content: 'On' },
    ];
    await ask(stage, RESPONSES, { model: 'two/a-model', input, stream: false });
    expect(received(1).body.messages).to.deep.equal([
      { role: 'assistant', content: 'From theirs.' },
      { role: 'user', content: 'On' },
    ]);
  });

  it('gets the headers of the caller that belong to Messages, and no others', async () => {
    await start([whole(MESSAGES.whole('Hi'))], ['chat', 'messages']);
    await ask(
      stage,
      MESSAGES,
      { stream: false },
      {
        'anthropic-version': '2026-10-21',
        'anthropic-beta': 'a-beta,b-beta',
        'x-stainless-lang': 'js',
        'x-api-key': 'wrong',
        cookie: 'a=b',
      },
    );
    expect(received().headers).to.include({ 'anthropic-version': '2026-10-21', 'anthropic-beta': 'a-beta,b-beta' });
    expect(received().headers).not.to.have.any.keys('x-stainless-lang', 'x-api-key', 'cookie');
  });

  it('gets no header of the caller as a chat completion', async () => {
    await start([reply(200, completion('Hi'))], ['chat']);
    await ask(stage, MESSAGES, { stream: false }, { 'anthropic-version': '2023-06-01' });
    expect(received().headers).not.to.have.property('anthropic-version');
  });

  it('fails with a response that failed, whole', async () => {
    const failed = {
      ...JSON.parse(RESPONSES.whole('')),
      status: 'failed',
      error: { code: 'rate_limit_exceeded', message: 'Slow down' },
    };
    await start([whole(JSON.stringify(failed)), reply(200, completion('Hi'))], ['chat', 'responses'], ['chat']);
    expect((await ask(stage, RESPONSES, { stream: false })).status).to.equal(200);
    const [first] = (await stage.outcome()).attempts;
    expect(first?.failure).to.include({ class: 'rate_limit', message: 'Slow down' });
  });
});
