import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { type Answerer, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { Folder, SECRETS } from '../run.js';
import { ENV, forKey, KEY, row } from './check-output.js';

/** A free port. */
const unusedPort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

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

  it('distinguishes working, rejected, unreachable, unset and disabled providers', async () => {
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
    expect(row(run, 'gone')[2]).to.contain('connection refused');
    expect(row(run, 'unset')).to.deep.equal(['unset', 'unconfigured', 'NOT_SET is not set']);
    expect(row(run, 'off')[1]).to.equal('disabled');
    expect(run.stdout).to.contain('1 of 5 targets can be used.');
    expect(existsSync(folder.file('.429chain'))).to.equal(false);
  });

  it('tries each of several keys, and names the variable of one that is refused', async () => {
    const { baseUrl } = await upstream(forKey('a-model'));
    const apiKeys = [{ key: '${OTHER_KEY}', label: 'ann' }, '${A_KEY}', '${NOT_SET}'];
    configure({ team: { baseUrl, apiKeys } });
    const run = await folder.run(['check'], { env: { ...ENV, OTHER_KEY: 'a-key-that-is-refused' } });
    expect(row(run, 'team:ann').slice(0, 2)).to.deep.equal(['team:ann', 'key refused']);
    expect(row(run, 'team:ann')[2]).to.contain('check OTHER_KEY');
    expect(row(run, 'team:key 2')).to.deep.equal(['team:key 2', 'ok', '1 model']);
    expect(row(run, 'team:key 3')).to.deep.equal(['team:key 3', 'unconfigured', 'NOT_SET is not set']);
    expect(row(run, 'team:key 2/a-model')[1]).to.equal('listed');
    expect(run.stdout).to.contain('1 of 3 targets can be used.').and.not.to.contain('a-key-that-is-refused');
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

  it('warns about embedding models that a chain mixes', async () => {
    configure(
      { one: { baseUrl: 'http://127.0.0.1:9/v1' } },
      { chains: { default: ['one/bge-m3', 'one/nomic-embed-text'] } },
    );
    const warned = await folder.run(['check', '--offline']);
    expect(warned.stdout).to.contain('warning: Chain "default" has embedding models whose vectors cannot be compared');
    configure(
      { one: { baseUrl: 'http://127.0.0.1:9/v1' } },
      { chains: { default: { targets: ['one/bge-m3', 'one/nomic-embed-text'], sameVectors: true } } },
    );
    expect((await folder.run(['check', '--offline'])).stdout).not.to.contain('warning');
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
