import { expect } from 'chai';
import { API_KEY, HELLO } from '../../proxy.js';
import { answer, reply } from '../../scripted-upstream.js';
import { until } from '../../until.js';
import { type Asked, ChainStage, spent } from '../chain-stage.js';

describe('Waiting for capacity', () => {
  let stage: ChainStage;

  const start = async (...given: Parameters<typeof ChainStage.start>): Promise<ChainStage> => {
    stage = await ChainStage.start(...given);
    return stage;
  };

  const ask = (body?: object): Promise<Asked> => stage.ask(body);

  afterEach(() => stage.close());

  it('waits for the earliest reset within maxWait, then asks again', async () => {
    const { upstreams } = await start(2, { maxWait: '10s' });
    upstreams[0]?.script(spent('60'));
    upstreams[1]?.script(spent('1'));
    expect((await ask()).target).to.equal('two/a-model');
  });

  describe('for a key that is refused', () => {
    const refusal = reply(401, { error: { message: 'Invalid API key' } }, { 'retry-after': '0.5' });

    const startWorking = async (chain: object): Promise<void> => {
      const { upstreams } = await start(1, chain);
      upstreams[0]?.script(answer('hello'));
      await ask();
    };

    it('waits the short rest of one that worked, and asks again, also for a request that comes meanwhile', async () => {
      await startWorking({ maxWait: '10s' });
      stage.upstreams[0]?.script(refusal);
      const first = ask();
      await until(() => stage.proxy.app.runtime.waterfall.waiting === 1);
      expect((await Promise.all([first, ask()])).map(({ status }) => status)).to.deep.equal([200, 200]);
      expect(stage.proxy.log.lines.join('\n')).to.contain(
        'the whole account cools down for 1s, then the key is tried again',
      );
    });

    it('ends the request when it is refused again', async () => {
      await startWorking({ maxWait: '1h' });
      stage.upstreams[0]?.script(refusal, refusal);
      const { status, body } = await ask();
      expect([status, body.error.targets[0]?.reason]).to.deep.equal([503, 'auth']);
      expect(stage.upstreams[0]?.received).to.have.length(3);
    });

    it('does not wait longer than maxWait', async () => {
      await startWorking({ maxWait: '100ms' });
      stage.upstreams[0]?.script(refusal);
      expect((await ask()).status).to.equal(503);
      expect(stage.upstreams[0]?.received).to.have.length(2);
    });

    it('does not wait for one that never worked', async () => {
      const { upstreams } = await start(1, { maxWait: '1h' });
      upstreams[0]?.script(refusal);
      expect((await ask()).status).to.equal(503);
      expect(upstreams[0]?.received).to.have.length(1);
    });
  });

  it('waits in order of arrival for a slot', async () => {
    const { upstreams } = await start(1, { maxWait: '20s' }, { limits: [{ concurrent: 1 }] });
    const order: unknown[] = [];
    upstreams[0]?.always((res, request) => {
      order.push(request.body.user);
      return answer('hello')(res, request);
    });
    const users = Array.from({ length: 12 }, (_, index) => index);
    const asked: Promise<unknown>[] = [];
    for (const user of users) {
      asked.push(ask({ user }));
      // The next one leaves when this one has been taken in.
      await until(() => order.length + (stage.proxy.app.runtime.waterfall.waiting ?? 0) > user);
    }
    await Promise.all(asked);
    expect(order).to.deep.equal(users);
  });

  it('lets no newcomer overtake a waiting request (pitfall 34)', async () => {
    const { upstreams, proxy } = await start(1, { maxWait: '20s' }, { limits: [{ concurrent: 1 }] });
    const order: unknown[] = [];
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    upstreams[0]?.always(async (res, request) => {
      order.push(request.body.user);
      if (request.body.user === 'first') await released;
      await answer('hello')(res, request);
    });
    const { hooks } = proxy.app.runtime.host;
    let newcomer: Promise<unknown> | undefined;
    // It comes in the very moment in which the slot is given back.
    hooks.afterResponse.tap('test', () => {
      newcomer ??= ask({ user: 'newcomer' });
    });
    const asked = [ask({ user: 'first' })];
    await until(() => order.length === 1);
    asked.push(ask({ user: 'waiting' }));
    await until(() => proxy.app.runtime.waterfall.waiting === 1);
    release();
    await Promise.all(asked);
    await newcomer;
    expect(order).to.deep.equal(['first', 'waiting', 'newcomer']);
  });

  it('asks once per request when several targets come back together (pitfall 34: ran twice)', async () => {
    const { upstreams } = await start(2, { maxWait: '10s' });
    for (const upstream of upstreams) upstream.script(spent('1'));
    expect((await ask()).status).to.equal(200);
    expect(upstreams.map(({ received }) => received.length).reduce((sum, count) => sum + count)).to.equal(3);
  });

  it('waits for a target that is busy with other requests (pitfall 21: all exhausted by a race)', async () => {
    const { upstreams } = await start(1, { maxWait: '10s' }, { limits: [{ concurrent: 2 }] });
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask()));
    expect(answers.every(({ status }) => status === 200)).to.equal(true);
    expect(upstreams[0]?.received).to.have.length(30);
  });

  it('refuses at once what no target can serve within maxWait', async () => {
    const { upstreams } = await start(1, { maxWait: '5s' });
    upstreams[0]?.script(spent('600'));
    const { status, body } = await ask();
    expect(status).to.equal(429);
    expect(body.error.retry_after_ms).to.be.closeTo(600_000, 5_000);
  });

  it('refuses at once when too many requests wait already', async () => {
    const server = { apiKeys: [API_KEY], maxWaiting: 2 };
    const { upstreams, proxy } = await start(1, { maxWait: '1h' }, {}, { server });
    const { waterfall } = proxy.app.runtime;
    upstreams[0]?.script(spent('1'), spent('1'));
    const waiting = [ask(), ask()];
    await until(() => waterfall.waiting === 2);
    expect((await ask()).status).to.equal(429);
    expect((await Promise.all(waiting)).map(({ status }) => status)).to.deep.equal([200, 200]);
  });

  /** A 429 after which the target cools down for half a second, the least that the ledger believes. */
  const spentShortly = reply(429, { error: { message: 'spent' } }, { 'retry-after-ms': '100' });

  it('waits for a better target, within its patience, before it moves down', async () => {
    const targets = [{ provider: 'one', model: 'a-model', limits: [{ requests: 1, per: '500ms' }] }, 'two/a-model'];
    const { upstreams } = await start(2, { targets, patience: '3s' });
    for (let index = 0; index < 2; index++) expect((await ask()).target).to.equal('one/a-model');
    expect(upstreams[1]?.received).to.have.length(0);
  });

  for (const stream of [false, true]) {
    it(`waits after the refusal itself, within its patience, ${stream ? '' : 'not '}streamed`, async () => {
      const { upstreams, proxy } = await start(2, { patience: '3s' });
      upstreams[0]?.script(spentShortly);
      const response = await proxy.post({ messages: HELLO, stream });
      expect(await response.text()).to.contain('hello');
      expect(response.headers.get('x-429chain-target')).to.equal('one/a-model');
      expect(upstreams.map(({ received }) => received.length)).to.deep.equal([2, 0]);
    });
  }

  it('never waits longer than its patience, however often a target refuses', async () => {
    const { upstreams, proxy } = await start(2, { patience: '700ms' });
    const waited: number[] = [];
    proxy.app.runtime.host.hooks.afterResponse.tap('test', ({ waitedMs }) => void waited.push(waitedMs));
    upstreams[0]?.always(spentShortly);
    expect((await ask()).target).to.equal('two/a-model');
    await until(() => waited.length === 1);
    expect(upstreams[0]?.received).to.have.length(2);
    expect(waited[0]).to.be.within(400, 700);
  });

  it('does not wait for a better target that is back too late for its patience', async () => {
    const { upstreams } = await start(2, { maxWait: '10s', patience: '3s' });
    upstreams[0]?.script(spent('60'));
    for (let index = 0; index < 2; index++) expect((await ask()).target).to.equal('two/a-model');
  });

  it('forgets a caller who leaves the queue (pitfall 30: noticed only once the relay had begun)', async () => {
    const { upstreams, proxy } = await start(1, { maxWait: '1h' });
    upstreams[0]?.script(spent('1800'));
    const leaving = new AbortController();
    const asked = fetch(`${proxy.address}/v1/chat/completions`, {
      method: 'POST',
      signal: leaving.signal,
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ messages: HELLO }),
    }).catch(() => 'left');
    await until(() => proxy.app.runtime.waterfall.waiting === 1);
    leaving.abort();
    expect(await asked).to.equal('left');
    await until(() => proxy.app.runtime.waterfall.waiting === 0);
  });
});
