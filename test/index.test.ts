import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Configuration, createProxy, InvalidConfiguration, type ProxyOptions, type ProxyServer } from '429chain';
import { definePlugin } from '429chain/plugin';
import { expect } from 'chai';
import OpenAI from 'openai';
import { HELLO, MemoryLog } from './proxy.js';
import { answer, ScriptedUpstream } from './scripted-upstream.js';
import { until } from './until.js';

const SECRET = 'sk-a-key-of-a-provider-1';

describe('createProxy, of 429chain as a library', () => {
  let folder: string;
  let upstream: ScriptedUpstream;
  let proxy: ProxyServer | undefined;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), '429chain-library-'));
    upstream = (await ScriptedUpstream.start()).always(answer('Hello'));
  });

  afterEach(async () => {
    await proxy?.close(0);
    proxy = undefined;
    await upstream.close();
    rmSync(folder, { recursive: true });
  });

  const configuration = (model = 'a-model'): Configuration => ({
    providers: { one: { type: 'openai-compatible', baseUrl: upstream.baseUrl, apiKey: '${ONE_KEY}' } },
    chains: { default: [`one/${model}`] },
  });

  const create = async (options: Partial<ProxyOptions> = {}): Promise<ProxyServer> => {
    const source = options.file === undefined ? { configuration: configuration() } : {};
    const all = { dataDir: join(folder, 'data'), env: { ONE_KEY: SECRET }, ...source, ...options } as ProxyOptions;
    proxy = await createProxy(all);
    return proxy;
  };

  const ask = async ({ address, apiKey }: ProxyServer): Promise<string | null | undefined> => {
    const client = new OpenAI({ baseURL: `${address}/v1`, apiKey, maxRetries: 0 });
    const { choices } = await client.chat.completions.create({ model: 'default', messages: [...HELLO] });
    return choices[0]?.message.content;
  };

  it('answers an SDK, with a configuration and variables that are passed in', async () => {
    const made = await create();
    expect(made.address).to.equal(undefined);
    const address = await made.listen({ port: 0 });
    expect(made.address)
      .to.equal(address)
      .and.to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await ask(made)).to.equal('Hello');
    expect(upstream.received[0]?.headers.authorization).to.equal(`Bearer ${SECRET}`);
    expect(made.status().targets.map(({ target }) => target)).to.deep.equal(['one/a-model']);
  });

  for (const [what, options, says] of [
    ['none', undefined, /needs either a `configuration` or the `file`/],
    ['neither a configuration nor a file', {}, /needs either a `configuration` or the `file`/],
    ['both', { configuration: { providers: {}, chains: {} }, file: 'x' }, /needs either/],
    ['an unknown option', { dataDirr: 'x' }, /no option 'dataDirr'\. .* Did you mean `dataDir`\?$/],
  ] as const) {
    it(`refuses invalid options: ${what}`, async () => {
      const refusal = await createProxy(options as unknown as ProxyOptions).catch((error: unknown) => error);
      expect(refusal).to.be.instanceOf(TypeError).with.property('message').that.matches(says);
    });
  }

  it('keeps the keys that it makes in the data folder, and opens the admin with its key', async () => {
    const made = await create();
    await made.listen({ port: 0 });
    expect(readFileSync(join(folder, 'data', 'api-key'), 'utf8').trim()).to.equal(made.apiKey);
    const headers = { authorization: `Bearer ${made.adminKey}` };
    expect((await fetch(`${made.address}/admin/api/status`, { headers })).status).to.equal(200);
  });

  it('treats undefined values in a configuration as not set', async () => {
    const undefinedToo = { ...configuration(), plugins: undefined } as unknown as Configuration;
    const made = await create({ configuration: undefinedToo });
    await made.listen({ port: 0 });
    expect(await ask(made)).to.equal('Hello');
  });

  it('follows changes of its file', async () => {
    const file = join(folder, '429chain.json5');
    writeFileSync(file, JSON.stringify(configuration()));
    const made = await create({ file });
    writeFileSync(file, JSON.stringify(configuration('another')));
    await until(() => made.status().targets[0]?.target === 'one/another');
  });

  it('takes plugins as objects and as paths', async () => {
    const seen: number[] = [];
    const plugin = definePlugin({
      name: 'mine',
      apply: ({ hooks }) => hooks.afterResponse.tap('mine', ({ status }) => void seen.push(status)),
    });
    const made = await create({ plugins: [plugin, 'test/fixtures/plugins/good'] });
    await made.listen({ port: 0 });
    await ask(made);
    await until(() => seen.length === 1);
    expect(seen).to.deep.equal([200]);
    const headers = { authorization: `Bearer ${made.adminKey}` };
    const reply = await fetch(`${made.address}/admin/api/plugins`, { headers });
    const { plugins } = (await reply.json()) as { plugins: { name: string; builtIn: boolean }[] };
    expect(plugins.filter(({ builtIn }) => !builtIn).map(({ name }) => name)).to.deep.equal(['mine', 'good']);
  });

  it('refuses a plugin with the name of a built-in', async () => {
    const error = await create({ plugins: [{ name: 'providers', apply: () => {} }] }).catch((cause: unknown) => cause);
    expect(error).to.include({ code: 'plugin_failed' });
    expect((error as Error).message).to.contain('two plugins named "providers"');
  });

  it('reports every problem of an invalid configuration', async () => {
    const wrong = { providers: { one: { type: 'grok' } }, chains: { default: ['two/m'] } };
    const error = await create({ configuration: wrong }).catch((cause: unknown) => cause);
    expect(error).to.be.instanceOf(InvalidConfiguration);
    expect((error as InvalidConfiguration).problems.map(({ message }) => message)).to.deep.equal([
      "`chains.default[0]` is 'two/m', but the provider is not configured. Configured: one.",
    ]);
  });

  it('refuses to listen on a public host without keys (pitfall 46: it did so silently)', async () => {
    const made = await create();
    const error = await made.listen({ host: '0.0.0.0', port: 0 }).catch((cause: unknown) => cause);
    expect(error).to.include({ code: 'invalid_configuration' });
    expect(made.address).to.equal(undefined);
  });

  it('rejects with the reason if the port is in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const made = await create();
    const error = await made.listen({ port: (other.address() as AddressInfo).port }).catch((cause: unknown) => cause);
    expect(error).to.include({ code: 'EADDRINUSE' });
    await new Promise((resolve) => other.close(resolve));
  });

  it('writes to the log that is passed in, without keys (pitfall 45)', async () => {
    const log = new MemoryLog();
    const plugin = definePlugin({
      name: 'talker',
      apply: (api) => api.log.warn(`It is ${SECRET}`),
    });
    await create({ log, plugins: [plugin] });
    expect(log.lines.filter((line) => line.includes('[talker]'))).to.deep.equal(['[talker] It is ***']);
  });

  it('can be closed before it listens, and then does not listen', async () => {
    const made = await create();
    await made.close();
    const error = await made.listen({ port: 0 }).catch((cause: unknown) => cause);
    expect(error).to.include({ code: 'shutting_down' });
  });
});
