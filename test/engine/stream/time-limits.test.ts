import { expect } from 'chai';
import { type Answerer, answer, chunk, MutePort, silence, stream } from '../../scripted-upstream.js';
import { until } from '../../until.js';
import { END_OF_STREAM, endFrames, ROLE, Stage } from './stage.js';

describe('Time limits of a provider, a chain and a target', () => {
  let stage: Stage;

  afterEach(() => stage.close());

  type Kind = 'connect' | 'firstToken' | 'idle' | 'total';

  interface Timeout {
    readonly kind: Kind;
    readonly what: string;
    readonly first: Answerer;
    readonly says: RegExp;
    readonly body?: object;
    /** It expires after the first token, so the caller gets an error frame. */
    readonly isLate?: boolean;
  }

  /** Sends a frame again and again. */
  const dribbling =
    (frame: string, first = ''): Answerer =>
    (res, { aborted }) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(first + frame);
      const timer = setInterval(() => res.write(frame), 20);
      void aborted.then(() => clearInterval(timer));
    };

  const WORD = chunk({ content: 'word ' });
  const whole = { stream: false };

  const TIMEOUTS: readonly Timeout[] = [
    { kind: 'connect', what: 'no handshake', first: silence, says: /no connection in time/ },
    { kind: 'firstToken', what: 'no headers', first: silence, says: /no first token within 0.25 s/ },
    { kind: 'firstToken', what: 'headers only', first: stream([], 'hang'), says: /no first token within 0.25 s/ },
    {
      kind: 'firstToken',
      what: 'endless `: OPENROUTER PROCESSING` is not a token',
      first: dribbling(': OPENROUTER PROCESSING\n\n'),
      says: /no first token within 0.25 s/,
    },
    { kind: 'firstToken', what: 'endless roles', first: dribbling(ROLE), says: /no first token within 0.25 s/ },
    {
      kind: 'firstToken',
      what: 'no whole answer',
      first: silence,
      body: whole,
      says: /no first token within 0.25 s/,
    },
    {
      kind: 'idle',
      what: 'a stall',
      first: stream([WORD], 'hang'),
      says: /no further chunk within 0.25 s/,
      isLate: true,
    },
    { kind: 'total', what: 'endless words', first: dribbling(WORD), says: /answer within 0.25 s/, isLate: true },
    { kind: 'total', what: 'no headers', first: silence, says: /no complete answer within 0.25 s/ },
    { kind: 'total', what: 'no whole answer', first: silence, body: whole, says: /no complete answer within 0.25 s/ },
  ];
  const LONG: Record<Kind, string> = { connect: '1h', firstToken: '1h', idle: '1h', total: '1h' };

  for (const { kind, what, first, says, body = {}, isLate = false } of TIMEOUTS) {
    for (const place of ['provider', 'chain', 'target'] as const) {
      it(`${kind} of a ${place} expires: ${what}`, async () => {
        const short = { ...LONG, [kind]: '250ms' };
        const port = kind === 'connect' ? await MutePort.open() : undefined;
        // A target's setting overrides its chain's, and a chain's its provider's.
        const provider = { timeouts: place === 'provider' ? short : LONG };
        const one = { provider: 'one', model: 'a-model', ...(place === 'target' ? { timeouts: short } : {}) };
        const ofChain = place === 'provider' ? {} : { timeouts: place === 'chain' ? short : LONG };
        const two = { provider: 'two', model: 'a-model', timeouts: LONG };
        const second = answer('from the second');
        const chain = { targets: [one, two], resume: false, ...ofChain };
        stage = await Stage.set([first, second], { provider, chain, address: port });
        const { body: bytes, status } = await stage.raw(body).answer();
        expect(status).to.equal(200);
        const { attempts } = await stage.outcome();
        expect(attempts[0]?.failure?.message).to.match(says);
        if (isLate) {
          expect(bytes.toString())
            .to.match(/"code":"upstream_failed"/)
            .and.not.contain('[DONE]');
          expect(bytes.toString()).to.match(says);
        } else expect(bytes.toString()).to.match(/from/);
        expect(stage.requestCounts[1]).to.equal(isLate ? 0 : 1);
        // The request to the provider is aborted too (pitfall 30).
        if (port === undefined) await stage.upstreams[0]?.received[0]?.aborted;
      });
    }
  }

  const IDLE_MS = 300;

  /** Sends more bytes than fit into all buffers on the way, and then `last`. */
  const flood = (last: readonly string[], end: 'end' | 'hang'): Answerer =>
    stream([...Array.from({ length: 120 }, () => chunk({ content: 'x'.repeat(256 * 1024) })), ...last], end);

  const waitLongerThanIdle = (): Promise<void> => {
    const from = performance.now();
    return until(() => performance.now() - from > 3 * IDLE_MS);
  };

  const readSlowly = async (last: readonly string[], end: 'end' | 'hang'): Promise<string> => {
    stage = await Stage.set([flood(last, end)], { chain: { timeouts: { idle: `${IDLE_MS}ms` }, resume: false } });
    const caller = stage.raw();
    await until(() => caller.bytes > 0);
    caller.socket.pause();
    await waitLongerThanIdle();
    expect(stage.outcomes).to.deep.equal([]);
    caller.socket.resume();
    return (await caller.answer()).body.toString();
  };

  it('idle does not expire while the caller does not read (pitfall 29: the provider was blamed)', async () => {
    expect((await readSlowly(endFrames(), 'end')).endsWith(END_OF_STREAM)).to.equal(true);
    expect((await stage.outcome()).status).to.equal(200);
  });

  it('idle counts again once the caller reads', async () => {
    expect(await readSlowly([], 'hang')).to.match(/no further chunk within 0.3 s[^\n]*"upstream_failed"[^\n]*\n\n$/);
  });
});
