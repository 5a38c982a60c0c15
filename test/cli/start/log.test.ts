import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Answerer, answer, chunk, reply, ScriptedUpstream, stream } from '../../scripted-upstream.js';
import { Folder, type Running } from '../run.js';

/** None has the shape of a known provider's key, so that they are masked only because 429chain knows them. */
const KEYS = {
  provider: 'Provider/Key+of"one"==',
  header: 'a-secret-behind-a-scheme',
  caller: 'the-callers-own-secret',
  admin: 'the-admins-own-secret',
  wrong: 'a-provider-not-in-a-chain',
} as const;

const PROMPT = 'a-private-prompt';

const ECHO = `${KEYS.provider} and ${KEYS.header} and ${encodeURIComponent(KEYS.provider)}`;

/** Answers in which a provider repeats what it received. */
const ECHOES: Readonly<Record<string, Answerer>> = {
  refusal: reply(401, { error: { message: `Incorrect API key provided: ${ECHO}` } }),
  header: reply(403, 'no', { 'www-authenticate': `Bearer ${KEYS.header}`, 'x-key': 'Provider/Key+of"one"==' }),
  limit: reply(429, { error: { message: `Limit of ${ECHO} reached` } }, { 'retry-after': '600' }),
  page: reply(502, `<html><body>Bad gateway for ${ECHO}</body></html>`, { 'content-type': 'text/html' }),
  gone: reply(404, { error: { message: `No such model for ${ECHO}`, code: 'model_not_found' } }),
  mistake: reply(400, { error: { message: `Bad request by ${ECHO}` } }),
  inside: reply(200, { error: { message: `Wrong: ${ECHO}`, code: 500 } }),
  nonsense: reply(200, `no JSON, but ${ECHO}`),
  stream: stream([chunk({ content: 'one' }), `data: ${JSON.stringify({ error: { message: `broken ${ECHO}` } })}\n\n`]),
};

const PLUGIN = `
import { readFileSync } from 'node:fs';
const said = () => [process.env.PROVIDER_KEY, process.env.HEADER_KEY, process.env.ADMIN_KEY].join(' and ');
export default {
  name: 'talkative',
  apply({ hooks, log }) {
    log.info('begins with ' + said(), { key: said() });
    hooks.beforeAttempt.tap('talkative', () => { throw new Error('before ' + said()); });
    hooks.onError.tap('talkative', () => { throw said(); });
    hooks.afterResponse.tapPromise('talkative', async () => { throw new Error('after ' + said()); });
  },
};`;

describe('the log of 429chain start', () => {
  // Each test starts a process, and some wait until it notices a changed file.
  let folder: Folder;
  let upstreams: ScriptedUpstream[];
  let running: Running | undefined;

  beforeEach(() => {
    folder = new Folder();
    upstreams = [];
  });

  afterEach(async () => {
    await running?.end('SIGKILL');
    running = undefined;
    await Promise.all(upstreams.map((upstream) => upstream.close()));
    folder.remove();
  });

  const upstream = async (answerer: Answerer): Promise<string> => {
    const started = (await ScriptedUpstream.start()).always(answerer);
    upstreams.push(started);
    return started.baseUrl;
  };

  const start = async (server: object, more: object = {}, env: Record<string, string> = {}): Promise<Running> => {
    const providers = { good: { type: 'openai-compatible', baseUrl: await upstream(answer('hello')) } };
    folder.write('429chain.json5', {
      server: { port: 0, ...server },
      providers,
      chains: { default: ['good/m'] },
      ...more,
    });
    running = await folder.start([], env);
    return running;
  };

  const ask = async (key: string, model = 'default', headers = {}, query = ''): Promise<string> => {
    const response = await fetch(`${running?.address}/v1/chat/completions${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model, stream: model === 'stream', messages: [{ role: 'user', content: PROMPT }] }),
    });
    return response.text();
  };

  const events = (text: string): Record<string, unknown>[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  /** Everything in the data folder except the keys. */
  const kept = (): string => {
    const dataDir = folder.file('.429chain');
    return readdirSync(dataDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !['api-key', 'admin-key'].includes(entry.name))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
      .join('\n');
  };

  const expectNoSecret = (text: string, secrets: readonly string[]): void => {
    for (const secret of secrets) {
      for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
        expect(text).not.to.contain(form);
      }
    }
  };

  it('contains no key and no prompt, even if a provider or plugin repeats them (pitfall 45: keys in logs)', async () => {
    const echoing = Object.entries(ECHOES);
    const providers = await Promise.all(
      echoing.map(async ([name, echo]) => [
        name,
        {
          type: 'openai-compatible',
          baseUrl: await upstream(echo),
          apiKey: '${PROVIDER_KEY}',
          headers: { 'x-more': 'Token ${HEADER_KEY}' },
        },
      ]),
    );
    const good = { type: 'openai-compatible', baseUrl: await upstream(answer('hello')) };
    const unused = { ...good, apiKey: KEYS.wrong };
    folder.write('talkative.mjs', PLUGIN);
    const configuration = {
      server: { port: 0, apiKeys: ['${CALLER_KEY}'], adminKey: '${ADMIN_KEY}', log: { level: 'debug' } },
      providers: { ...Object.fromEntries(providers), good, unused },
      chains: {
        ...Object.fromEntries(echoing.map(([name]) => [name, [`${name}/m`, 'good/m']])),
        alone: { targets: echoing.map(([name]) => `${name}/m`), maxWait: '0s' },
        default: ['good/m'],
      },
      plugins: ['./talkative.mjs'],
    };
    const env = {
      PROVIDER_KEY: KEYS.provider,
      HEADER_KEY: KEYS.header,
      CALLER_KEY: KEYS.caller,
      ADMIN_KEY: KEYS.admin,
    };
    const { printed, end } = await start(configuration.server, configuration, env);

    for (const name of Object.keys(ECHOES)) expect(await ask(KEYS.caller, name)).to.match(/hello|one/);
    await ask(KEYS.caller, 'alone');
    await ask(KEYS.provider);
    await ask(KEYS.admin);
    await ask(KEYS.caller, KEYS.provider, {}, `?key=${encodeURIComponent(KEYS.caller)}`);
    await fetch(`${running?.address}/admin/api/status`, { headers: { authorization: `Bearer ${KEYS.caller}` } });

    // Keys in the wrong place, in an invalid file and in a valid one.
    folder.write('429chain.json5', {
      ...configuration,
      server: { ...configuration.server, host: KEYS.provider, prot: KEYS.caller },
      defaultChain: KEYS.header,
    });
    await printed(/changed and cannot be used/);
    folder.write('429chain.json5', { ...configuration, providers: { ...configuration.providers, again: unused } });
    await printed(/changed configuration is in force/);
    await ask(KEYS.caller);

    const { status, stdout, stderr } = await end();
    expect(status).to.equal(0);
    const everything = stdout + stderr + kept();
    expectNoSecret(everything, [...Object.values(KEYS), PROMPT]);
    // The messages that could contain keys were logged.
    const said = events(stdout).map(({ msg }) => String(msg));
    for (const what of [
      /^\[talkative\] begins with \*\*\* and \*\*\* and \*\*\*$/,
      /^Plugin "talkative" failed in beforeAttempt .*\*\*\*/,
      /^Plugin "talkative" failed in onError .*\*\*\*/,
      /^Plugin "talkative" failed in afterResponse .*\*\*\*/,
      /^refusal refused its key \(401: Incorrect API key provided: \*\*\* and/,
      /^gone\/m is unknown to its provider/,
      /limit\/m failed in \d+ ms with rate_limit, status 429: Limit of \*\*\*/,
      /^\[request-lines\] page\/m failed in \d+ ms with server_error, status 502/,
      /stream\/m broke off .*broken \*\*\*/,
      /^429chain\.json5:\d+:\d+ +.*\*\*\*/,
      /^Stopping:/,
    ]) {
      expect(
        said.some((message) => what.test(message)),
        String(what),
      ).to.equal(true);
    }
    expect(kept()).to.contain('"target":"limit/m"');
  });

  it('names the file of a generated key, and never the key', async () => {
    const { end } = await start({});
    const key = folder.read('.429chain/api-key').trim();
    expect(await ask(key)).to.contain('hello');
    const { stdout, stderr } = await end();
    expectNoSecret(stdout + stderr, [key, PROMPT]);
    expect(stdout).to.contain(folder.file('.429chain/api-key'));
  });

  it('is pretty on a terminal, and shows the generated key', async function () {
    // `script` gives a process a terminal.
    if (process.platform !== 'linux' || !existsSync('/usr/bin/script')) this.skip();
    let pressed = false;
    const onOutput = (output: string, press: (keys: string) => void): void => {
      if (pressed || !output.includes('"messages"')) return;
      pressed = true;
      press('\x03');
    };
    const { stdout: said } = await folder.run(['--demo', '--port', '0'], { terminal: true, onOutput });
    const key = folder.read('.429chain/demo/api-key').trim();
    expect(said).to.match(/^429chain listens on http:\S+\/v1\r?\nAPI key: /);
    expect(said).to.contain(`API key: ${key} `);
    expect(said).to.match(/\d\d:\d\d:\d\d\S* Stopping/);
  });

  it('is JSON without a terminal, one line per event and nothing on stderr', async () => {
    const { end, address } = await start({ apiKeys: [KEYS.caller] });
    await ask(KEYS.caller, 'default', { 'x-request-id': 'an-id' });
    const { stdout, stderr } = await end();
    expect(stderr).to.equal('');
    const [listens, request, stopping] = events(stdout);
    expect(listens).to.include({ level: 'info', msg: `429chain listens on ${address}/v1` });
    expect(request).to.include({ level: 'info', requestId: 'an-id', target: 'good/m', status: 200 });
    expect(stopping?.msg).to.match(/^Stopping/);
  });

  it('applies a changed level and format at once', async () => {
    const { end, printed } = await start({ apiKeys: [KEYS.caller] });
    const written = JSON.parse(folder.read('429chain.json5'));
    const change = (log: object, port: number): void =>
      folder.write('429chain.json5', { ...written, server: { ...written.server, port, log } });
    change({ level: 'info', format: 'pretty' }, 1);
    await printed(/^\d\d:\d\d:\d\d warning: server\.host and server\.port take effect at the next start/m);
    await ask(KEYS.caller);
    await printed(/^\d\d:\d\d:\d\d \[request-lines\] 200 by good\/m/m);
    change({ level: 'warn' }, 2);
    await printed(/"msg":"server\.host and server\.port take effect at the next start/);
    await ask(KEYS.caller);
    const { stdout } = await end();
    expect(stdout.match(/200 by/g)).to.have.length(1);
    expect(stdout).not.to.contain('Stopping');
  });

  it('is complete and masked when the process crashes', async () => {
    // Code of no plugin: an error of a plugin does not end the process.
    const preload = `import { AsyncResource } from 'node:async_hooks';
      const own = new AsyncResource('own');
      globalThis.crash = () => own.runInAsyncScope(() =>
        setImmediate(() => { throw new Error('it ends with ' + process.env.CALLER_KEY); }));`;
    folder.write(
      'fatal.mjs',
      `export default {
        name: 'fatal',
        apply({ hooks, log }) {
          hooks.afterResponse.tap('fatal', () => {
            for (let line = 1; line <= 5000; line++) log.info('line ' + line);
            globalThis.crash();
          });
        },
      };`,
    );
    const more = { plugins: ['./fatal.mjs'] };
    const env = {
      CALLER_KEY: KEYS.caller,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}`,
    };
    const { printed, end } = await start({ apiKeys: ['${CALLER_KEY}'] }, more, env);
    await ask(KEYS.caller).catch(() => {});
    await printed(/429chain crashed/);
    const { status, stdout, stderr } = await end();
    expect({ status, stderr }).to.deep.equal({ status: 1, stderr: '' });
    const said = events(stdout).map(({ msg }) => String(msg));
    expect(said.filter((message) => message.startsWith('[fatal] line '))).to.have.length(5000);
    expect(said.some((message) => /^429chain crashed: Error: it ends with \*\*\*\n/.test(message))).to.equal(true);
    expectNoSecret(stdout, [KEYS.caller]);
  });

  it("masks keys in a plugin's error when the start fails", async () => {
    folder.write(
      'broken.mjs',
      `export default { name: 'broken', apply() { throw new Error(process.env.CALLER_KEY); } };`,
    );
    folder.write('429chain.json5', {
      server: { port: 0, apiKeys: ['${CALLER_KEY}'] },
      providers: { good: { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1' } },
      chains: { default: ['good/m'] },
      plugins: ['./broken.mjs'],
    });
    const { status, stdout, stderr } = await folder.run(['start'], { env: { CALLER_KEY: KEYS.caller } });
    expect({ status, stdout, stderr }).to.deep.equal({
      status: 1,
      stdout: '',
      stderr: 'Plugin "broken" failed in apply: *** (broken.mjs:1:50)\n',
    });
  });
});
