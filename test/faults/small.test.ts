import { expect } from 'chai';
import { statusText } from '../../src/cli/commands/status.js';
import type { StatusReport, TargetView } from '../../src/contract/admin-api.js';
import { HELLO, startProxy } from '../proxy.js';
import { reply, ScriptedUpstream } from '../scripted-upstream.js';

/** Addresses of servers that give a machine's credentials, and of others. */
const ADDRESSES: readonly (readonly [baseUrl: string, warned: boolean])[] = [
  ['http://169.254.169.254/v1', true],
  ['http://169.254.170.2/v1', true],
  ['http://[fe80::a9fe:a9fe]/v1', true],
  ['http://[fd00:ec2::254]/v1', true],
  ['http://[::ffff:169.254.169.254]/v1', true],
  ['http://0xa9fea9fe/v1', true],
  ['http://2852039166/v1', true],
  ['http://100.100.100.200/v1', true],
  ['http://192.0.0.192/v1', true],
  ['http://metadata.google.internal/v1', true],
  ['http://METADATA.google.internal./v1', true],
  ['http://127.0.0.1:9/v1', false],
  ['http://192.168.254.169/v1', false],
  ['https://api.example.com/v1', false],
];

describe('A provider at a link-local or metadata address', () => {
  for (const [baseUrl, warned] of ADDRESSES) {
    it(`is ${warned ? 'warned of' : 'not suspected'}: ${baseUrl}`, async () => {
      const proxy = await startProxy({
        providers: { one: { type: 'openai-compatible', baseUrl } },
        chains: { default: ['one/a-model'] },
      });
      const warnings = proxy.log.lines.filter((line) => line.includes('The baseUrl of the provider one leads to'));
      expect(warnings).to.have.length(warned ? 1 : 0);
      await proxy.close();
    });
  }
});

const ODD = '\u001b[2J\u001b]0;title\u0007\u009b31m\r\u0000';

describe('Escape sequences in', () => {
  const quota = {
    scope: `s${ODD}`,
    dimension: 'requests',
    window: '1m',
    limit: 5,
    used: 1,
    inFlight: 0,
    source: 'header',
  } as const;
  const target: TargetView = {
    target: `one/${ODD}`,
    chains: [`c${ODD}`],
    state: 'exhausted',
    reason: `r${ODD}`,
    inFlight: 0,
    quotas: [quota],
  };
  const report: StatusReport = {
    targets: [target],
    waiting: 0,
    at: 0,
    free: { unknown: 0 },
    log: { lost: 0, failing: ODD },
  };

  it('names, reasons and errors are not printed raw by `status`', () => {
    for (const size of [undefined, { columns: 200, rows: 50 }]) {
      const text = statusText(report, 0, size);
      expect(text.replaceAll('\n', '')).not.to.match(/\p{Cc}/u);
      expect(text).to.contain('\\x1b[2J');
    }
  });
});

/** How a provider may repeat the key that it got. */
const KEY = 'a+key/of"one"?0123456789';
const ECHOES: readonly (readonly [what: string, echo: string])[] = [
  ['as it is', KEY],
  ['for a URL', encodeURIComponent(KEY)],
  ['in base64', Buffer.from(KEY).toString('base64')],
  ['in base64 behind Bearer', Buffer.from(`Bearer ${KEY}`).toString('base64')],
  ['in base64url', Buffer.from(`x${KEY}`).toString('base64url')],
  ['in hex', Buffer.from(KEY).toString('hex')],
  ['in JSON', JSON.stringify({ key: KEY })],
  ['for HTML', KEY.replaceAll('"', '&quot;')],
];

describe('A key that a provider repeats', () => {
  for (const [what, echo] of ECHOES) {
    it(`${what} is in no answer, record or log line`, async () => {
      const upstream = (await ScriptedUpstream.start()).always(reply(401, { error: { message: `wrong: ${echo}` } }));
      const proxy = await startProxy({
        providers: { one: { type: 'openai-compatible', baseUrl: upstream.baseUrl, apiKey: KEY } },
        chains: { default: { targets: ['one/a-model'], maxWait: '0s' } },
      });
      const outcomes: unknown[] = [];
      proxy.app.runtime.host.hooks.afterResponse.tap('test', (outcome) => void outcomes.push(outcome.attempts));
      const response = await proxy.post({ messages: HELLO });
      const seen = `${await response.text()} ${proxy.log.lines.join(' ')} ${JSON.stringify(outcomes)}`;
      await Promise.all([proxy.close(), upstream.close()]);
      expect(seen).to.contain('***');
      // A few characters at either end of a code may stay.
      expect(seen).not.to.contain(echo.slice(Math.max(0, echo.length - 20), -6));
    });
  }
});

describe('GET /health', () => {
  it('does not look at each of 5,000 targets every time', async () => {
    const targets = Array.from({ length: 5_000 }, (_, index) => `one/model-${index}`);
    const proxy = await startProxy({
      providers: { one: { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1' } },
      chains: { default: { targets } },
    });
    const { runtime } = proxy.app;
    let looks = 0;
    const stateOf = runtime.stateOf.bind(runtime);
    runtime.stateOf = (target) => {
      looks++;
      return stateOf(target);
    };
    const from = performance.now();
    let asked = 0;
    for (; asked < 10; asked++) {
      const response = await fetch(`${proxy.address}/health`);
      expect(((await response.json()) as { targets: object }).targets).to.deep.include({ available: 5_000 });
    }
    expect(looks).to.be.at.most(5_000 * Math.ceil((performance.now() - from) / 1_000 + 1));
    expect(asked).to.equal(10);
    await proxy.close();
  });
});
