import { expect } from 'chai';
import type { Outcome } from '../../src/plugin/door/attempt.js';
import { API_KEY, chainOver, type RunningProxy, startProxy } from '../proxy.js';
import { ScriptedUpstream } from '../scripted-upstream.js';
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
