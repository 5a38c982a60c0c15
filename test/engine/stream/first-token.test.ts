import { expect } from 'chai';
import { type Answerer, chunk, DONE, hangUp, MutePort, reply, silence, stream } from '../../scripted-upstream.js';
import { type Address, endFrames, frame, ROLE, Stage, wholeStream } from './stage.js';

describe('A stream that fails before its first token', () => {
  let stage: Stage;

  afterEach(() => stage.close());

  interface Case {
    readonly what: string;
    readonly first?: Answerer;
    readonly address?: () => Promise<Address>;
    readonly class?: string;
    readonly says: RegExp;
    readonly prevents?: string;
  }

  const ERROR = { error: { message: 'not today', type: 'x', code: 'y' } };
  const COMMENT = ': OPENROUTER PROCESSING\n\n';
  const EARLY_COMMIT = 'pitfall 25: the caller got the status line too early';
  const ERROR_AS_ANSWER = 'pitfall 18: the caller got an error under 200 as an answer';

  /** Nothing listens at this address: other tests take ports at random, but none below 1024. */
  const unused = async (): Promise<Address> => ({ baseUrl: 'http://127.0.0.1:1/v1', close: async () => {} });

  const CASES: readonly Case[] = [
    { what: 'a refusal 429', first: reply(429, ERROR, { 'retry-after': '9' }), class: 'rate_limit', says: /not today/ },
    { what: 'a refusal 500', first: reply(500, ERROR), says: /not today/ },
    { what: 'a refusal 503', first: reply(503, 'busy'), class: 'overloaded', says: /busy/ },
    { what: 'a refused connection', address: unused, says: /refused/ },
    { what: 'a connection without a handshake', address: () => MutePort.open(), says: /no connection in time/ },
    { what: 'a hang-up', first: hangUp, says: /connection broke/ },
    { what: 'no headers', first: silence, says: /no first token within 0.4 s/ },
    { what: 'headers, then silence', first: stream([], 'hang'), says: /no first/, prevents: EARLY_COMMIT },
    { what: 'headers, then a cut', first: stream([], 'cut'), says: /broke/, prevents: EARLY_COMMIT },
    { what: 'comments, then the end', first: stream([COMMENT, COMMENT]), says: /an empty answer/ },
    { what: 'comments, then silence', first: stream([COMMENT, COMMENT], 'hang'), says: /no first token/ },
    { what: 'an error frame first', first: stream([frame(ERROR)]), says: /not today/, prevents: EARLY_COMMIT },
    { what: 'an error frame after comments', first: stream([COMMENT, frame(ERROR)], 'hang'), says: /not today/ },
    { what: '`event: error`', first: stream([frame({ message: 'overheated' }, 'error')]), says: /overheated/ },
    { what: 'an error frame without its blank line', first: stream([frame(ERROR).trim()]), says: /not today/ },
    { what: 'an error body under 200', first: reply(200, ERROR), says: /not today/, prevents: ERROR_AS_ANSWER },
    {
      what: 'a list with an error under 200',
      first: reply(200, [ERROR]),
      says: /not today/,
      prevents: ERROR_AS_ANSWER,
    },
    {
      what: 'HTML under 200',
      first: reply(200, '<html><title>Sorry</title></html>', { 'content-type': 'text/html' }),
      says: /an HTML page: Sorry/,
      prevents: ERROR_AS_ANSWER,
    },
    { what: 'an empty stream', first: stream([]), says: /an empty answer/ },
    { what: 'nothing but [DONE]', first: stream([DONE]), says: /an empty answer/ },
    { what: 'a finish reason without text', first: stream([ROLE, ...endFrames()]), says: /an empty answer/ },
    { what: 'the role, then a cut', first: stream([ROLE], 'cut'), says: /broke/, prevents: EARLY_COMMIT },
    {
      what: 'the role, then silence',
      first: stream([ROLE], 'hang'),
      says: /no first/,
      prevents: EARLY_COMMIT,
    },
    {
      what: 'half a frame, then the end',
      first: stream([ROLE, chunk({ content: 'x' }).slice(0, 40)]),
      says: /an empty answer/,
    },
    {
      what: 'an encoding that 429chain does not know',
      first: stream(['x'], 'hang', { 'content-encoding': 'zstd' }),
      says: /content encoding "zstd"/,
    },
  ];

  for (const { what, first = silence, address, class: expected = 'server_error', says, prevents } of CASES) {
    it(`falls through to the next target: ${what}${prevents === undefined ? '' : ` (${prevents})`}`, async () => {
      const elsewhere = await address?.();
      const timeouts = { connect: '300ms', firstToken: elsewhere === undefined ? '400ms' : '10s' };
      const second = stream([wholeStream('from the second')]);
      stage = await Stage.set([first, second], { chain: { timeouts }, address: elsewhere });
      const { status, headers, body, whole } = await stage.raw().answer();
      expect(body.toString()).to.equal(wholeStream('from the second'));
      expect({ status, whole }).to.deep.equal({ status: 200, whole: true });
      expect(headers).to.include({ 'x-429chain-target': 'two/a-model', 'x-429chain-attempts': '2' });
      const { attempts, resumed } = await stage.outcome();
      expect(attempts.map(({ failure }) => failure?.class)).to.deep.equal([expected, undefined]);
      expect(attempts[0]?.failure?.message).to.match(says);
      expect(resumed).to.equal(0);
    });
  }
});
