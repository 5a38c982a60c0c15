import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { PluginsReply, PluginView } from '../../../src/contract/admin-configuration.js';
import { HELLO } from '../../proxy.js';
import { Admin, codeOf, SECRETS } from '../admin.js';
import { AdminStage } from '../stage.js';

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/plugins/${name}`, import.meta.url));

describe('The admin API for plugins', () => {
  const written = (): string => `{
  providers: { one: { type: 'openai-compatible', baseUrl: '${stage.one.baseUrl}' } },
  chains: { mine: ['one/a'] },
  plugins: [
    // how long
    { use: 'nedb-logger', options: { keep: '10d' } },
    { use: '${fixture('broken')}', options: { secretKey: '${SECRETS.option}', other: '\${A_KEY}', plain: 'x' } }, // fails
    { use: './not-there', enabled: false },
  ],
}
`;

  const stage = AdminStage.forEachTest({
    configuration: written,
    dotEnv: 'A_KEY=value-of-a-key\n',
    plugins: [fixture('good')],
  });

  const view = async (name: string): Promise<PluginView | undefined> =>
    (await stage.call<PluginsReply>('GET /plugins')).body.plugins.find((plugin) => plugin.name.endsWith(name));
  const put = (name: string, body: object) => stage.call(`PUT /plugins/${name}`, body);

  it('says in a sentence what each built-in plugin does', async () => {
    const { plugins } = (await stage.call<PluginsReply>('GET /plugins')).body;
    const silent = plugins.filter(({ builtIn, description = '' }) => builtIn && !/^[A-Z].*\.$/.test(description));
    expect(silent.map(({ name }) => name)).to.deep.equal([]);
    expect(await view('not-there')).not.to.have.property('description');
  });

  it('lists each plugin with what it adds, its options with masked keys, and the errors of its hooks', async () => {
    const startedAt = Date.now();
    await stage.call('POST /chat', { messages: HELLO });
    await stage.idle();
    const { description, ...headers } = (await view('rate-limit-headers')) ?? {};
    expect(description).to.match(/^Reads limits .*\.$/);
    expect(headers).to.deep.equal({
      name: 'rate-limit-headers',
      builtIn: true,
      enabled: true,
      options: {},
      adds: ['hook onRateLimitHeaders'],
      errors: 0,
    });
    expect((await view('providers'))?.adds).to.include.members(['provider type groq', 'provider type openrouter']);
    const logger = await view('nedb-logger');
    expect(logger).to.deep.include({
      use: 'nedb-logger',
      options: { keep: '10d' },
      adds: ['hook afterResponse', 'request log'],
    });
    expect(logger?.optionsSchema).to.have.nested.property('properties.keep');
    const broken = await view('broken');
    expect(broken?.options).to.deep.equal({ secretKey: 'opt…def', other: '${A_KEY}', plain: 'x' });
    expect(broken?.errors).to.be.greaterThan(0);
    expect(broken?.lastError?.message).to.equal('broken on purpose (test/fixtures/plugins/broken/index.js:6:13)');
    expect(broken?.lastError?.at).to.be.within(startedAt, Date.now());
    expect(await view('not-there')).to.include({ enabled: false, builtIn: false, use: './not-there' });
    expect(await view('good'))
      .to.include({ enabled: true, builtIn: false })
      .and.not.to.have.property('use');
  });

  it('sets the options of a built-in plugin, and disables one', async () => {
    await put('nedb-logger', { options: { keep: '20d' } });
    await put('prometheus', { enabled: false });
    expect(stage.text).to.include(`// how long\n    { use: 'nedb-logger', options: { keep: '20d' } },`);
    expect(stage.text).to.include(`{ use: 'prometheus', enabled: false },`);
    expect(await view('prometheus')).to.deep.include({ enabled: false, use: 'prometheus', adds: [] });
    await put('prometheus', { enabled: true });
    expect(await view('prometheus')).to.include({ enabled: true });
  });

  it('lists a built-in plugin that is off by default, enables and disables it', async () => {
    expect(await view('ollama')).to.deep.include({ enabled: false, builtIn: true, adds: [] });
    await put('ollama', { enabled: true });
    expect(stage.text).to.include(`'ollama',`);
    const on = await view('ollama');
    expect(on?.enabled).to.equal(true);
    expect(on?.adds).to.include.members([
      'protocol ollama-chat at /api/chat',
      'protocol ollama-generate at /api/generate',
    ]);
    await put('ollama', { enabled: false });
    expect(await view('ollama')).to.deep.include({ enabled: false, adds: [] });
  });

  it('keeps a masked option (pitfall 36) and the other entries of the list', async () => {
    await put('broken', { options: { secretKey: 'opt…def', other: '${A_KEY}', plain: 'y' } });
    expect(stage.text).to.equal(written().replace("plain: 'x'", "plain: 'y'"));
    expect(codeOf(await put('broken', { options: { secretKey: 'abc…xyz' } }))).to.equal('invalid_request');
  });

  it("refuses options that the plugin's own schema refuses", async () => {
    const refused = await put('nedb-logger', { options: { keeep: '20d' } });
    expect({ status: refused.status, code: codeOf(refused) }).to.deep.equal({
      status: 422,
      code: 'invalid_configuration',
    });
    expect(refused.text).to.include('Did you mean `keep`?');
    expect(stage.text).to.equal(written());
  });

  it('adds a plugin of --plugins to the configuration when it gets options, and loads it once', async () => {
    expect(await view('good')).to.include({ givenBy: 'option' });
    expect((await put('good', { options: { tone: 'low' } })).status).to.equal(200);
    const use = relative(stage.admin.folder, fixture('good'));
    expect(stage.text).to.include(`{ use: '${use}', options: { tone: 'low' } },`);
    expect(await view('good'))
      .to.deep.include({ use, options: { tone: 'low' } })
      .and.not.to.have.property('givenBy');
    await put('good', { enabled: false });
    expect(await view('good')).to.include({ enabled: false });
  });

  it('says how to disable a plugin of --plugins, and which plugins exist', async () => {
    const refused = await put('good', { enabled: false });
    expect(codeOf(refused)).to.equal('invalid_request');
    expect(refused.text).to.include('start 429chain without that plugin');
    expect(codeOf(await put('nine', {}))).to.equal('not_found');
  });

  it('refuses to change a plugin of the embedding program', async () => {
    const own = await Admin.start(written(), {
      dotEnv: 'A_KEY=value-of-a-key\n',
      plugins: [{ name: 'of-a-program', apply: () => {} }],
    });
    const { plugins } = (await own.call<PluginsReply>('GET /plugins')).body;
    expect(plugins.find(({ name }) => name === 'of-a-program')).to.include({ givenBy: 'program' });
    expect(codeOf(await own.call('PUT /plugins/of-a-program', { options: {} }))).to.equal('invalid_request');
    await own.close();
  });
});
