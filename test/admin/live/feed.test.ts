import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openStore } from '../../../src/config/source/store.js';
import type { StatusReport, TargetView } from '../../../src/contract/admin-api.js';
import type { LiveEvent } from '../../../src/contract/events.js';
import { EventReader } from '../../event-reader.js';
import { API_KEY, chainOver, MemoryLog, type RunningProxy, startProxy } from '../../proxy.js';
import { type Answerer, answer, chunk, DONE, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { until } from '../../until.js';
import { ADMIN_KEY } from '../browser.js';

const QUESTION = [{ role: 'user', content: 'a question that nobody else may read' }];
const LIMITS = { limits: [{ requests: 30, per: '1h' }] };

/** A stream that begins at once and ends at `release`. */
const heldStream = (): { answerer: Answerer; release: () => void } => {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const answerer: Answerer = async (res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(chunk({ content: 'begun' }));
    await released;
    res.end(chunk({}, 'stop') + DONE);
  };
  return { answerer, release };
};

describe('The live feed', () => {
  let one: ScriptedUpstream;
  let two: ScriptedUpstream;
  let folder: string;
  let proxy: RunningProxy;

  const configuration = (upstreams: readonly ScriptedUpstream[], chain: object = {}): object => ({
    ...chainOver(upstreams, chain, LIMITS),
    server: { apiKeys: [API_KEY], adminKey: ADMIN_KEY },
  });

  /** Writes the configuration file. */
  const write = (written: object): void => writeFileSync(join(folder, '429chain.json5'), JSON.stringify(written));

  const start = async (written: object): Promise<void> => {
    write(written);
    const store = openStore(join(folder, '429chain.json5'), { env: {}, log: new MemoryLog() });
    proxy = await startProxy(written, { store });
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), '429chain-'));
    [one, two] = [await ScriptedUpstream.start(), await ScriptedUpstream.start()];
    await start(configuration([one, two]));
  });

  afterEach(async () => {
    await Promise.all([proxy.close(), one.close(), two.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const follow = (lastEventId?: string): Promise<EventReader> =>
    EventReader.open(`${proxy.address}/admin/api/events`, {
      authorization: `Bearer ${ADMIN_KEY}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    });

  /** Sends a request. @returns its id, when the response is complete */
  const ask = async (more: object = {}): Promise<string> => {
    const response = await proxy.post({ model: 'default', messages: QUESTION, ...more });
    await response.text();
    return response.headers.get('x-request-id') ?? '';
  };

  const targetIn = (event: LiveEvent, target: string): TargetView | undefined =>
    event.targets.find((view) => view.target === target);

  const over = (reader: EventReader, id: string): Promise<LiveEvent> =>
    reader.sees((event) => event.type === 'changes' && event.requests.some((request) => request.id === id));

  it('begins with the state of every target', async () => {
    const reader = await follow();
    await reader.sees(() => true);
    expect(reader.status).to.equal(200);
    expect(reader.headers).to.include({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    expect(reader.retry).to.equal('1000');
    const asked = await fetch(`${proxy.address}/admin/api/status`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    const { targets, waiting } = (await asked.json()) as StatusReport;
    expect(reader.events.map(({ name, data }) => ({ name, data }))).to.deep.equal([
      { name: 'status', data: { type: 'status', targets, waiting, configuration: { problems: 0 } } },
    ]);
  });

  it('sends the start and the end of a request, with the remaining quota', async () => {
    const { answerer, release } = heldStream();
    one.script(answerer);
    const reader = await follow();
    const asked = ask({ stream: true });
    const begun = await reader.sees((event) => targetIn(event, 'one/a-model')?.inFlight === 1);
    expect(targetIn(begun, 'two/a-model')).to.equal(undefined);
    release();
    const ended = await over(reader, await asked);
    if (ended.type !== 'changes') throw new Error('no changes');
    expect(ended.requests).to.have.length(1);
    expect(ended.requests[0]).to.include({ chain: 'default', target: 'one/a-model', status: 200, stream: true });
    const last = await reader.sees(
      (event) => event.type === 'changes' && targetIn(event, 'one/a-model')?.inFlight === 0,
    );
    expect(targetIn(last, 'one/a-model')?.quotas[0]).to.include({ used: 1, remaining: 29 });
  });

  it('sends a change of all targets of an account when one of them is used', async () => {
    await proxy.close();
    const written = configuration([one]);
    await start({ ...written, chains: { default: ['one/a-model', 'one/b-model'] } });
    const reader = await follow();
    await ask();
    const event = await reader.sees((each) => each.type === 'changes' && targetIn(each, 'one/b-model') !== undefined);
    expect(targetIn(event, 'one/b-model')?.quotas[0]).to.include({ scope: 'one' });
  });

  it('sends why a target is cooling down, and how many requests wait', async () => {
    await proxy.close();
    await start(configuration([one], { maxWait: '30s' }));
    one.always(reply(429, { error: { message: 'spent' } }, { 'retry-after': '20' }));
    const reader = await follow();
    const caller = new AbortController();
    const asked = fetch(`${proxy.address}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ messages: QUESTION }),
      signal: caller.signal,
    }).catch(() => 'left');
    await reader.sees((event) => targetIn(event, 'one/a-model')?.reason === 'rate_limit (429): spent');
    await reader.sees(({ waiting }) => waiting === 1);
    caller.abort();
    expect(await asked).to.equal('left');
    await until(() => reader.changes.at(-1)?.waiting === 0 || reader.changes.some(({ waiting }) => waiting === 0));
  });

  it('sends a reconnecting client what it missed, and nothing twice', async () => {
    const before = await follow();
    const first = await ask();
    await over(before, first);
    await until(() => targetIn(before.changes.at(-1) as LiveEvent, 'one/a-model') !== undefined);
    await before.leave();
    one.script(reply(500, { error: { message: 'oops' } }));
    const missed = [await ask(), await ask()];
    await proxy.app.runtime.waterfall.idle();
    const after = await follow(before.lastId);
    await after.sees(() => true);
    const next = await ask();
    await over(after, next);
    expect(after.statuses).to.deep.equal([]);
    expect(after.requests).to.deep.equal([...missed, next]);
    expect(after.changes[0]?.requests.map(({ id }) => id)).to.deep.equal(missed);
    expect(after.changes[0]?.targets.map(({ target }) => target)).to.include('two/a-model');
    const again = await follow(after.lastId);
    const last = await ask();
    await over(again, last);
    expect(again.requests).to.deep.equal([last]);
  });

  for (const [what, idFrom] of [
    ['of another process', () => '0123456789ab-3'],
    ['that is invalid', () => 'hello'],
    ['that was never sent', (id: string) => `${id}99`],
  ] as const) {
    it(`sends the whole status to a client with an id ${what}`, async () => {
      const first = await follow();
      await first.sees(() => true);
      const reader = await follow(idFrom(first.lastId));
      expect((await reader.sees(() => true)).type).to.equal('status');
    });
  }

  it('sends the whole status after a reload, and requests that end on the previous configuration', async () => {
    const { answerer, release } = heldStream();
    one.script(answerer);
    const reader = await follow();
    const asked = ask({ stream: true });
    await reader.sees((event) => targetIn(event, 'one/a-model')?.inFlight === 1);
    write(configuration([one]));
    await until(() => reader.statuses.length === 2);
    expect(reader.statuses[1]?.targets.map(({ target }) => target)).to.deep.equal(['one/a-model']);
    release();
    await over(reader, await asked);
    await over(reader, await ask());
  });

  for (const [what, broken, problems] of [
    ['is invalid', { providers: {}, chains: {}, port: 1 }, (count: number) => count > 0],
    [
      'names an unknown provider type',
      { providers: { one: { type: 'grok', baseUrl: 'http://127.0.0.1:1/v1' } }, chains: { default: ['one/a'] } },
      (count: number) => count === 1,
    ],
  ] as const) {
    it(`reports when the changed configuration ${what}, and when it is repaired`, async () => {
      const reader = await follow();
      await reader.sees(() => true);
      write(broken);
      await reader.sees((event) => event.type === 'changes' && problems(event.configuration?.problems ?? 0));
      expect((await follow().then((late) => late.sees(() => true))).configuration).to.not.deep.equal({ problems: 0 });
      write(configuration([one, two], { maxWait: '1s' }));
      await until(() => reader.statuses.length === 2);
      expect(reader.statuses[1]?.configuration).to.deep.equal({ problems: 0 });
    });
  }

  it('ends when 429chain stops and does not delay the exit (pitfall 42: open streams held the exit)', async () => {
    const reader = await follow();
    await reader.sees(() => true);
    await proxy.app.close(60_000);
    await until(() => reader.ended);
  });

  it('contains no keys, prompts or answers', async () => {
    one.script(reply(401, { error: { message: 'no such key: key-of-one' } }), answer('an answer of its own'));
    two.always(answer('an answer of its own'));
    const reader = await follow();
    await over(reader, await ask());
    await over(reader, await ask({ stream: true }));
    expect(reader.text).to.contain('no such key');
    for (const secret of ['key-of-one', 'key-of-two', ADMIN_KEY, API_KEY, 'nobody else', 'of its own']) {
      expect(reader.text).to.not.contain(secret);
    }
  });

  it('accepts a hundred clients and no more', async () => {
    const readers = await Promise.all(Array.from({ length: 100 }, () => follow()));
    expect(readers.map(({ status }) => status)).to.deep.equal(Array(100).fill(200));
    const late = await follow();
    await until(() => late.ended);
    expect({ status: late.status, body: late.text }).to.satisfy(
      ({ status, body }: { status: number; body: string }) => status === 503 && body.includes('too_many_clients'),
    );
    await readers[0]?.leave();
    let again = await follow();
    while (again.status !== 200) again = await follow();
    await again.sees((event) => event.type === 'status');
  });

  const REFUSED: readonly (readonly [what: string, method: string, key: string, status: number])[] = [
    ['no key', 'GET', '', 401],
    ['a client key (pitfall 37: one key for both)', 'GET', API_KEY, 401],
    ['HEAD', 'HEAD', ADMIN_KEY, 405],
    ['POST', 'POST', ADMIN_KEY, 405],
  ];
  for (const [what, method, key, expected] of REFUSED) {
    it(`refuses ${what} with ${expected}`, async () => {
      const headers = { authorization: `Bearer ${key}` };
      const { status } = await fetch(`${proxy.address}/admin/api/events`, { method, headers });
      expect(status).to.equal(expected);
    });
  }
});
