import { expect } from 'chai';
import type { Log, LogFields } from '../../src/log.js';
import { chainOver, HELLO, type RunningProxy, startProxy } from '../proxy.js';
import { type Answerer, answer, hangUp, reply, ScriptedUpstream } from '../scripted-upstream.js';
import { until } from '../until.js';

interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
}

class Lines implements Log {
  readonly all: Line[] = [];
  debug = this.#keep('debug');
  info = this.#keep('info');
  warn = this.#keep('warn');
  error = this.#keep('error');

  #keep(level: string) {
    return (message: string, fields: LogFields = {}): void => void this.all.push({ level, message, fields });
  }

  get ofRequests(): Line[] {
    return this.all.filter(({ message }) => message.startsWith('[request-lines] '));
  }
}

const SECRET_PROMPT = 'the words of the caller';

interface Case {
  readonly what: string;
  readonly answers: readonly Answerer[];
  readonly lines: readonly RegExp[];
  readonly fields: LogFields;
}

const CASES: readonly Case[] = [
  {
    what: 'one line if the first target serves',
    answers: [answer('hello')],
    lines: [/^info 200 by one\/a-model in \d+ ms \(chain default, 5 \+ 3 tokens\), request an-id$/],
    fields: {
      requestId: 'an-id',
      chain: 'default',
      target: 'one/a-model',
      status: 200,
      path: '/chat/completions',
      stream: false,
      keyLabel: 'key 1',
      attempts: 1,
      resumed: 0,
      promptTokens: 5,
      completionTokens: 3,
      tokensEstimated: false,
      waitedMs: 0,
    },
  },
  {
    what: 'another line, at the level debug, for a target that failed',
    answers: [reply(500, { error: { message: 'out of order' } }), answer('hello')],
    lines: [
      /^debug one\/a-model failed in \d+ ms with server_error, status 500: out of order · 500 from the provider: nothing cools down yet \(request an-id\)$/,
      /^info 200 by two\/a-model in \d+ ms \(chain default, 2 attempts, 5 \+ 3 tokens\), request an-id$/,
    ],
    fields: { status: 200, target: 'two/a-model', attempts: 2 },
  },
  {
    what: 'a warning if no target serves',
    answers: [hangUp, reply(429, { error: { message: 'spent' } }, { 'retry-after': '600' })],
    lines: [
      /^debug one\/a-model failed in \d+ ms with server_error: .+ · No response: nothing cools down yet \(request an-id\)$/,
      /^debug two\/a-model failed in \d+ ms with \w+, status 429: spent · 429 about a limit: the target cools down for 10m \(request an-id\)$/,
      /^warn 503 chain_exhausted in \d+ ms \(chain default, 2 attempts\), request an-id$/,
    ],
    fields: { status: 503, attempts: 2, target: undefined },
  },
  {
    what: 'no provider message about the request, which may quote it',
    answers: [
      reply(400, { error: { message: `bad: ${SECRET_PROMPT}` } }),
      reply(400, { error: { message: `bad: ${SECRET_PROMPT}` } }),
    ],
    lines: [
      /^debug one\/a-model failed in \d+ ms with bad_request, status 400 · 400 about the request: nothing cools down, other targets may accept it \(request an-id\)$/,
      /^debug two\/a-model failed in \d+ ms with bad_request, status 400 · 400 about the request: nothing cools down, other targets may accept it \(request an-id\)$/,
      /^info 400 by no target in/,
    ],
    fields: { status: 400 },
  },
];

describe('request-lines', () => {
  let upstreams: ScriptedUpstream[];
  let proxy: RunningProxy;
  let log: Lines;

  beforeEach(async () => {
    log = new Lines();
    upstreams = [await ScriptedUpstream.start(), await ScriptedUpstream.start()];
    proxy = await startProxy(chainOver(upstreams), { log });
  });

  afterEach(async () => {
    await proxy.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  });

  const ask = async (): Promise<void> => {
    await (
      await proxy.post({ messages: [{ role: 'user', content: SECRET_PROMPT }] }, { 'x-request-id': 'an-id' })
    ).text();
  };
  const requestsLogged = (): Line[] => log.ofRequests.filter(({ fields }) => 'keyLabel' in fields);

  for (const { what, answers, lines, fields } of CASES) {
    it(`writes ${what}`, async () => {
      for (const [index, each] of answers.entries()) upstreams[index]?.always(each);
      await ask();
      await until(() => requestsLogged().length === 1);
      const said = log.ofRequests.map(({ level, message }) => `${level} ${message.replace('[request-lines] ', '')}`);
      expect(said).to.have.length(lines.length);
      for (const [index, line] of lines.entries()) expect(said[index]).to.match(line);
      expect(requestsLogged()[0]?.fields).to.include(fields);
      expect(JSON.stringify(log.all)).not.to.contain(SECRET_PROMPT);
    });
  }

  it('writes what was changed in a request for a target, and why', async () => {
    await proxy.close();
    proxy = await startProxy(chainOver(upstreams, {}, { type: 'groq' }), { log });
    await (await proxy.post({ messages: HELLO, logprobs: true }, { 'x-request-id': 'an-id' })).text();
    await until(() => requestsLogged().length === 1);
    const [said] = log.ofRequests;
    expect(said?.message).to.match(
      /^\[request-lines\] changed for one\/a-model: dropped logprobs: .+ \(request an-id\)$/,
    );
    expect(said).to.deep.include({ level: 'debug' });
    expect(said?.fields).to.include({ target: 'one/a-model', outcome: 'served' });
  });

  it('writes which targets were skipped, and why', async () => {
    upstreams[0]?.always(reply(429, { error: { message: 'spent' } }, { 'retry-after': '600' }));
    await ask();
    await ask();
    await until(() => requestsLogged().length === 2);
    const passed = log.ofRequests.find(({ fields }) => fields.outcome === 'skipped');
    expect(passed?.message).to.match(/^\[request-lines\] one\/a-model was skipped: .*spent.* \(request an-id\)$/);
    expect(passed).to.deep.include({ level: 'debug' });
  });
});
