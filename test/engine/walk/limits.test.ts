import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { TargetStatus } from '../../../src/ledger/ledger.js';
import type { Outcome, SkippedTogether } from '../../../src/plugin/index.js';
import { API_KEY, chainOver, HELLO, type RunningProxy, startProxy, storeOf } from '../../proxy.js';
import { type Answerer, answer, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { until } from '../../until.js';

const spent = (headers: Record<string, string> = {}): Answerer =>
  reply(429, { error: { message: 'Too Many Requests' } }, headers);

/** A provider that counts down in its headers. */
const counting = (limit: number): Answerer => {
  let used = 0;
  return (res, request) => {
    used++;
    const headers = {
      'x-ratelimit-limit-requests': String(limit),
      'x-ratelimit-remaining-requests': String(Math.max(0, limit - used)),
      'x-ratelimit-reset-requests': '60s',
    };
    return (used <= limit ? answer('hello', headers) : spent(headers))(res, request);
  };
};

describe('The limits of a chain', () => {
  let folder: string;
  let upstreams: ScriptedUpstream[];
  let proxy: RunningProxy;

  /** Starts the proxy, or starts it again, on the same data. */
  const start = async (chain: object = {}, provider: object = {}): Promise<void> => {
    const configuration = { server: { apiKeys: [API_KEY] }, ...chainOver(upstreams, chain, provider) };
    proxy = await startProxy(configuration, { store: storeOf(configuration, folder) });
  };

  const ask = async (body: object = {}): Promise<{ status: number; target: string | null }> => {
    const response = await proxy.post({ messages: HELLO, ...body });
    await response.arrayBuffer();
    return { status: response.status, target: response.headers.get('x-429chain-target') };
  };

  const asked = (): number[] => upstreams.map(({ received }) => received.length);

  const statusOf = (index: number): TargetStatus => {
    const target = proxy.app.runtime.chains.all[0]?.targets[index];
    if (target === undefined) throw new Error(`There is no target ${index}.`);
    return proxy.app.runtime.stateOf(target);
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), '429chain-limits-'));
    upstreams = await Promise.all([1, 2].map(() => ScriptedUpstream.start()));
  });

  afterEach(async () => {
    await proxy.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  it('are not forgotten for a slow answer that was sent before the refusal (pitfall 2: cooldown cleared)', async () => {
    await start();
    await ask();
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    upstreams[0]?.script(
      async (res, request) => {
        await released;
        await answer('slow')(res, request);
      },
      spent({ 'retry-after': '600' }),
    );
    const slow = ask();
    await until(() => asked()[0] === 2);
    expect((await ask()).target).to.equal('two/a-model');
    release();
    expect((await slow).target).to.equal('one/a-model');
    expect((await ask()).target).to.equal('two/a-model');
    expect(asked()[0]).to.equal(3);
  });

  it('hold for "remaining" zero without a reset (pitfall 5: a cooldown of 0 ms)', async () => {
    upstreams[0]?.always(
      spent({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-remaining-tokens': '0', 'retry-after': '0' }),
    );
    await start();
    for (let index = 0; index < 5; index++) expect((await ask()).target).to.equal('two/a-model');
    expect(asked()).to.deep.equal([1, 5]);
  });

  it('hold as configured, whatever headers say (pitfall 7: one stray header switched them off)', async () => {
    upstreams[0]?.always(answer('hello', { 'x-ratelimit-limit-requests': '9000' }));
    await start({}, { limits: [{ requests: 2, per: '1h' }] });
    const targets = [await ask(), await ask(), await ask()].map(({ target }) => target);
    expect(targets).to.deep.equal(['one/a-model', 'one/a-model', 'two/a-model']);
  });

  it('hold for the only target of a chain too (pitfall 11: 33 attempts for 11 requests)', async () => {
    upstreams.pop()?.close();
    upstreams[0]?.always(spent());
    await start({ retries: 2 });
    for (let index = 0; index < 11; index++) expect((await ask()).status).to.equal(429);
    expect(asked()).to.deep.equal([1]);
  });

  it('are learned once: no refusal is repeated within its wait (pitfall 13: 1,969 repeated within ten seconds)', async () => {
    upstreams[0]?.always(spent({ 'retry-after': '10' }));
    await start();
    await ask();
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask()));
    expect(answers.every(({ target }) => target === 'two/a-model')).to.equal(true);
    expect(asked()).to.deep.equal([1, 41]);
  });

  it('let requests skip the targets that rest together, with a record of each for plugins', async () => {
    for (const upstream of upstreams.splice(0)) await upstream.close();
    upstreams = await Promise.all([1, 2, 3].map(() => ScriptedUpstream.start()));
    const [first, second, third] = upstreams as [ScriptedUpstream, ScriptedUpstream, ScriptedUpstream];
    for (const each of [first, second]) each.always(spent({ 'retry-after': '60' }));
    third.always(answer('hello'));
    await start();
    const outcomes: Outcome[] = [];
    proxy.app.runtime.host.hooks.afterResponse.tap('test', (outcome) => void outcomes.push(outcome));
    for (let count = 0; count < 4; count++) await ask();
    await until(() => outcomes.length === 4);
    expect(asked()).to.deep.equal([1, 1, 4]);
    const [, , one, other] = outcomes as [Outcome, Outcome, Outcome, Outcome];
    const listOf = ({ steps = [] }: Outcome): unknown => steps.find(({ outcome }) => outcome === 'skipped together');
    expect(other.steps?.map(({ outcome }) => outcome)).to.deep.equal(['skipped together', 'served']);
    expect(listOf(other)).to.have.property('targets', (listOf(one) as SkippedTogether).targets);
    const seen = (JSON.parse(JSON.stringify(other)) as Outcome).attempts;
    expect(seen.map(({ outcome, attempt }) => [outcome, attempt.requestId, attempt.number])).to.deep.equal([
      ['skipped', other.requestId, 1],
      ['skipped', other.requestId, 1],
      ['served', other.requestId, 1],
    ]);
    expect(seen[1]).to.include({ limited: true, durationMs: 0 });
  });

  it('survive a restart (pitfall 13: learned state lost at restart)', async () => {
    // Two are served, then it says nothing but 429: what was learned of it is two.
    upstreams[0]?.script(answer('hello'), answer('hello')).always(spent());
    upstreams[1]?.always(counting(5));
    await start();
    for (let index = 0; index < 4; index++) await ask();
    const before = [statusOf(0), statusOf(1)];
    await proxy.app.close(0);
    await start();
    const sizes = (status: TargetStatus | undefined) =>
      status?.quotas.map(({ source, dimension, limit, used }) => ({ source, dimension, limit, used }));
    expect(sizes(statusOf(0))).to.deep.equal(sizes(before[0]));
    expect(sizes(statusOf(1))).to.deep.equal(sizes(before[1]));
    expect(sizes(statusOf(0))).to.deep.equal([{ source: 'learned', dimension: 'requests', limit: 2, used: 2 }]);
    expect((await ask()).target).to.equal('two/a-model');
    expect(asked()).to.deep.equal([3, 3]);
  });

  it('cool down for a month at most when the reset is in another century', async () => {
    const headers = {
      'x-ratelimit-limit-requests': '1',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '13569465600',
    };
    for (const upstream of upstreams) upstream.always(answer('hello', headers));
    await start();
    await ask();
    await ask();
    expect((await ask()).status).to.equal(429);
    expect(statusOf(0).until).to.be.closeTo(Date.now() + 31 * 86_400_000, 60_000);
  });

  it('are shown as they are used (pitfall 16)', async () => {
    upstreams[0]?.always(counting(4));
    await start();
    for (const remaining of [3, 2, 1, 0]) {
      expect((await ask()).target).to.equal('one/a-model');
      expect(statusOf(0).quotas[0]?.remaining).to.equal(remaining);
    }
    expect(statusOf(0)).to.include({ state: 'exhausted', until: statusOf(0).quotas[0]?.resetAt });
    expect((await ask()).target).to.equal('two/a-model');
    expect(asked()).to.deep.equal([4, 1]);
  });

  it('keep requests waiting no longer than maxWait (pitfall 34: queued for ever)', async () => {
    for (const upstream of upstreams) upstream.always(spent({ 'retry-after': '1' }));
    await start({ maxWait: '2s' });
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(answers.map(({ status }) => status)).to.deep.equal([429, 429, 429]);
    expect(proxy.app.runtime.waterfall.waiting).to.equal(0);
  });
});
