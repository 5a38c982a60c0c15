import { expect } from 'chai';
import OpenAI from 'openai';
import { chainOver, HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import {
  type Answerer,
  answer,
  chunk,
  completion,
  DONE,
  hangUp,
  reply,
  ScriptedUpstream,
  silence,
  stream,
} from '../../scripted-upstream.js';

const ERROR = { error: { message: 'no', type: 'x', code: 'y' } };

interface Case {
  readonly first: string;
  readonly whole: Answerer;
  /** Where it differs in a stream. */
  readonly streamed?: Answerer;
  readonly class: string;
  readonly streamedClass?: string;
  /** How often the first target is asked for a stream. Default: once. */
  readonly streamedCalls?: number;
}

const CASES: readonly Case[] = [
  { first: 'answers 429', whole: reply(429, ERROR, { 'retry-after': '9' }), class: 'rate_limit' },
  { first: 'answers 500', whole: reply(500, ERROR), class: 'server_error' },
  {
    first: 'answers 500 with JSON nested beyond all reason',
    whole: reply(500, `${'['.repeat(30_000)}${']'.repeat(30_000)}`),
    class: 'server_error',
  },
  { first: 'answers 503', whole: reply(503, 'Service Unavailable'), class: 'overloaded' },
  { first: 'answers 402', whole: reply(402, { error: { message: 'Insufficient Balance' } }), class: 'quota' },
  { first: 'answers 401', whole: reply(401, { error: { message: 'Invalid API Key' } }), class: 'auth' },
  {
    first: 'answers 404',
    whole: reply(404, { error: { message: 'The model does not exist', code: 'model_not_found' } }),
    class: 'not_found',
  },
  { first: 'answers 413', whole: reply(413, { error: { message: 'Request too large' } }), class: 'too_large' },
  {
    first: 'answers 400 without an explanation, also to a stream that asks for no usage',
    whole: reply(400, { error: { message: 'I do not like it' } }),
    class: 'bad_request',
    streamedCalls: 2,
  },
  { first: 'does not answer in time', whole: silence, class: 'server_error' },
  {
    first: 'sends headers and falls silent (pitfall 25: committed at the status line)',
    whole: stream([], 'hang'),
    class: 'server_error',
  },
  { first: 'hangs up', whole: hangUp, class: 'server_error' },
  {
    first: 'answers HTML under 200',
    whole: reply(200, '<html><title>Hi</title></html>', { 'content-type': 'text/html' }),
    class: 'server_error',
  },
  {
    first: 'answers 200 with an error body (pitfall 18: handed on as an answer)',
    whole: reply(200, { error: { message: 'Provider returned error', code: 502 } }),
    class: 'server_error',
  },
  {
    first: 'answers 200 with an error inside its choice',
    whole: reply(200, {
      choices: [{ message: { content: 'part' }, finish_reason: 'error', error: { code: 502, message: 'gone' } }],
    }),
    class: 'server_error',
  },
  { first: 'answers 200 with nothing in it', whole: reply(200, ''), class: 'server_error' },
  {
    first: 'answers 200 with empty content (pitfall 18: handed on as an answer)',
    whole: reply(200, completion('')),
    streamed: stream([chunk({ role: 'assistant', content: '' }), chunk({}, 'stop'), DONE]),
    class: 'server_error',
  },
  {
    first: 'answers invalid JSON',
    whole: reply(200, '{"choices": [', { 'content-type': 'application/json' }),
    class: 'server_error',
  },
  {
    first: 'dies before the first token',
    whole: stream([chunk({ role: 'assistant', content: '' })], 'cut'),
    class: 'server_error',
  },
  {
    first: 'sends only comments',
    whole: stream([': OPENROUTER PROCESSING\n\n', ': OPENROUTER PROCESSING\n\n']),
    class: 'server_error',
  },
  { first: 'sends comments and hangs', whole: stream([': OPENROUTER PROCESSING\n\n'], 'hang'), class: 'server_error' },
  {
    first: 'sends an error as its first event (pitfall 25: committed at the status line)',
    whole: stream([`data: ${JSON.stringify(ERROR)}\n\n`]),
    class: 'server_error',
  },
  {
    first: 'sends an error event after the role',
    whole: stream([
      chunk({ role: 'assistant', content: '' }),
      `event: error\ndata: ${JSON.stringify({ error: { message: 'Rate limit exceeded', code: 429 } })}\n\n`,
    ]),
    class: 'rate_limit',
  },
  { first: 'ends an empty stream well', whole: stream([DONE]), class: 'server_error' },
];

describe('Failover: the caller sees only the answer of the second target when the first', () => {
  let one: ScriptedUpstream;
  let two: ScriptedUpstream;
  let proxy: RunningProxy;

  beforeEach(async () => {
    one = await ScriptedUpstream.start();
    two = (await ScriptedUpstream.start()).always(answer('from the second'));
    proxy = await startProxy(chainOver([one, two], { timeouts: { firstToken: '300ms' } }));
  });

  afterEach(() => Promise.all([proxy.close(), one.close(), two.close()]));

  const failuresSeen = (): string[] => {
    const seen: string[] = [];
    proxy.app.runtime.host.hooks.afterResponse.tap('test', ({ attempts }) => {
      seen.push(...attempts.flatMap(({ failure }) => (failure === undefined ? [] : [failure.class])));
    });
    return seen;
  };

  for (const { first, whole, streamed, class: expected, streamedClass = expected, streamedCalls = 1 } of CASES) {
    it(`${first} (${expected})`, async () => {
      const seen = failuresSeen();
      one.always(whole);
      const { data, response } = await proxy.client.chat.completions
        .create({ model: 'default', messages: [...HELLO] })
        .withResponse();
      expect(data.choices[0]?.message.content).to.equal('from the second');
      expect(response.headers.get('x-429chain-target')).to.equal('two/a-model');
      expect(response.headers.get('x-429chain-attempts')).to.equal('2');
      expect(seen).to.deep.equal([expected]);
    });

    it(`${first}, streamed (${streamedClass})`, async () => {
      const seen = failuresSeen();
      one.always(streamed ?? whole);
      const chunks = await proxy.client.chat.completions.create({
        model: 'default',
        messages: [...HELLO],
        stream: true,
      });
      let text = '';
      for await (const part of chunks) text += part.choices[0]?.delta.content ?? '';
      expect(text).to.equal('from the second');
      expect(seen).to.deep.equal(Array(streamedCalls).fill(streamedClass));
    });
  }

  it('is not there at all', async () => {
    await one.close();
    const { choices } = await proxy.client.chat.completions.create({ model: 'default', messages: [...HELLO] });
    expect(choices[0]?.message.content).to.equal('from the second');
    one = await ScriptedUpstream.start();
  });
});

describe('An answer that does not end', () => {
  /** Sends `start`, and then more than anybody holds in memory. */
  const endless =
    (type: string, start: string): Answerer =>
    (res) => {
      const more = Buffer.alloc(1024 * 1024, ' ');
      const write = (): void => {
        if (!res.destroyed) res.write(more, write);
      };
      res.writeHead(200, { 'content-type': type });
      res.write(start, write);
    };

  const WAYS: readonly [what: string, streamed: boolean, answerer: Answerer][] = [
    ['whole', false, endless('application/json', '{')],
    ['in its first event', true, endless('text/event-stream', 'data: ')],
    ['after its first token', true, endless('text/event-stream', `${chunk({ content: 'from the' })}data: `)],
  ];
  for (const [what, streamed, answerer] of WAYS) {
    it(`does not fill the memory, and the next target answers: ${what}`, async () => {
      const one = (await ScriptedUpstream.start()).always(answerer);
      const two = (await ScriptedUpstream.start()).always(answer('from the second'));
      const proxy = await startProxy(chainOver([one, two]));
      const text = await (await proxy.post({ messages: HELLO, stream: streamed })).text();
      expect(two.received, text).to.have.length(1);
      expect(text).to.contain(streamed ? '[DONE]' : 'from the second');
      await Promise.all([proxy.close(), one.close(), two.close()]);
    });
  }
});

describe('Every target exhausted', () => {
  it("raises the SDK's RateLimitError with every target and reason, and serves again after the stated time", async () => {
    const one = await ScriptedUpstream.start(
      reply(429, { error: { message: 'one is spent' } }, { 'retry-after': '1' }),
    );
    const two = await ScriptedUpstream.start(
      reply(429, { error: { message: 'two is spent' } }, { 'retry-after': '600' }),
    );
    const proxy = await startProxy(chainOver([one, two]));
    const ask = () => proxy.client.chat.completions.create({ model: 'default', messages: [...HELLO] });
    try {
      const error = await ask().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (!(error instanceof OpenAI.RateLimitError)) throw new Error(`not a RateLimitError: ${String(error)}`);
      const body = error.error as {
        type: string;
        chain: string;
        retry_after_ms: number;
        targets: Record<string, unknown>[];
      };
      expect(body).to.include({ type: 'chain_exhausted', code: 'chain_exhausted', chain: 'default' });
      expect(
        body.targets.map(({ target, state, status, message }) => ({ target, state, status, message })),
      ).to.deep.equal([
        { target: 'one/a-model', state: 'exhausted', status: 429, message: 'one is spent' },
        { target: 'two/a-model', state: 'exhausted', status: 429, message: 'two is spent' },
      ]);
      expect(error.headers.get('retry-after')).to.equal('1');
      await new Promise((resolve) => setTimeout(resolve, body.retry_after_ms + 50));
      expect((await ask()).choices[0]?.message.content).to.equal('hello');
      expect(two.received).to.have.length(1);
    } finally {
      await Promise.all([proxy.close(), one.close(), two.close()]);
    }
  });
});
