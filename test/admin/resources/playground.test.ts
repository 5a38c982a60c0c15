import { expect } from 'chai';
import type { StatusReport } from '../../../src/contract/admin-api.js';
import type { Explanation } from '../../../src/contract/explain.js';
import type { RequestPage } from '../../../src/contract/requests.js';
import { HELLO } from '../../proxy.js';
import { answer, reply } from '../../scripted-upstream.js';
import { codeOf, SECRETS } from '../admin.js';
import { AdminStage } from '../stage.js';

describe('The admin API for the playground', () => {
  const stage = AdminStage.forEachTest();

  const send = (path: string, body: string | FormData, type?: string): Promise<Response> =>
    fetch(`${stage.admin.address}/admin/api/v1/${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${SECRETS.admin}`,
        'x-requested-with': 'a test',
        ...(type === undefined ? {} : { 'content-type': type }),
      },
      body,
    });
  const status = async (): Promise<StatusReport> => (await stage.call<StatusReport>('GET /status')).body;

  it('calls a chain without a client key, streams the answer, and is logged as admin', async () => {
    stage.one.always(answer('hi there'));
    const response = await stage.playgroundChat({ stream: true });
    expect(response.headers.get('x-429chain-target')).to.equal('one/a-model');
    expect(await response.text()).to.match(/"content":" there"[\s\S]*data: \[DONE\]/);
    await stage.idle();
    const { requests } = (await stage.call<RequestPage>('GET /requests')).body;
    expect(requests.map(({ keyLabel }) => keyLabel)).to.deep.equal(['admin']);
  });

  for (const { path, body, upstream, sent } of [
    { path: 'chat/completions', body: { messages: HELLO }, upstream: answer('hi'), sent: /"content":\s*"hi"/ },
    { path: 'responses', body: { input: 'Hello' }, upstream: answer('hi'), sent: /"object":"response"/ },
    { path: 'messages', body: { max_tokens: 9, messages: HELLO }, upstream: answer('hi'), sent: /"type":"message"/ },
    {
      path: 'embeddings',
      body: { input: 'Hello' },
      upstream: reply(200, { object: 'list', data: [{ object: 'embedding', index: 0, embedding: [0.5, 1] }] }),
      sent: /\[0\.5,1\]/,
    },
  ]) {
    it(`answers POST ${path} as for clients, without a client key`, async () => {
      stage.one.always(upstream);
      const response = await send(path, JSON.stringify({ model: 'default', ...body }), 'application/json');
      expect(response.status).to.equal(200);
      expect(response.headers.get('x-429chain-target')).to.equal('one/a-model');
      expect(await response.text()).to.match(sent);
      await stage.idle();
      const { requests } = (await stage.call<RequestPage>('GET /requests')).body;
      expect(requests[0]).to.include({ keyLabel: 'admin', status: 200 });
    });
  }

  it('takes an upload', async () => {
    stage.one.always(reply(200, { text: 'spoken words' }));
    const form = new FormData();
    form.set('model', 'one/whisper');
    form.set('file', new Blob(['a sound'], { type: 'audio/wav' }), 'a.wav');
    const response = await send('audio/transcriptions', form);
    expect(await response.json()).to.deep.include({ text: 'spoken words' });
  });

  it('answers 404 for an endpoint that does not exist', async () => {
    expect(codeOf(await stage.call('POST /v1/nothing', {}))).to.equal('not_found');
  });

  it('says that a name is unknown, and which chain answers', async () => {
    for (const [model, isUnknown] of [
      ['defualt', true],
      ['nine/a-model', true],
      ['careful', undefined],
      ['one/any-model', undefined],
      ['', undefined],
    ] as const) {
      const { body } = await stage.call<Explanation>('POST /explain', { model });
      expect(body.unknownModel, model).to.equal(isUnknown);
      if (isUnknown) expect(body.chain).to.equal('default');
    }
  });

  it('records its use in the ledger (pitfall 44: a chain test spent quota without telling the ledger)', async () => {
    stage.two.always(answer('hi'));
    await (await stage.playgroundChat({ model: 'two/maker/b-model:free' })).text();
    const target = (await status()).targets.find(({ target }) => target === 'two/maker/b-model:free');
    const written = target?.quotas.find(({ source }) => source === 'manual');
    expect(written).to.include({ limit: 5, used: 1, remaining: 4 });
  });

  it('refuses client keys (pitfall 37: one key for both)', async () => {
    const response = await stage.playgroundChat({}, SECRETS.caller);
    expect(response.status).to.equal(401);
    expect(stage.one.received).to.deep.equal([]);
  });

  it('explains an unsaved chain without calling its targets', async () => {
    stage.one.always(reply(429, { error: { message: 'spent' } }, { 'retry-after': '600' }));
    await (await stage.playgroundChat()).text();
    const asked = stage.one.received.length + stage.two.received.length;
    const targets = ['one/a-model', 'two/never-saved', 'four/unset'];
    const { body } = await stage.call<Explanation>('POST /explain', { model: 'careful', targets });
    expect(body.decision).to.deep.equal({ kind: 'asks', target: 'two/never-saved' });
    expect(body.targets.map(({ target, step }) => `${target} ${step}`)).to.deep.equal([
      'one/a-model skipped',
      'two/never-saved asked',
      'four/unset not reached',
    ]);
    expect(stage.one.received.length + stage.two.received.length).to.equal(asked);
  });

  for (const targets of [[], 'one/a-model', ['nine/a-model'], [7], ['one']]) {
    it(`refuses to explain the targets ${JSON.stringify(targets)}`, async () => {
      expect(codeOf(await stage.call('POST /explain', { targets }))).to.equal('invalid_request');
    });
  }

  it('lifts a cooldown, so that the next request calls the target', async () => {
    stage.one.script(reply(429, { error: { message: 'spent' } }, { 'retry-after': '600' })).always(answer('hi'));
    await (await stage.playgroundChat()).text();
    expect((await status()).targets[0]).to.include({ state: 'exhausted' });
    const { body } = await stage.call<StatusReport>('POST /cooldowns/lift', { target: 'one/a-model' });
    expect(body.targets[0]).to.include({ state: 'available' });
    const response = await stage.playgroundChat();
    expect(response.headers.get('x-429chain-target')).to.equal('one/a-model');
  });

  it('refuses to lift the cooldown of an unknown target', async () => {
    expect(codeOf(await stage.call('POST /cooldowns/lift', { target: 'nine/x' }))).to.equal('not_found');
    expect(codeOf(await stage.call('POST /cooldowns/lift', {}))).to.equal('not_found');
  });
});
