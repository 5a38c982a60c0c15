import { mkdirSync } from 'node:fs';
import { expect } from 'chai';
import { statusText } from '../../../src/cli/commands/status.js';
import type { StatusReport } from '../../../src/contract/admin-api.js';
import { HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import { answer, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { Folder, SECRETS } from '../run.js';

const ADMIN_KEY = 'a-key-of-the-admin-4';
const env = { PROXY_KEY: SECRETS.proxy, ADMIN_KEY };

describe('429chain status and explain', () => {
  let folder: Folder;
  let one: ScriptedUpstream;
  let two: ScriptedUpstream;
  let proxy: RunningProxy;

  const configuration = (server: object): object => ({
    server,
    providers: {
      one: { type: 'openai-compatible', baseUrl: one.baseUrl, apiKey: SECRETS.provider },
      two: { type: 'openai-compatible', baseUrl: two.baseUrl, limits: [{ requests: 4, per: '1h' }] },
      quiet: { type: 'openai-compatible', baseUrl: two.baseUrl, training: 'no' },
      chatty: { type: 'openai-compatible', baseUrl: two.baseUrl, training: 'may' },
    },
    chains: {
      default: { targets: ['one/a-model', 'two/a-model'], maxWait: '0s' },
      private: { targets: ['quiet/a-model', 'chatty/a-model'], privacy: 'no-training' },
    },
  });

  before(async () => {
    folder = new Folder();
    one = (await ScriptedUpstream.start()).always(
      reply(429, { error: { message: 'Too many requests' } }, { 'retry-after': '600' }),
    );
    two = (await ScriptedUpstream.start()).always(answer('Hello from two'));
    proxy = await startProxy(configuration({ apiKeys: [SECRETS.proxy], adminKey: ADMIN_KEY }));
    const { port } = new URL(proxy.address);
    const keys = { apiKeys: ['${PROXY_KEY}'], adminKey: '${ADMIN_KEY}' };
    folder.write('429chain.json5', configuration({ port: Number(port), ...keys }));
    await proxy.client.chat.completions
      .create({ model: 'x', messages: [...HELLO] }, { headers: { authorization: `Bearer ${SECRETS.proxy}` } })
      .then(({ choices }) => expect(choices[0]?.message.content).to.equal('Hello from two'));
  });

  after(async () => {
    await proxy.close();
    await Promise.all([one.close(), two.close()]);
    folder.remove();
  });

  it('prints every target with its state, quotas and reset times', async () => {
    const { status, stdout } = await folder.run(['status'], { env });
    expect(status).to.equal(0);
    expect(stdout).to.match(
      /^one\/a-model {2}exhausted: rate_limit \(429\): Too many requests · available in \d+ min {2}\(default\)$/m,
    );
    expect(stdout).to.match(/^two\/a-model {2}tracking {2}\(default\)$/m);
    expect(stdout).to.match(/^ {4}█{8}░{2} {3}3 of 4 requests per 1h .* resets in 60 min {3}manual, two$/m);
    expect(stdout).to.match(/^0 requests wait for capacity$/m);
    expect(stdout).not.to.contain(ADMIN_KEY);
  });

  for (const command of ['status', 'explain']) {
    it(`${command} needs no configuration with --url and the admin key in a variable`, async () => {
      const elsewhere = new Folder();
      try {
        const args = [command, '--url', `${proxy.address}/v1`];
        const known = await elsewhere.run(args, { env: { CHAIN_ADMIN_KEY: ADMIN_KEY } });
        expect(known.status, known.stderr).to.equal(0);
        expect(known.stdout).to.contain('two/a-model');
        const unknown = await elsewhere.run(args);
        expect(unknown.status).to.equal(1);
        expect(unknown.stderr).to.match(
          /^No admin key for http\S+: CHAIN_ADMIN_KEY is not set, and \.429chain has no key\. Set CHAIN_ADMIN_KEY, or use --data-dir .*\.\n$/,
        );
      } finally {
        elsewhere.remove();
      }
    });
  }

  it('sends the key of the local data folder to no other machine without --data-dir', async () => {
    const elsewhere = new Folder();
    try {
      mkdirSync(elsewhere.file('.429chain'));
      elsewhere.write('.429chain/admin-key', ADMIN_KEY);
      const kept = await elsewhere.run(['status', '--url', proxy.address]);
      expect(kept.status, kept.stderr).to.equal(0);
      // An address reserved for documentation: no request is sent.
      const { status, stderr } = await elsewhere.run(['status', '--url', 'http://192.0.2.1:3429']);
      expect(status).to.equal(1);
      expect(stderr).to.equal(
        'No admin key for http://192.0.2.1:3429: CHAIN_ADMIN_KEY is not set. Set CHAIN_ADMIN_KEY, or use --data-dir with the data folder of that proxy.\n',
      );
    } finally {
      elsewhere.remove();
    }
  });

  it('rejects an invalid --url', async () => {
    const { status, stderr } = await folder.run(['status', '--url', 'localhost:3429'], { env });
    expect(status).to.equal(2);
    expect(stderr).to.equal("--url is 'localhost:3429'. Expected an address such as http://127.0.0.1:3429.\n");
  });

  it('explains where a request would go, without asking a provider', async () => {
    const before = [one.received.length, two.received.length];
    const { status, stdout } = await folder.run(['explain'], { env });
    expect(status).to.equal(0);
    expect(stdout).to.match(/one\/a-model {3}skipped {3}rate_limit \(429\): Too many requests {3}until /);
    expect(stdout).to.match(/two\/a-model {3}chosen /);
    expect(stdout).to.contain('429chain would send the request to two/a-model.');
    expect([one.received.length, two.received.length]).to.deep.equal(before);
  });

  it('explains that a rule of the chain forbids a target that is not reached', async () => {
    const { stdout } = await folder.run(['explain', '--chain', 'private'], { env });
    expect(stdout).to.match(/quiet\/a-model {4}chosen .* private: /);
    expect(stdout).to.match(/chatty\/a-model {3}not reached .* not (?:known to be )?private: /);
  });

  it('fails when no proxy is running', async () => {
    const { status, stderr } = await folder.run(['status', '--port', '1'], { env });
    expect(status).to.equal(1);
    expect(stderr).to.contain('No proxy is running at http://127.0.0.1:1 (');
  });

  it('fails when the admin key is wrong', async () => {
    const { status, stderr } = await folder.run(['status'], { env: { ...env, ADMIN_KEY: 'another' } });
    expect({ status, stderr }).to.deep.equal({
      status: 1,
      stderr: 'This is not the admin key. (status 401)\n',
    });
  });

  it('reports that there are no chains', () => {
    expect(statusText({ targets: [], waiting: 0, at: 0, free: { unknown: 0 } }, 0)).to.equal(
      'No chains yet.\n0 requests wait for capacity',
    );
  });

  const BARS: readonly (readonly [what: string, quota: object, row: string])[] = [
    ['nothing left', { limit: 5, remaining: 0 }, '░░░░░░░░░░   0 of 5 requests per 1m'],
    ['all of it left', { limit: 5, remaining: 5 }, '██████████   5 of 5 requests per 1m'],
    ['more in flight than left', { limit: 5, remaining: -2 }, '░░░░░░░░░░   0 of 5 requests per 1m'],
    ['an unknown limit', { remaining: 7 }, '··········   7 of ? requests per 1m'],
    ['only what is used', { limit: 4, used: 1 }, '████████░░   3 of 4 requests per 1m'],
  ];
  for (const [what, quota, row] of BARS) {
    it(`draws a quota with ${what}`, () => {
      const quotas = [
        { scope: 'p', dimension: 'requests', window: '1m', inFlight: 0, source: 'header', ...quota },
      ] as const;
      const text = statusText(
        {
          targets: [{ target: 'p/m', chains: ['c'], state: 'tracking', inFlight: 0, quotas }],
          waiting: 1,
          at: 0,
          free: { unknown: 1 },
        },
        0,
      );
      expect(text).to.contain(row).and.to.contain('1 request waits');
    });
  }

  const REPORT: StatusReport = {
    targets: ['p/a', 'p/b', 'p/c'].map((target) => ({
      target,
      chains: ['default'],
      state: 'tracking',
      inFlight: 0,
      quotas: [
        { scope: target, dimension: 'requests', window: '1m', limit: 5, remaining: 4, inFlight: 0, source: 'header' },
      ],
    })),
    waiting: 2,
    at: 0,
    today: {
      requests: 1_234,
      failures: 0,
      cancelled: 0,
      failedAttempts: {},
      promptTokens: 40_000,
      completionTokens: 5_000,
      rateLimited: 2,
      avoided: 30,
      saved: 12,
    },
    free: { tokens: { used: 45_000, limit: 1_000_000 }, requests: { used: 1, limit: 50 }, unknown: 1 },
    log: { failing: 'ENOSPC: no space left on device', lost: 3 },
  };
  const TODAY = 'today: 1,234 requests · 12 rescued by fallback · 30 limits avoided, 2 hit · 45,000 tokens';
  const FREE =
    'daily free quota: 45,000 of 1,000,000 tokens used (5 %) · 1 of 50 requests used (2 %) · 1 target without a known daily limit';

  it('prints the totals of the day, and problems of the request log', () => {
    expect(statusText(REPORT, 0).split('\n').slice(-5)).to.deep.equal([
      '2 requests wait for capacity',
      TODAY,
      FREE,
      'Cannot write the request log: ENOSPC: no space left on device',
      '3 requests are missing from the log',
    ]);
  });

  for (const [columns, rows] of [
    [60, 8],
    [200, 9],
    [20, 11],
    [60, 5],
  ] as const) {
    it(`fits a terminal of ${columns} columns and ${rows} rows, and keeps the summary`, () => {
      const lines = statusText(REPORT, 0, { columns, rows }).split('\n');
      expect(lines).to.have.length(Math.max(6, rows));
      expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(columns);
      expect(lines.at(-5)?.slice(0, 10)).to.equal('2 requests');
      if (rows < 11) expect(lines.at(-6)).to.match(/^… \d more lines$/);
    });
  }

  it('uses the alternate screen with --watch, and restores the terminal at Ctrl-C', async function () {
    if (process.platform !== 'linux') this.skip();
    let pressed = false;
    const { status, stdout } = await folder.run(['status', '--watch'], {
      env,
      terminal: true,
      onOutput: (text, press) => {
        if (pressed || text.split('\x1b[H').length < 3) return;
        pressed = true;
        press('\x03');
      },
    });
    expect(status).to.equal(0);
    expect(stdout.startsWith('\x1b[?1049h\x1b[?25l\x1b[H')).to.equal(true);
    expect(stdout).to.contain('two/a-model  tracking');
    expect(stdout.endsWith('\x1b[?25h\x1b[?1049l')).to.equal(true);
  });
});
