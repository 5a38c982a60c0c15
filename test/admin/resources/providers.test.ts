import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ProvidersReply, ProviderView, Saved } from '../../../src/contract/admin-configuration.js';
import { HELLO } from '../../proxy.js';
import { answer, reply } from '../../scripted-upstream.js';
import { codeOf, SECRETS } from '../admin.js';
import { DOT_ENV } from '../configured.js';
import { AdminStage } from '../stage.js';

describe('The admin API for providers', () => {
  const stage = AdminStage.forEachTest({ env: { FIVE_API_KEY: 'of-the-environment' } });

  const list = async (): Promise<ProvidersReply> => (await stage.call<ProvidersReply>('GET /providers')).body;
  const view = async (id: string): Promise<ProviderView | undefined> =>
    (await list()).providers.find((each) => each.id === id);
  const put = (id: string, body: object, revision?: string) =>
    stage.call<Saved & Record<string, unknown>>(`PUT /providers/${id}`, body, revision);

  it('lists each provider as written, with its key and headers masked', async () => {
    const { providers, revision } = await list();
    expect(revision).to.be.a('string');
    expect(providers.map(({ id, state, chains }) => ({ id, state, chains }))).to.deep.equal([
      { id: 'one', state: 'usable', chains: ['default'] },
      { id: 'two', state: 'usable', chains: ['default', 'careful'] },
      { id: 'three', state: 'disabled', chains: [] },
      { id: 'four', state: 'unconfigured', chains: [] },
    ]);
    expect(providers.map(({ key }) => key)).to.deep.equal([
      { kind: 'set', variable: 'ONE_API_KEY', masked: 'gsk_…6789' },
      { kind: 'set', variable: 'TWO_API_KEY', masked: 'sk-o…6789' },
      { kind: 'set', masked: 'lite…6789' },
      { kind: 'unset', variable: 'FOUR_API_KEY' },
    ]);
    expect(providers[0]?.headers).to.deep.equal({ 'x-secret': 'hea…def', 'x-read': 'Bearer ${TWO_API_KEY}' });
    expect(providers[3]?.reason).to.equal('FOUR_API_KEY is not set');
  });

  it('reports that a provider refuses its key', async () => {
    stage.one.always(reply(401, { error: { message: `Incorrect API key provided: ${SECRETS.one}` } }));
    stage.two.always(answer('hi'));
    await stage.call('POST /chat', { messages: HELLO });
    const refused = await view('one');
    expect(refused).to.include({ state: 'refused' });
    expect(refused?.reason).to.match(/401.*Incorrect API key/);
    expect(refused?.reason).not.to.include(SECRETS.one);
  });

  it('keeps user names, passwords and the proxy when the masked form comes back', async () => {
    const baseUrl = stage.one.baseUrl.replace('//', '//me:pw@');
    const proxy = 'http://you:word@127.0.0.1:1';
    expect((await put('home', { type: 'openai-compatible', baseUrl, proxy })).status).to.equal(200);
    const shown = await view('home');
    expect(shown).to.include({ baseUrl: baseUrl.replace('me:pw', '***'), proxy: 'http://***@127.0.0.1:1' });
    const { key: _, state: __, chains: ___, id: ____, reason: _____, ...form } = shown as ProviderView;
    const { proxy: ______, ...withoutProxy } = form;
    for (const body of [form, withoutProxy]) {
      expect((await put('home', { ...body, limits: [{ concurrent: 2 }] })).status).to.equal(200);
      expect(stage.text).to.contain(`'${baseUrl}'`).and.to.contain(`'${proxy}'`);
    }
    const refused = await put('home', { ...form, baseUrl: 'http://***@elsewhere.example/v1' });
    expect([refused.status, codeOf(refused)]).to.deep.equal([400, 'invalid_request']);
    const text = await stage.call<{ text: string }>('GET /configuration');
    expect(JSON.stringify(text.body)).not.to.match(/me:pw|you:word/);
  });

  it('adds a provider, with its key in a private .env and a variable in the file', async () => {
    const body = {
      type: 'openai-compatible',
      baseUrl: stage.one.baseUrl,
      apiKey: 'key-of-the-new-one',
    };
    const { status } = await put('my-new.one', body);
    expect(status).to.equal(200);
    expect(stage.text).to.include(
      `'my-new.one': { type: 'openai-compatible', apiKey: '\${MY_NEW_ONE_API_KEY}', baseUrl: '${stage.one.baseUrl}' },`,
    );
    expect(stage.dotEnv).to.equal(`${DOT_ENV}MY_NEW_ONE_API_KEY=key-of-the-new-one\n`);
    expect(stage.admin.dotEnvMode).to.equal(0o600);
    expect(withoutLine(stage.text, 'my-new.one')).to.equal(stage.configuration);
    await stage.call('POST /chat', { model: 'my-new.one/a-model', messages: HELLO });
    expect(stage.one.received[0]?.headers.authorization).to.equal('Bearer key-of-the-new-one');
  });

  it('edits only what differs, and keeps comments and variables (pitfall 35: comments and ${…} were lost)', async () => {
    const { headers } = (await view('one')) as ProviderView;
    const body = { type: 'openai-compatible', baseUrl: stage.two.baseUrl, headers, timeouts: { idle: '5s' } };
    await put('one', body);
    const expected = stage.configuration
      .replace(`baseUrl: '${stage.one.baseUrl}', // at home`, `baseUrl: '${stage.two.baseUrl}', // at home`)
      .replace(`'Bearer \${TWO_API_KEY}' },\n`, `'Bearer \${TWO_API_KEY}' },\n      timeouts: { idle: '5s' },\n`);
    expect(stage.text).to.equal(expected);
    expect(stage.dotEnv).to.equal(DOT_ENV);
  });

  it('writes a new key to the variable that the file has', async () => {
    await put('two', { type: 'openrouter', baseUrl: stage.two.baseUrl, apiKey: 'a-new-key-of-two' });
    // A header of another provider uses the variable too and must keep its value.
    expect(stage.dotEnv).to.equal(`${DOT_ENV}TWO_API_KEY_2=a-new-key-of-two\n`);
    await put('four', { type: 'groq', apiKey: 'a-new-key-of-four' });
    expect(stage.dotEnv).to.include('\nFOUR_API_KEY=a-new-key-of-four\n');
    expect(await view('four')).to.include({ state: 'usable' });
  });

  it('avoids a variable that the environment sets, since it overrides .env', async () => {
    await put('five', { type: 'groq', apiKey: 'a-key-of-five' });
    expect(stage.dotEnv).to.include('\nFIVE_API_KEY_2=a-key-of-five\n');
    expect((await view('five'))?.key).to.include({ kind: 'set', variable: 'FIVE_API_KEY_2' });
  });

  it('avoids a variable with another value in .env, which may belong to another program', async () => {
    const dotEnv = `${DOT_ENV}SIX_API_KEY=key-of-another-program\nSEVEN_API_KEY=a-key-of-seven\n`;
    writeFileSync(join(stage.admin.folder, '.env'), dotEnv);
    await put('six', { type: 'groq', apiKey: 'a-key-of-six' });
    await put('seven', { type: 'groq', apiKey: 'a-key-of-seven' });
    expect(stage.dotEnv).to.equal(`${dotEnv}SIX_API_KEY_2=a-key-of-six\n`);
    expect((await view('six'))?.key).to.include({ kind: 'set', variable: 'SIX_API_KEY_2' });
    expect((await view('seven'))?.key).to.include({ kind: 'set', variable: 'SEVEN_API_KEY' });
  });

  it('writes a variable as given', async () => {
    await put('six', { type: 'groq', apiKey: '${FIVE_API_KEY}' });
    expect(stage.text).to.include(`six: { type: 'groq', apiKey: '\${FIVE_API_KEY}' },`);
    expect(stage.dotEnv).to.equal(DOT_ENV);
  });

  it('removes a key with null, and keeps an omitted key', async () => {
    await put('two', { type: 'openrouter', baseUrl: stage.two.baseUrl, enabled: false });
    expect(await view('two')).to.deep.include({
      enabled: false,
      key: { kind: 'set', variable: 'TWO_API_KEY', masked: 'sk-o…6789' },
    });
    await put('two', { type: 'openrouter', baseUrl: stage.two.baseUrl, apiKey: null });
    expect((await view('two'))?.key).to.deep.equal({ kind: 'none' });
  });

  for (const apiKey of ['gsk_…6789', '***', 'sk-or-***', '', '  ']) {
    it(`refuses the key ${JSON.stringify(apiKey)} (pitfall 36: a masked key was saved as the key)`, async () => {
      const refused = await put('one', { type: 'openai-compatible', baseUrl: stage.one.baseUrl, apiKey });
      expect(codeOf(refused)).to.equal('invalid_request');
      expect([stage.text, stage.dotEnv]).to.deep.equal([stage.configuration, DOT_ENV]);
    });
  }

  it('refuses the mask of another header (pitfall 36)', async () => {
    const headers = { 'x-secret': 'abc…xyz' };
    expect(codeOf(await put('one', { type: 'openai-compatible', headers }))).to.equal('invalid_request');
  });

  it('refuses invalid settings with every problem in words (pitfall 39: [object Object])', async () => {
    const refused = await put('one', { type: 'groqq', limits: [{ requests: 1 }], timeouts: { idle: 'soon' } });
    expect({ status: refused.status, code: codeOf(refused) }).to.deep.equal({
      status: 422,
      code: 'invalid_configuration',
    });
    const { problems, message } = (
      refused.body as unknown as { error: { problems: { message: string }[]; message: string } }
    ).error;
    expect(problems.map((each) => each.message).join('\n')).to.match(
      /`providers\.one\.limits\[0\]`[\s\S]*`providers\.one\.timeouts\.idle`/,
    );
    expect(message).not.to.include('[object');
    expect(stage.text).to.equal(stage.configuration);
  });

  it('refuses settings that a plugin refuses, before it saves them', async () => {
    const refused = await put('seven', { type: 'groqq', apiKey: 'a-key-of-seven' });
    expect(refused.text).to.include('Did you mean `groq`?');
    expect(refused.status).to.equal(422);
    expect([stage.text, stage.dotEnv]).to.deep.equal([stage.configuration, DOT_ENV]);
  });

  it('removes an unused provider, and names the chains that use another', async () => {
    const refused = await stage.call('DELETE /providers/two');
    expect({ status: refused.status, code: codeOf(refused) }).to.deep.equal({ status: 409, code: 'in_use' });
    expect((refused.body as { error?: unknown }).error).to.deep.include({ chains: ['default', 'careful'] });
    expect((await stage.call('DELETE /providers/three')).status).to.equal(200);
    expect(stage.text).to.equal(stage.configuration.replace(/\n {4}three: .*/, ''));
    expect(codeOf(await stage.call('DELETE /providers/three'))).to.equal('not_found');
  });

  it('refuses the second of two changes from the same revision', async () => {
    const { revision } = await list();
    const first = await put('nine', { type: 'groq' }, revision);
    expect(first.status).to.equal(200);
    const second = await put('ten', { type: 'groq' }, revision);
    expect({ status: second.status, code: codeOf(second) }).to.deep.equal({
      status: 409,
      code: 'configuration_changed',
    });
    expect((await put('ten', { type: 'groq' }, first.body.revision)).status).to.equal(200);
    expect(stage.text).to.match(/nine: [\s\S]*ten: /);
  });

  it('requires the revision that a change starts from', async () => {
    const refused = await put('nine', { type: 'groq' }, '');
    expect(codeOf(refused)).to.equal('invalid_request');
    expect(refused.text).to.include('If-Match');
  });
});

const withoutLine = (text: string, word: string): string =>
  text
    .split('\n')
    .filter((line) => !line.includes(word))
    .join('\n');
