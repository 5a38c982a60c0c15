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

interface WayOut {
  readonly how: string;
  readonly upstream: Answerer;
  readonly stream?: boolean;
  /** The caller leaves once the provider has the request, or the first byte is there. */
  readonly leaves?: 'before' | 'during';
  /** A hook denies the attempt. */
  readonly denied?: boolean;
}

const WAYS: readonly WayOut[] = [
  { how: 'a whole answer', upstream: answer('hi') },
  { how: 'a stream', upstream: answer('hi'), stream: true },
  { how: 'a refusal', upstream: reply(429, { error: { message: 'spent' } }) },
  { how: 'a rejection', upstream: reply(400, { error: { message: 'no' } }) },
  { how: 'a broken connection', upstream: hangUp },
  { how: 'an empty answer', upstream: reply(200, '') },
  { how: 'a timeout', upstream: silence },
  { how: 'a stream that is cut', upstream: stream([chunk({ content: 'a' })], 'cut'), stream: true },
  { how: 'a stream that stalls', upstream: stream([chunk({ content: 'a' })], 'hang'), stream: true },
  { how: 'a caller who leaves before the answer', upstream: silence, leaves: 'before' },
  {
    how: 'a caller who leaves a stream',
    upstream: stream([chunk({ content: 'a' })], 'hang'),
    stream: true,
    leaves: 'during',
  },
  { how: 'a denial by a hook', upstream: answer('hi'), denied: true },
];

describe('Nothing is held after', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
    const limits = [{ concurrent: 5 }, { tokens: 1_000_000, per: '1m' }, { requests: 1_000, per: '1m' }];
    proxy = await startProxy(chainOver([upstream], { timeouts: { firstToken: '400ms', idle: '400ms' } }, { limits }));
  });

  afterEach(() => Promise.all([proxy.close(), upstream.close()]));

  for (const { how, upstream: answerer, stream: streamed = false, leaves, denied = false } of WAYS) {
    it(`${how} (pitfall 15)`, async () => {
      const { runtime } = proxy.app;
      upstream.always(answerer);
      if (denied) runtime.host.hooks.beforeAttempt.tap('test', () => ({ reason: 'no' }));
      const leaving = new AbortController();
      const asked = fetch(`${proxy.address}/v1/chat/completions`, {
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
      await asked.catch(() => {});
      await runtime.waterfall.idle();
      const [target] = runtime.chains.all[0]?.targets ?? [];
      const quotas = target === undefined ? [] : runtime.stateOf(target).quotas;
      expect(quotas.map(({ inFlight }) => inFlight)).to.deep.equal([0, 0, 0]);
      expect(runtime.waterfall.waiting).to.equal(0);
    });
  }
});
