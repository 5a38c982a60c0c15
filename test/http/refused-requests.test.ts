import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import type { Outcome } from '../../src/plugin/door/attempt.js';
import { API_KEY, chainOver, type RunningProxy, startProxy } from '../proxy.js';
import { answer, ScriptedUpstream } from '../scripted-upstream.js';
import { until } from '../until.js';

interface Refused {
  readonly what: string;
  readonly headers?: Record<string, string>;
  readonly body: string;
  readonly status: number;
  readonly refusal: string;
  /** Absent where the key is at fault. */
  readonly keyLabel?: string;
}

const KEY = 'key 1';

const REFUSED: readonly Refused[] = [
  { what: 'no key', headers: { authorization: '' }, body: '{}', status: 401, refusal: 'invalid_api_key' },
  { what: 'a wrong key', headers: { authorization: 'Bearer no' }, body: '{}', status: 401, refusal: 'invalid_api_key' },
  { what: 'malformed JSON', body: '{"messages":', status: 400, refusal: 'malformed_json', keyLabel: KEY },
  { what: 'no messages', body: '{}', status: 400, refusal: 'invalid_request', keyLabel: KEY },
  {
    what: 'a body that is too large',
    body: `{"messages":"${'x'.repeat(3_000)}"}`,
    status: 413,
    refusal: 'body_too_large',
    keyLabel: KEY,
  },
  {
    what: 'another content type',
    headers: { 'content-type': 'text/plain' },
    body: 'Hello',
    status: 415,
    refusal: 'unsupported_media_type',
    keyLabel: KEY,
  },
];

describe('A request that is refused before the waterfall', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;
  let outcomes: Outcome[];

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
    upstream.always(answer('hi'));
    proxy = await startProxy({
      server: { apiKeys: [API_KEY], maxBodyBytes: 2_048 },
      ...chainOver([upstream]),
      plugins: [{ use: 'prometheus', options: { key: 'none' } }],
    });
    outcomes = [];
    proxy.app.runtime.host.hooks.afterResponse.tap('test', (outcome) => void outcomes.push(outcome));
  });

  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  const send = async ({ headers, body }: Refused): Promise<Response> => proxy.post(body, headers);

  for (const refused of REFUSED) {
    const { what, status, refusal, keyLabel = '' } = refused;
    it(`leaves a trace with its status, its reason and no body: ${what}`, async () => {
      const response = await send(refused);
      expect(response.status).to.equal(status);
      await until(() => outcomes.length === 1);
      const [outcome] = outcomes;
      expect(outcome).to.include({ status, refusal, keyLabel, chain: '', path: '/chat/completions', resumed: 0 });
      expect(outcome?.requestId).to.equal(response.headers.get('x-request-id'));
      expect([outcome?.attempts, outcome?.servedBy, outcome?.usage, outcome?.content]).to.deep.equal([
        [],
        undefined,
        undefined,
        undefined,
      ]);
      expect(upstream.received).to.have.length(0);
    });
  }

  const sendPart = async (): Promise<Socket> => {
    const socket = connect(Number(new URL(proxy.address).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${API_KEY}\r\ncontent-type: application/json\r\ncontent-length: 60\r\n\r\n{"messages":[{"role":"user",`,
    );
    await until(() => !proxy.app.runtime.waterfall.isIdle);
    return socket;
  };

  for (const leave of ['end', 'destroy', 'resetAndDestroy'] as const) {
    it(`counts as cancelled, not as an error, when the caller leaves while its body comes in (${leave})`, async () => {
      const socket = await sendPart();
      socket.on('error', () => {});
      socket[leave]();
      await until(() => outcomes.length === 1);
      expect(outcomes[0]).to.include({ status: 499, chain: '' });
      expect(proxy.log.lines.filter((line) => line.includes('Unexpected'))).to.deep.equal([]);
      socket.destroy();
    });
  }

  it('keeps plugins open while its body comes in, also when 429chain stops', async () => {
    const socket = await sendPart();
    const closing = proxy.app.close(10_000);
    const answered = once(socket, 'data');
    socket.write('"content":"Hello, you there"}]}'.padEnd(32));
    const [head] = (await answered) as [Buffer];
    expect(head.toString()).to.match(/^HTTP\/1\.1 200 /);
    await closing;
    expect(outcomes.map(({ status }) => status)).to.deep.equal([200]);
    expect(proxy.app.runtime.host.faults).to.deep.equal([]);
    socket.destroy();
  });

  it('shows in the request log and in the totals, under no chain', async () => {
    for (const refused of REFUSED) await send(refused);
    const log = proxy.app.runtime.host.requestLog;
    await until(() => outcomes.length === REFUSED.length);
    const { requests = [] } = (await log?.requests({ limit: 10 })) ?? {};
    expect(requests.map(({ status, refusal }) => [status, refusal]).reverse()).to.deep.equal(
      REFUSED.map(({ status, refusal }) => [status, refusal]),
    );
    const usage = await log?.usage({});
    expect(usage?.total).to.include({ requests: REFUSED.length, failures: REFUSED.length });
    expect(usage?.chains).to.deep.equal({});
  });

  it('shows in the metrics', async () => {
    for (const refused of REFUSED) await send(refused);
    await until(() => outcomes.length === REFUSED.length);
    const text = await (await fetch(`${proxy.address}/metrics`)).text();
    for (const [status, count] of [
      [401, 2],
      [400, 2],
      [413, 1],
      [415, 1],
    ]) {
      expect(text).to.contain(`chain429_requests_total{chain="",status="${status}"} ${count}`);
    }
  });
});
