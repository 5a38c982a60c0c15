import { expect } from 'chai';
import { App } from '../../../src/app.js';
import { openStore } from '../../../src/config/source/store.js';
import type { StatusReport } from '../../../src/contract/admin-api.js';
import type { ProvidersReply } from '../../../src/contract/admin-configuration.js';
import { API_KEY, MemoryLog } from '../../proxy.js';
import { type Answerer, answer, chunk, reply, type ScriptedUpstream } from '../../scripted-upstream.js';
import { until } from '../../until.js';
import { AdminStage } from '../stage.js';

const KEY = 'sk-key-of-one-0123456789';
const configurationOf = (one: ScriptedUpstream, more: object = {}): string =>
  JSON.stringify({
    server: { apiKeys: [API_KEY], adminKey: 'admin-key-of-the-test' },
    providers: {
      one: { type: 'openai-compatible', baseUrl: one.baseUrl, apiKey: KEY },
      down: { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'sk-key-of-down-0123456789' },
    },
    chains: {
      default: { targets: ['one/a-model'], maxWait: '0s', resume: false },
      down: { targets: ['down/a-model'], maxWait: '0s' },
    },
    defaultChain: 'default',
    ...more,
  });

const html: Answerer = (res) => void res.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
const brokenStream: Answerer = (res) => {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  res.write(chunk({ content: 'begun' }), () => res.destroy());
};

describe('The health in the admin API', () => {
  const stage = AdminStage.forEachTest({ configuration: ({ one }) => configurationOf(one) });

  const provider = async (id: string) =>
    (await stage.call<ProvidersReply>('GET /providers')).body.providers.find((each) => each.id === id);
  const target = async (id: string) =>
    (await stage.call<StatusReport>('GET /status')).body.targets.find((each) => each.target === id);
  const ask = async (model = 'default', body: object = {}): Promise<void> => {
    await (await stage.chat({ model, ...body })).text().catch(() => '');
    await stage.idle();
  };

  it('is unknown before the first request, whatever the key', async () => {
    expect((await provider('one'))?.health).to.deep.equal({
      state: 'unknown',
      hour: { served: 0, failed: 0, limited: 0, steps: [] },
    });
    expect(await target('one/a-model')).not.to.have.property('health');
  });

  it('is working after an answer', async () => {
    stage.one.always(answer('hi'));
    const before = Date.now();
    await ask();
    for (const health of [(await provider('one'))?.health, (await target('one/a-model'))?.health]) {
      expect(health?.state).to.equal('working');
      expect(health?.lastSuccessAt).to.be.within(before, Date.now());
      expect(health?.hour).to.include({ served: 1, failed: 0, limited: 0 });
    }
    expect((await provider('down'))?.health.state).to.equal('unknown');
  });

  for (const [what, answerer, words, fields] of [
    [
      'a refused key',
      reply(401, { error: { message: `Incorrect key: ${KEY}` } }),
      /Incorrect key: /,
      { class: 'auth', status: 401 },
    ],
    [
      'a server error',
      reply(500, { error: { message: 'It burns.' } }),
      /It burns/,
      { class: 'server_error', status: 500 },
    ],
    ['a page instead of an answer', html, /./, { class: 'server_error', status: 200 }],
    [
      'a model that is gone',
      reply(404, { error: { message: 'No such model.' } }),
      /No such model/,
      { class: 'not_found' },
    ],
  ] as const) {
    it(`is failing after ${what}, with its words and without the key`, async () => {
      stage.one.always(answerer);
      await ask();
      for (const health of [(await provider('one'))?.health, (await target('one/a-model'))?.health]) {
        expect(health?.state).to.equal('failing');
        expect(health?.lastFailure).to.include(fields);
        expect(health?.lastFailure?.reason).to.match(words).and.not.to.include(KEY);
      }
    });
  }

  it('is failing if nothing listens at the address', async () => {
    await ask('down');
    const health = (await provider('down'))?.health;
    expect(health?.state).to.equal('failing');
    expect(health?.lastFailure?.reason).to.include('connection refused');
    expect(health?.lastFailure).not.to.have.property('status');
  });

  it('is failing after a stream that broke off', async () => {
    stage.one.always(brokenStream);
    await ask('default', { stream: true });
    const health = (await target('one/a-model'))?.health;
    expect(health?.state).to.equal('failing');
    expect(health?.hour).to.include({ served: 1, failed: 1 });
  });

  it('is limited after a 429, with its words', async () => {
    stage.one.always(reply(429, { error: { message: 'Slow down.' } }, { 'retry-after': '60' }));
    await ask();
    const health = (await provider('one'))?.health;
    expect(health?.state).to.equal('limited');
    expect(health?.lastLimit).to.include({ target: 'one/a-model', status: 429, reason: 'Slow down.' });
  });

  it('knows of a refused key from a test of the provider, and not from a test of other settings', async () => {
    stage.one.always(reply(401, { error: { message: 'Incorrect key.' } }));
    await stage.call('POST /providers/try', { id: 'one', type: 'openai-compatible', baseUrl: stage.one.baseUrl });
    expect((await provider('one'))?.health).not.to.have.property('check');
    await stage.call('POST /providers/try', { id: 'one' });
    expect((await provider('one'))?.health).to.deep.include({ state: 'failing' });
    expect((await provider('one'))?.health.check).to.include({ state: 'key refused' });
    stage.one.always(reply(200, { data: [{ id: 'a-model' }] }));
    await stage.call('POST /inspection', {});
    expect((await provider('one'))?.health).to.include({ state: 'unknown' });
    expect((await provider('one'))?.health.check).to.include({ state: 'ok' });
  });

  it('is read from the log after a restart', async () => {
    const { one } = stage;
    one.always(answer('hi'));
    await ask();
    await stage.admin.app.close(0);
    const log = new MemoryLog();
    const again = await App.create({ store: openStore(stage.admin.file, { env: {}, log }), log });
    try {
      await until(() => again.runtime.status().targets[0]?.health !== undefined);
      expect(again.runtime.status().targets[0]?.health).to.include({ state: 'working' });
    } finally {
      await again.close(0);
    }
  });
});

describe('A limit whose window has begun again', () => {
  const stage = AdminStage.forEachTest({ configuration: ({ one }) => configurationOf(one) });

  it('has its whole quota, and the next request checks it', async () => {
    const limited = {
      'x-ratelimit-limit-requests': '20',
      'x-ratelimit-remaining-requests': '3',
      'x-ratelimit-reset-requests': '300ms',
    };
    stage.one.always(answer('hi', limited));
    const status = async () => (await stage.call<StatusReport>('GET /status')).body.targets[0];
    const quota = async () => (await status())?.quotas.find(({ dimension }) => dimension === 'requests');
    await (await stage.chat()).text();
    expect(await quota())
      .to.include({ limit: 20, remaining: 3 })
      .and.not.to.have.property('probing');
    await until(async () => (await quota())?.remaining !== 3);
    expect(await quota()).to.include({ limit: 20, remaining: 20, used: 0, probing: true });
    expect(await status()).to.include({ state: 'tracking', probing: true });
    await (await stage.chat()).text();
    expect(await quota()).not.to.have.property('probing');
    expect(await status()).not.to.have.property('probing');
  });
});
