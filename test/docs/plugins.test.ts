import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import * as door from '../../src/plugin/index.js';
import { API_KEY, HELLO, type RunningProxy, startProxy } from '../proxy.js';
import { reply, ScriptedUpstream } from '../scripted-upstream.js';
import { type Block, blocksOf, ROOT, readPage } from './pages.js';

const LONG = [{ role: 'user', content: 'word '.repeat(5000) }];

describe('docs/plugins.md', () => {
  const all = blocksOf('plugins.md', 'js');
  const isPlugin = ({ text }: Block): boolean => text.includes('export default');
  const blocks = all.filter(isPlugin);
  let folder: string;
  let one: ScriptedUpstream;
  let two: ScriptedUpstream;
  let proxy: RunningProxy | undefined;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), '429chain-docs-'));
    one = await ScriptedUpstream.start();
    two = await ScriptedUpstream.start();
  });

  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
    await Promise.all([one.close(), two.close()]);
    rmSync(folder, { recursive: true });
  });

  /** Runs a plugin of the page in its own folder, with two providers: `first` and `other`. */
  const run = async (block: Block | undefined, first = 'groq', type = 'openai-compatible'): Promise<RunningProxy> => {
    writeFileSync(join(folder, 'index.mjs'), block?.text ?? 'no such block');
    const configuration = {
      providers: {
        [first]: { type, baseUrl: one.baseUrl },
        other: { type: 'openai-compatible', baseUrl: two.baseUrl },
      },
      chains: { default: [`${first}/small-1`, 'other/a-model'] },
    };
    proxy = await startProxy(configuration, { plugins: [folder] });
    return proxy;
  };

  const withText = (text: string): Block[] => blocks.filter((block) => block.text.includes(text));

  for (const block of blocks) {
    it(`shows a plugin that works: ${block.place}`, async () => {
      const { post, app } = await run(block);
      expect((await post({ messages: HELLO })).status).to.equal(200);
      one.always(reply(500, 'no'));
      expect((await post({ messages: HELLO })).status).to.equal(200);
      expect(app.runtime.host.faults).to.deep.equal([]);
    });
  }

  it('starts with a plugin that logs the line shown on the page', async () => {
    const { post, log } = await run(blocks[0], 'groq');
    await (await post({ messages: HELLO })).text();
    expect(log.lines.filter((line) => line.startsWith('[my-plugin]')).join()).to.match(
      /^\[my-plugin\] 200 by groq\/small-1 in \d+ ms$/,
    );
  });

  it('continues with one that keeps long requests away from one provider, without and with options', async () => {
    const found = withText('estimatedTokens');
    expect(found).to.have.length(2);
    for (const block of found) {
      const { post, close } = await run(block);
      expect((await post({ messages: HELLO })).headers.get('x-429chain-target')).to.equal('groq/small-1');
      expect((await post({ messages: LONG })).headers.get('x-429chain-target')).to.equal('other/a-model');
      await close();
      proxy = undefined;
    }
  });

  it('reads signals and a failure of a provider with its own headers and status', async () => {
    const { post, app } = await run(withText('x-acme-calls-left')[0], 'acme');
    one.script(reply(420, 'calm down', { 'x-acme-calls-left': '7' }));
    await post({ messages: HELLO });
    const [target] = app.runtime.chains.all[0]?.targets ?? [];
    const status = target && app.runtime.stateOf(target);
    expect(status).to.include({ state: 'exhausted' });
    expect(status?.quotas[0]).to.include({ dimension: 'requests', remaining: 7, windowMs: 3_600_000 });
  });

  it('adds a provider type that adapts what the provider refuses', async () => {
    const { post } = await run(withText('addProviderType')[0], 'mine', 'acme');
    await post({
      messages: [{ role: 'user', content: 'Hello', name: 'Ada' }],
      logprobs: true,
      max_completion_tokens: 9,
      reasoning_effort: 'xhigh',
    });
    expect(one.received[0]?.headers).to.include({ 'x-acme-client': '429chain' });
    expect(one.received[0]?.body).to.deep.equal({
      model: 'small-1',
      messages: [{ role: 'user', content: 'Hello' }],
      max_tokens: 9,
      reasoning_effort: 'high',
    });
  });

  it('tests a type whose API is not OpenAI’s, and shows the report of the kit', async () => {
    const [plugin, ...others] = withText('translate:');
    expect(others).to.deep.equal([]);
    const report = all.find((block) => !isPlugin(block))?.text ?? '';
    const [passed = '', failed = ''] = blocksOf('plugins.md', 'text').map(({ text }) => text);
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(ROOT, join(folder, 'node_modules/429chain'));
    const reportOn = (code = '', without = "'tools', 'models'"): Promise<string> => {
      writeFileSync(join(folder, 'index.mjs'), code);
      writeFileSync(join(folder, 'report.mjs'), report.replace("'tools', 'models'", without));
      return promisify(execFile)(process.execPath, ['report.mjs'], { cwd: folder }).then(({ stdout }) => stdout);
    };
    expect(await reportOn(plugin?.text)).to.contain(passed);
    const forgetful = plugin?.text.replace('Array.isArray(content)', 'false');
    expect(await reportOn(forgetful, "'streams', 'tools', 'errors', 'abort', 'models'")).to.contain(failed.trimEnd());
  });

  it('declares limits', async () => {
    const { app } = await run(withText('declareLimits')[0]);
    const [target] = app.runtime.chains.all[0]?.targets ?? [];
    const quotas = target === undefined ? [] : app.runtime.stateOf(target).quotas;
    expect(quotas.map(({ scope, dimension, limit }) => `${scope} ${dimension} ${limit}`)).to.have.members([
      'groq concurrent 2',
      'groq requests 60',
    ]);
  });

  it('answers its own route', async () => {
    const { post, address } = await run(withText('addRoute')[0], 'mine');
    one.always(reply(429, { error: { message: 'spent' } }, { 'retry-after': '60' }));
    await post({ messages: HELLO });
    const headers = { authorization: `Bearer ${API_KEY}` };
    expect(await (await fetch(`${address}/exhausted`, { headers })).text()).to.equal(
      'mine/small-1: rate_limit (429): spent',
    );
    expect(await (await fetch(`${address}/exhausted?state=tracking`, { headers })).text()).to.equal('');
    expect((await fetch(`${address}/exhausted`)).status).to.equal(401);
  });

  it('answers its own protocol, whole, streamed and refused', async () => {
    const { address } = await run(withText('addProtocol')[0]);
    const ask = async (body: object, key = API_KEY): Promise<string> => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const asked = { method: 'POST', headers, body: JSON.stringify({ question: 'Hello', ...body }) };
      return (await fetch(`${address}/questions/ask`, asked)).text();
    };
    expect(await ask({})).to.equal('{"text":"hello","done":true}');
    expect(await ask({ stream: true })).to.equal('{"text":"hello"}\n{"done":true}\n');
    expect(await ask({}, 'wrong')).to.contain('{"error":"This API key is not');
  });

  it('names everything that 429chain/plugin exports, and nothing else', () => {
    const [, table = ''] = /^## Helpers\n([\s\S]*?)^## /m.exec(readPage('plugins.md')) ?? [];
    const cells = [...table.matchAll(/^\| (`.*?) *\|/gm)].map(([, cell]) => cell as string);
    const named = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(named).to.have.members(Object.keys(door));
  });
});
