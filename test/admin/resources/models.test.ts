import { expect } from 'chai';
import type { ProviderTypeView } from '../../../src/contract/admin-configuration.js';
import type { ModelsReply, ProviderTrial } from '../../../src/contract/models.js';
import { type Answerer, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { Admin, codeOf, SECRETS } from '../admin.js';
import { DOT_ENV } from '../configured.js';
import { AdminStage } from '../stage.js';

/** Answers with models if the request has the key. */
const listFor =
  (key: string, ...models: object[]): Answerer =>
  (res, request) =>
    request.headers.authorization === `Bearer ${key}`
      ? reply(200, { object: 'list', data: models })(res, request)
      : reply(401, { error: { message: `Incorrect API key provided: ${request.headers.authorization}` } })(
          res,
          request,
        );

describe('The admin API for a new provider', () => {
  const stage = AdminStage.forEachTest();

  const models = (id: string) => stage.call<ModelsReply>(`GET /providers/${id}/models`);
  const attempt = (body: object) => stage.call<ProviderTrial>('POST /providers/try', body);

  it('describes each provider type: its name, its free tier, and where to get a key', async () => {
    const { body } = await stage.call<ProviderTypeView[]>('GET /provider-types');
    const groq = body.find(({ type }) => type === 'groq');
    expect(groq).to.include({
      title: 'Groq',
      plugin: 'providers',
      keyUrl: 'https://console.groq.com/keys',
      baseUrl: 'https://api.groq.com/openai/v1',
      needsKey: true,
      keyless: false,
      needsCard: false,
      keyMinutes: 2,
    });
    expect(groq?.training).to.deep.equal({ posture: 'no' });
    expect(body.filter(({ keyless }) => keyless).map(({ type }) => type)).to.have.members([
      'kilo',
      'llm7',
      'opencode-zen',
      'ovh',
    ]);
    expect(groq?.freeTier).to.match(/a minute/);
    const local = body.find(({ type }) => type === 'openai-compatible');
    expect(local).to.include({ needsKey: false });
    expect(local).not.to.have.any.keys('baseUrl', 'keyUrl');
  });

  it('lists the models of a provider, free ones first, and says if the list does not prove the key', async () => {
    stage.one.always(listFor(SECRETS.one, { id: 'b', created: 1 }, { id: 'a', created: 2, context_window: 8192 }));
    stage.two.always(
      reply(200, { data: [{ id: 'x/paid', pricing: { prompt: '1', completion: '1' } }, { id: 'x/y:free' }] }),
    );
    const startedAt = Date.now();
    const own = await models('one');
    expect(own.body).to.deep.include({ state: 'ok', detail: '' });
    expect(own.body.models).to.deep.equal([
      { id: 'a', created: 2000, contextWindow: 8192 },
      { id: 'b', created: 1000 },
    ]);
    expect(own.body.at).to.be.within(startedAt, Date.now());
    const open = (await models('two')).body;
    expect(open.models.map(({ id, free }) => ({ id, free }))).to.deep.equal([
      { id: 'x/y:free', free: true },
      { id: 'x/paid', free: false },
    ]);
    expect([own.body.keyUntried, open.keyUntried]).to.deep.equal([undefined, undefined]);
  });

  const KEY_CHECKS: readonly [what: string, status: number, expected: object][] = [
    ['is good', 200, { state: 'ok', keyUntried: undefined }],
    ['is refused', 401, { state: 'key refused', keyUntried: undefined }],
    ['could not be tried', 500, { state: 'ok', keyUntried: true }],
  ];
  for (const [what, status, expected] of KEY_CHECKS) {
    it(`asks for something else where everybody may read the list: the key ${what}`, async () => {
      const listing = reply(200, { data: [{ id: 'x/y:free' }] });
      const checking = reply(status, { error: { message: 'No auth credentials found', code: status } });
      stage.two.always((res, request) => (request.path.endsWith('/key') ? checking : listing)(res, request));
      const { state, keyUntried } = (await models('two')).body;
      expect({ state, keyUntried }).to.deep.equal(expected);
    });
  }

  const STATES: readonly [id: string, state: string, detail: RegExp][] = [
    ['three', 'disabled', /disabled in the configuration/],
    ['four', 'unconfigured', /FOUR_API_KEY is not set/],
  ];
  for (const [id, state, detail] of STATES) {
    it(`says why it does not call a provider that is ${state}`, async () => {
      const { body } = await models(id);
      expect(body).to.include({ state });
      expect(body.detail).to.match(detail);
      expect(body.models).to.deep.equal([]);
    });
  }

  it('tests a key before it is saved, and never repeats it', async () => {
    stage.one.always(listFor('a-key-just-typed', { id: 'a-model' }));
    const given = { type: 'openai-compatible', baseUrl: stage.one.baseUrl };
    const good = await attempt({ ...given, apiKey: ' a-key-just-typed ' });
    expect(good.body).to.deep.equal({ state: 'ok', detail: '', models: [{ id: 'a-model' }], first: [] });
    const bad = await attempt({ ...given, apiKey: 'a-wrong-key-0123456' });
    expect(bad.body).to.include({ state: 'key refused' });
    expect(bad.text).not.to.include('a-wrong-key-0123456');
    expect(stage.text).to.equal(stage.configuration);
  });

  it('names free models to begin with, the known ones where there is no list', async () => {
    const given = { type: 'groq', baseUrl: stage.one.baseUrl, apiKey: 'a-key-just-typed' };
    stage.one.always(listFor('a-key-just-typed', { id: 'x' }, { id: 'openai/gpt-oss-20b' }));
    expect((await attempt(given)).body).to.deep.include({ first: ['openai/gpt-oss-20b'] });
    stage.one.always(reply(503, 'down'));
    expect((await attempt(given)).body).to.deep.include({ first: ['openai/gpt-oss-120b'] });
  });

  it('tests a saved provider with its own key by default', async () => {
    stage.one.always(listFor(SECRETS.one, { id: 'a-model' }));
    expect((await attempt({ id: 'one' })).body).to.include({ state: 'ok' });
    expect((await attempt({ id: 'one', apiKey: 'another-key' })).body).to.include({ state: 'key refused' });
    expect(stage.one.received[0]?.headers).to.include({
      'x-secret': SECRETS.header,
      'x-read': `Bearer ${SECRETS.two}`,
    });
  });

  const ELSEWHERE: readonly [what: string, body: object][] = [
    ['another address', { id: 'one' }],
    ['another address under another type', { id: 'one', type: 'openrouter' }],
    ['an address that differs because of the type', { id: 'two', type: 'openai-compatible' }],
  ];
  for (const [what, body] of ELSEWHERE) {
    it(`does not send a saved key to ${what} unless it is entered again`, async () => {
      const stranger = await ScriptedUpstream.start();
      stranger.always(reply(200, { data: [{ id: 'a-model' }] }));
      const refused = await attempt({ ...body, baseUrl: stranger.baseUrl });
      const { error } = refused.body as unknown as { error: { param: string; message: string } };
      expect({ code: codeOf(refused), param: error.param }).to.deep.equal({ code: 'invalid_request', param: 'apiKey' });
      expect(error.message).to.include(new URL(stranger.baseUrl).origin);
      expect(stranger.received).to.deep.equal([]);
      const typed = await attempt({ ...body, baseUrl: stranger.baseUrl, apiKey: 'a-key-just-typed' });
      expect(typed.body).to.include({ state: 'ok' });
      expect(stranger.received[0]?.headers.authorization).to.equal('Bearer a-key-just-typed');
      const sent = JSON.stringify(stranger.received.map(({ headers }) => headers));
      expect(Object.values(SECRETS).filter((secret) => sent.includes(secret))).to.deep.equal([]);
      await stranger.close();
    });
  }

  it('tests a saved provider at its own address, however it is written', async () => {
    stage.one.always(listFor(SECRETS.one, { id: 'a-model' }));
    const text = stage.text.replace(`'${stage.one.baseUrl}'`, "'${ONE_URL}'");
    const own = await Admin.start(text, { dotEnv: `${DOT_ENV}ONE_URL=${stage.one.baseUrl}\n` });
    const body = { id: 'one', type: 'openai-compatible', baseUrl: '${ONE_URL}' };
    expect((await own.call('POST /providers/try', body)).body).to.include({ state: 'ok' });
    expect((await attempt({ id: 'one', baseUrl: `${stage.one.baseUrl}/` })).body).to.include({ state: 'ok' });
    await own.close();
  });

  const REFUSED: readonly [what: string, body: object, code: string, param: string | null][] = [
    ['without a type', {}, 'invalid_request', 'type'],
    ['of an unknown type', { type: 'groqq' }, 'invalid_request', 'type'],
    ['without an address', { type: 'openai-compatible' }, 'invalid_request', 'baseUrl'],
    ['with an invalid address', { type: 'groq', baseUrl: 'groq' }, 'invalid_request', 'baseUrl'],
    ['with a masked key', { type: 'groq', apiKey: 'gsk_…6789' }, 'invalid_request', 'apiKey'],
    ['with a key of two words', { type: 'groq', apiKey: 'my key' }, 'invalid_request', 'apiKey'],
    ['that is not saved under that id', { id: 'nine' }, 'not_found', null],
  ];
  for (const [what, body, code, param] of REFUSED) {
    it(`refuses to test a provider ${what}`, async () => {
      const answer = await attempt(body);
      const { error } = answer.body as unknown as { error: { param: string | null } };
      expect({ code: codeOf(answer), param: error.param }).to.deep.equal({ code, param });
    });
  }
});
