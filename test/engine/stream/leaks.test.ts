import { expect } from 'chai';
import { API_KEY, chainOver, HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import {
  type Answerer,
  answer,
  chunk,
  hangUp,
  reply,
  ScriptedUpstream,
  silence,
  stream,
} from '../../scripted-upstream.js';
import { until } from '../../until.js';

interface Ending {
  readonly what: string;
  readonly upstream: Answerer;
  readonly stream?: boolean;
  /** The caller leaves once the provider has the request, or once the first byte is there. */
  readonly leaves?: 'before' | 'during';
  /** A hook denies the attempt. */
  readonly denied?: boolean;
}

const ENDINGS: readonly Ending[] = [
  { what: 'a whole answer', upstream: answer('hi') },
  { what: 'a stream', upstream: answer('hi'), stream: true },
  { what: 'a refusal', upstream: reply(429, { error: { message: 'spent' } }) },
  { what: 'a rejection', upstream: reply(400, { error: { message: 'no' } }) },
  { what: 'a broken connection', upstream: hangUp },
  { what: 'an empty answer', upstream: reply(200, '') },
  { what: 'a timeout', upstream: silence },
  { what: 'a stream that is cut', upstream: stream([chunk({ content: 'a' })], 'cut'), stream: true },
  { what: 'a stream that stalls', upstream: stream([chunk({ content: 'a' })], 'hang'), stream: true },
  { what: 'a caller who leaves before the answer', upstream: silence, leaves: 'before' },
  {
    what: 'a caller who leaves a stream',
    upstream: stream([chunk({ content: 'a' })], 'hang'),
    stream: true,
    leaves: 'during',
  },
  { what: 'a denial by a hook', upstream: answer('hi'), denied: true },
];

describe('A reservation is closed after', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
    const limits = [{ concurrent: 5 }, { tokens: 1_000_000, per: '1m' }, { requests: 1_000, per: '1m' }];
    proxy = await startProxy(chainOver([upstream], { timeouts: { firstToken: '400ms', idle: '400ms' } }, { limits }));
  });

  afterEach(() => Promise.all([proxy.close(), upstream.close()]));

  for (const { what, upstream: answerer, stream: streamed = false, leaves, denied = false } of ENDINGS) {
    it(`${what} (pitfall 15)`, async () => {
      const { runtime } = proxy.app;
      upstream.always(answerer);
      if (denied) runtime.host.hooks.beforeAttempt.tap('test', () => ({ reason: 'no' }));
      const leaving = new AbortController();
      const answered = fetch(`${proxy.address}/v1/chat/completions`, {
        method: 'POST',
        signal: leaving.signal,
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ messages: HELLO, stream: streamed }),
      }).then(
        async (response) => {
          if (leaves === 'during') leaving.abort();
          await response.text();
        },
        () => {},
      );
      if (leaves === 'before') {
        await until(() => upstream.received.length === 1);
        leaving.abort();
      }
      await answered.catch(() => {});
      await runtime.waterfall.idle();
      const [target] = runtime.chains.all[0]?.targets ?? [];
      const quotas = target === undefined ? [] : runtime.stateOf(target).quotas;
      expect(quotas.map(({ inFlight }) => inFlight)).to.deep.equal([0, 0, 0]);
      expect(runtime.waterfall.waiting).to.equal(0);
    });
  }
});
