import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { type Answerer, hangUp, reply, ScriptedUpstream, silence } from '../../scripted-upstream.js';
import { Folder, type Run, SECRETS } from '../run.js';

/** An answer of a provider, and what `check` prints for it. */
interface Case {
  readonly what: string;
  readonly answer: Answerer;
  /** Further fields of the provider. */
  readonly provider?: object;
  readonly state: string;
  readonly says?: RegExp;
  /** The state of the target `ID/a-model`. */
  readonly target: RegExp;
}

const list = (...ids: string[]) => ids.map((id) => ({ id, object: 'model' }));
const KEY = { apiKey: '${A_KEY}' };
const LISTED = /^listed$/;
const UNKNOWN = /^unknown$/;

/** Sends the list only to requests with the key, as most providers do. */
const forKey =
  (...ids: string[]): Answerer =>
  (res, request) =>
    request.headers.authorization === `Bearer ${SECRETS.provider}`
      ? reply(200, { object: 'list', data: list(...ids) })(res, request)
      : reply(401, { error: { message: 'no key' } })(res, request);

const CASES: Readonly<Record<string, Case>> = {
  good: {
    what: 'a list that needs the key',
    answer: forKey('a-model', 'b'),
    provider: KEY,
    state: 'ok',
    says: /^2 models$/,
    target: LISTED,
  },
  open: {
    what: 'a public list (OpenRouter), which does not test the key',
    answer: reply(200, { data: list('a-model') }),
    provider: KEY,
    state: 'ok',
    says: /^1 model; the list is public, so the key was not tested$/,
    target: LISTED,
  },
  keyless: {
    what: 'a list without a key',
    answer: reply(200, { data: list('a-model') }),
    state: 'ok',
    says: /^1 model$/,
    target: LISTED,
  },
  together: {
    what: 'a bare array (Together)',
    answer: reply(200, list('a-model', 'b', 'c')),
    state: 'ok',
    says: /^3 models$/,
    target: LISTED,
  },
  gemini: {
    what: "ids with Gemini's prefix",
    answer: reply(200, { data: list('models/a-model') }),
    state: 'ok',
    target: LISTED,
  },
  lacking: {
    what: 'a list without the model',
    answer: reply(200, { data: list('a-modle') }),
    state: 'ok',
    target: /^not listed\. Did you mean `a-modle`\?$/,
  },
  retired: {
    what: 'the model as not active (Groq)',
    answer: reply(200, { data: [{ id: 'a-model', active: false }, { id: 'b' }] }),
    state: 'ok',
    says: /^1 model$/,
    target: /^not listed\.$/,
  },
  empty: {
    what: 'null for an empty list (Ollama)',
    answer: reply(200, { object: 'list', data: null }),
    state: 'ok',
    says: /^0 models$/,
    target: /^not listed\.$/,
  },
  cohere: {
    what: "Cohere's own list",
    answer: reply(200, { models: [{ name: 'a-model' }] }),
    state: 'ok',
    says: /not understood/,
    target: UNKNOWN,
  },
  cloudflare: {
    what: "Cloudflare's own list",
    answer: reply(200, { result: [{ name: 'a-model' }] }),
    state: 'ok',
    says: /not understood/,
    target: UNKNOWN,
  },
  page: {
    what: 'an HTML page',
    answer: reply(200, '<html><title>Hi</title></html>'),
    state: 'failing',
    says: /no JSON\. Is baseUrl right\?/,
    target: /^failing$/,
  },
  unlisted: {
    what: '404',
    answer: reply(404, '404 page not found'),
    state: 'no list',
    says: /^404: 404 page not found · is baseUrl right\?$/,
    target: /^no list$/,
  },
  moved: {
    what: 'a redirect',
    answer: reply(301, '', { location: 'http://127.0.0.1:1/' }),
    state: 'failing',
    says: /^301/,
    target: /^failing$/,
  },
  refused: {
    what: '401 with the key in its message',
    answer: reply(401, { error: { message: `Incorrect API key provided: ${SECRETS.provider}` } }),
    provider: KEY,
    state: 'key refused',
    says: /^401: Incorrect API key provided: \*\*\* · check A_KEY$/,
    target: /^key refused$/,
  },
  literal: {
    what: '401 to a key in the file itself',
    answer: reply(401, {}),
    provider: { apiKey: SECRETS.provider },
    state: 'key refused',
    says: /· check its apiKey$/,
    target: /^key refused$/,
  },
  stranger: {
    what: '401 to a request without any key',
    answer: reply(401, {}),
    state: 'key refused',
    says: /· it has no apiKey in the configuration$/,
    target: /^key refused$/,
  },
  header: {
    what: '403 with the key of a header in its message',
    answer: reply(403, { message: `${SECRETS.header} is wrong` }),
    provider: { headers: { 'x-key': 'Key ${A_HEADER_KEY}' } },
    state: 'key refused',
    says: /^403: \*\*\* is wrong/,
    target: /^key refused$/,
  },
  google: {
    what: '400 with the reason API_KEY_INVALID (Gemini)',
    answer: reply(400, [
      {
        error: {
          code: 400,
          message: 'API key not valid.',
          status: 'INVALID_ARGUMENT',
          details: [{ reason: 'API_KEY_INVALID' }],
        },
      },
    ]),
    provider: KEY,
    state: 'key refused',
    target: /^key refused$/,
  },
  limited: {
    what: '429',
    answer: reply(429, { error: { message: 'slow down' } }),
    state: 'at its limit',
    says: /^429: slow down$/,
    target: /^at its limit$/,
  },
  overloaded: { what: '503', answer: reply(503, 'busy'), state: 'failing', says: /^503: busy$/, target: /^failing$/ },
  escaping: {
    what: 'terminal control characters',
    answer: reply(500, 'a\u001b[2Jb\nc'),
    state: 'failing',
    says: /^500: a \[2Jb c$/,
    target: /^failing$/,
  },
  hanging: {
    what: 'nothing before the timeout',
    answer: silence,
    provider: { timeouts: { firstToken: '300ms' } },
    state: 'unreachable',
    says: /^http:\/\/127\.0\.0\.1:\d+: no answer within 0\.3 s$/,
    target: /^unreachable$/,
  },
  broken: {
    what: 'a closed connection',
    answer: hangUp,
    state: 'unreachable',
    says: /the connection broke/,
    target: /^unreachable$/,
  },
};

/** The cells of the row of `run` that begins with `first`. */
const row = ({ stdout }: Run, first: string): string[] =>
  stdout
    .split('\n')
    .map((line) => line.trim().split(/ {3,}/))
    .find(([cell]) => cell === first) ?? [];

/** A free port. */
const unusedPort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const ENV = { A_KEY: SECRETS.provider, A_HEADER_KEY: SECRETS.header };

describe('429chain check', () => {
  let folder: Folder;
  const upstreams: ScriptedUpstream[] = [];

  beforeEach(() => {
    folder = new Folder();
  });

  afterEach(async () => {
    folder.remove();
    await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
  });

  const upstream = async (answer: Answerer): Promise<ScriptedUpstream> => {
    const started = (await ScriptedUpstream.start()).always(answer);
    upstreams.push(started);
    return started;
  };

  /** Writes a configuration with these providers, and a chain of `ID/a-model` over all of them. */
  const configure = (providers: Readonly<Record<string, object>>, more: object = {}): void =>
    folder.write('429chain.json5', {
      providers: Object.fromEntries(
        Object.entries(providers).map(([id, provider]) => [id, { type: 'openai-compatible', ...provider }]),
      ),
      chains: { default: Object.keys(providers).map((id) => `${id}/a-model`) },
      ...more,
    });

  describe('reports a provider that answers with', () => {
    let shared: Folder;
    let run: Run;
    const running: ScriptedUpstream[] = [];

    before(async () => {
      shared = new Folder();
      const providers: [string, object][] = [];
      for (const [id, { answer, provider = {} }] of Object.entries(CASES)) {
        const started = (await ScriptedUpstream.start()).always(answer);
        running.push(started);
        providers.push([id, { type: 'openai-compatible', baseUrl: started.baseUrl, ...provider }]);
      }
      shared.write('429chain.json5', {
        providers: Object.fromEntries(providers),
        chains: { default: providers.map(([id]) => `${id}/a-model`) },
      });
      run = await shared.run(['check'], { env: ENV });
    });

    after(async () => {
      shared.remove();
      await Promise.all(running.map((each) => each.close()));
    });

    for (const [id, { what, state, says, target }] of Object.entries(CASES)) {
      it(`${what}: ${state}`, () => {
        const [, found, detail = ''] = row(run, id);
        expect(found, run.stdout).to.equal(state);
        if (says !== undefined) expect(detail).to.match(says);
        expect(row(run, `${id}/a-model`)[1]).to.match(target);
      });
    }

    it('using the path, key and headers of any other request', () => {
      const [first] = running[Object.keys(CASES).indexOf('good')]?.received ?? [];
      expect(first?.path).to.equal('/v1/models');
      expect(first?.headers).to.include({ authorization: `Bearer ${SECRETS.provider}` });
      expect(first?.headers['user-agent']).to.match(/^429chain\//);
      const [other] = running[Object.keys(CASES).indexOf('header')]?.received ?? [];
      expect(other?.headers).to.include({ 'x-key': `Key ${SECRETS.header}` });
    });

    it('warning of models that are not listed, without failing', () => {
      expect(run).to.include({ status: 0, stderr: '' });
      expect(run.stdout).to.match(/^warning: a model that is not listed may be retired\./m);
      expect(run.stdout).to.match(/^\d+ of \d+ targets can be used\.$/m);
    });
  });

  it('tells a good, a refused, an unreachable, an unset and a disabled provider apart', async () => {
    const good = await upstream(forKey('a-model'));
    const bad = await upstream(reply(401, { error: { message: 'Wrong API Key' } }));
    configure({
      good: { baseUrl: good.baseUrl, ...KEY },
      bad: { baseUrl: bad.baseUrl, ...KEY },
      gone: { baseUrl: `http://127.0.0.1:${await unusedPort()}/v1` },
      unset: { baseUrl: bad.baseUrl, apiKey: '${NOT_SET}' },
      off: { baseUrl: bad.baseUrl, enabled: false },
    });
    const run = await folder.run(['check'], { env: ENV });
    expect(run.status).to.equal(0);
    expect(row(run, 'good')).to.deep.equal(['good', 'ok', '1 model']);
    expect(row(run, 'bad')).to.deep.equal(['bad', 'key refused', '401: Wrong API Key · check A_KEY']);
    expect(row(run, 'gone')[1]).to.equal('unreachable');
    expect(row(run, 'gone')[2]).to.contain('nothing listens there');
    expect(row(run, 'unset')).to.deep.equal(['unset', 'unconfigured', 'NOT_SET is not set']);
    expect(row(run, 'off')[1]).to.equal('disabled');
    expect(run.stdout).to.contain('1 of 5 targets can be used.');
    expect(existsSync(folder.file('.429chain'))).to.equal(false);
  });

  it('reads keys from the .env beside the file', async () => {
    const good = await upstream(forKey('a-model'));
    configure({ good: { baseUrl: good.baseUrl, ...KEY } });
    folder.write('.env', `A_KEY=${SECRETS.provider}\n`);
    expect(row(await folder.run(['check']), 'good')[1]).to.equal('ok');
  });

  it('fails when no target can be used because no provider answers', async () => {
    const bad = await upstream(reply(401, {}));
    configure({ bad: { baseUrl: bad.baseUrl } });
    const { status, stderr } = await folder.run(['check']);
    expect({ status, stderr }).to.deep.equal({
      status: 1,
      stderr: 'No target can be used. See the table of providers for the reasons.\n',
    });
  });

  it('fails when no target can be used because no key is set', async () => {
    configure({ unset: { baseUrl: 'http://127.0.0.1:1/v1', ...KEY } });
    const { status, stderr } = await folder.run(['check']);
    expect({ status, stderr }).to.deep.equal({
      status: 1,
      stderr: 'No target can be used. Set A_KEY in the environment or in .env.\n',
    });
  });

  it('reports an empty configuration', async () => {
    const empty = new Folder();
    try {
      empty.write('429chain.json5', '{ providers: {}, chains: {} }');
      const { status, stdout, stderr } = await empty.run(['check']);
      expect({ status, stdout, stderr }).to.deep.equal({
        status: 1,
        stdout: '429chain.json5 is valid.\n\n',
        stderr: 'No chains yet: 429chain cannot answer requests.\n',
      });
    } finally {
      empty.remove();
    }
  });

  it('asks no provider with --offline', async () => {
    const good = await upstream(forKey('a-model'));
    configure({ good: { baseUrl: good.baseUrl, ...KEY } });
    const run = await folder.run(['check', '--offline'], { env: ENV });
    expect(run.status).to.equal(0);
    expect(row(run, 'good')[1]).to.equal('not asked');
    expect(run.stdout).to.contain('1 of 1 target can be used, as far as --offline can tell: no provider was asked.');
    expect(good.received).to.deep.equal([]);
  });

  it('does not touch the request log of a running proxy, and creates none', async () => {
    const good = await upstream(forKey('a-model'));
    configure({ good: { baseUrl: good.baseUrl, ...KEY } });
    await folder.run(['check'], { env: ENV });
    expect(existsSync(folder.file('.429chain'))).to.equal(false);
    mkdirSync(folder.file('.429chain/requests'), { recursive: true });
    folder.write('.429chain/requests/2026-01-01.0001.db', '{"_id":"000001","i');
    await folder.run(['check'], { env: ENV });
    expect(folder.read('.429chain/requests/2026-01-01.0001.db')).to.equal('{"_id":"000001","i');
    expect(readdirSync(folder.file('.429chain/requests'))).to.have.length(1);
  });

  describe('refuses', () => {
    const GOOD = { baseUrl: 'http://127.0.0.1:1/v1' };

    it('an invalid file, listing every problem with its position', async () => {
      const broken =
        "{\n  server: { port: 'x' },\n  providers: { groq: { typ: 'groq' } },\n  chains: { default: ['grok/a'] },\n}\n";
      folder.write('429chain.json5', broken);
      const { status, stdout, stderr } = await folder.run(['check']);
      expect({ status, stdout }).to.deep.equal({ status: 1, stdout: '' });
      const places = stderr.trimEnd().split('\n');
      expect(places).to.have.length.of.at.least(3);
      for (const place of places) expect(place).to.match(/^429chain\.json5:[2-4]:\d+ {2}\S/);
      for (const line of ['2', '3', '4']) expect(stderr).to.contain(`429chain.json5:${line}:`);
    });

    it('an unknown provider type', async () => {
      configure({ one: { ...GOOD, type: 'grok' } });
      const { status, stderr } = await folder.run(['check', '--offline']);
      expect(status).to.equal(1);
      expect(stderr).to.match(/^429chain\.json5:4:\d+ {2}`providers\.one\.type` is 'grok'.*Did you mean `groq`\?$/m);
    });

    it('a missing plugin', async () => {
      configure({ one: GOOD }, { plugins: ['./missing'] });
      const { status, stderr } = await folder.run(['check', '--offline']);
      expect(status).to.equal(1);
      expect(stderr).to.match(/^429chain\.json5:\d+:\d+ +There is no plugin at .*missing\.$/m);
    });

    it('invalid plugin options, also for a plugin given with --plugins', async () => {
      const plugin = `export default { name: 'p', optionsSchema: { type: 'object', required: ['keep'] }, apply() {} };`;
      folder.write('plugin.mjs', plugin);
      configure({ one: GOOD }, { plugins: [{ use: './plugin.mjs', options: {} }] });
      const named = await folder.run(['check', '--offline']);
      expect(named.status).to.equal(1);
      expect(named.stderr).to.match(/^429chain\.json5:\d+:\d+ {2}.*keep/m);
      configure({ one: GOOD });
      const added = await folder.run(['check', '--offline', '--plugins', 'plugin.mjs']);
      expect(added.status).to.equal(1);
      expect(added.stderr).to.contain('Plugin "p" needs options');
    });
  });
});
