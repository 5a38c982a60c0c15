import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import OpenAI from 'openai';
import { API_KEY, HELLO } from '../proxy.js';
import { answer, reply, ScriptedUpstream } from '../scripted-upstream.js';
import { CommandLine } from './command-line.js';
import { ROOT } from './pages.js';

/** A time zone in which it is `hour` o'clock and some minutes now. */
const zoneWhereItIs = (hour: number): string => {
  const ahead = ((hour - new Date().getUTCHours() + 35) % 24) - 11;
  return `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
};

describe('The samples in docs/examples', () => {
  let folder: string;
  let local: ScriptedUpstream;
  let cloud: ScriptedUpstream;
  let running: CommandLine | undefined;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), '429chain-examples-'));
    local = (await ScriptedUpstream.start()).always(answer('local'));
    cloud = (await ScriptedUpstream.start()).always(answer('cloud'));
  });

  afterEach(async () => {
    await running?.kill();
    running = undefined;
    await Promise.all([local.close(), cloud.close()]);
    rmSync(folder, { recursive: true });
  });

  /** `429chain start`, as a user types it, in front of a configuration. */
  const start = (configuration: object, plugins: readonly string[], env: Record<string, string> = {}): CommandLine => {
    const file = join(folder, '429chain.json5');
    const providers = {
      local: { type: 'openai-compatible', baseUrl: local.baseUrl },
      cloud: { type: 'openai-compatible', baseUrl: cloud.baseUrl },
    };
    const whole = { server: { apiKeys: [API_KEY] }, providers, ...configuration };
    writeFileSync(file, JSON.stringify(whole, undefined, 2));
    const options = plugins.flatMap((plugin) => ['--plugins', plugin]);
    running = new CommandLine(['start', '--config', file, '--port', '0', ...options], env);
    return running;
  };

  const sdkOf = async (command: CommandLine): Promise<OpenAI> =>
    new OpenAI({ baseURL: await command.listening(), apiKey: API_KEY, maxRetries: 0 });

  /** The real SDK's question, and what came back. */
  const ask = async (sdk: OpenAI): Promise<{ said: string | null | undefined; target: string | null }> => {
    const request = sdk.chat.completions.create({ model: 'default', messages: [...HELLO] });
    const { data, response } = await request.withResponse();
    return { said: data.choices[0]?.message.content, target: response.headers.get('x-429chain-target') };
  };

  const BOTH = { chains: { default: ['local/a-model', 'cloud/a-model'] } };

  it('are typed: they pass the compiler against 429chain/plugin', async () => {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const compiled = promisify(execFile)(process.execPath, [tsc, '-p', 'docs/examples'], { cwd: ROOT });
    const { stdout } = await compiled.catch((failed: { stdout: string }) => failed);
    expect(stdout).to.equal('');
  });

  it('quiet-hours: at night the provider "local" is not asked, and the next target answers', async () => {
    const command = start(BOTH, ['docs/examples/quiet-hours'], { TZ: zoneWhereItIs(3) });
    expect(await ask(await sdkOf(command))).to.deep.equal({ said: 'cloud', target: 'cloud/a-model' });
    expect(local.received).to.have.length(0);
    expect(await command.stop()).to.equal(0);
  });

  it('quiet-hours: by day it is asked', async () => {
    const command = start(BOTH, ['docs/examples/quiet-hours'], { TZ: zoneWhereItIs(12) });
    expect(await ask(await sdkOf(command))).to.deep.equal({ said: 'local', target: 'local/a-model' });
    expect(await command.stop()).to.equal(0);
  });

  it('quiet-hours: takes provider and hours from the configuration, and tells when to come again', async () => {
    const use = join(ROOT, 'docs/examples/quiet-hours');
    const plugins = [{ use, options: { provider: 'cloud', from: 11, to: 15 } }];
    const chains = { default: ['cloud/a-model'] };
    const command = start({ chains, plugins }, [], { TZ: zoneWhereItIs(12) });
    const refusal = await ask(await sdkOf(command)).then(
      () => expect.fail('it was answered'),
      (error: unknown) => error as InstanceType<typeof OpenAI.APIError>,
    );
    expect(refusal.status).to.equal(429);
    const { targets } = refusal.error as { targets: { reason: string; retry_at: string }[] };
    expect(targets[0]?.reason).to.equal('cloud rests until 15:00');
    expect(targets[0]?.retry_at).to.match(/:00:00\.000Z$/);
    expect(Number(refusal.headers?.get('retry-after'))).to.be.within(1.5 * 3600, 3 * 3600);
    expect(await command.stop()).to.equal(0);
  });

  it('quiet-hours: options that make no sense refuse the start, with their place', async () => {
    const use = join(ROOT, 'docs/examples/quiet-hours');
    const command = start({ ...BOTH, plugins: [{ use, options: { form: 22 } }] }, []);
    expect(await command.exit).to.equal(1);
    expect(command.output).to.match(/429chain\.json5:\d+:\d+ .*unknown key `form`. Did you mean `from`\?/);
  });

  it('echo-provider: a provider type in one file, wherever it lies, answers when the others cannot', async () => {
    const copy = join(folder, 'echo-provider');
    cpSync(join(ROOT, 'docs/examples/echo-provider'), copy, { recursive: true });
    cloud.always(reply(429, { error: { message: 'slow down' } }, { 'retry-after': '60' }));
    const providers = {
      cloud: { type: 'openai-compatible', baseUrl: cloud.baseUrl },
      echo: { type: 'echo', options: { voice: 'loud' } },
    };
    const command = start({ providers, chains: { default: ['cloud/a-model', 'echo/parrot'] } }, [copy]);
    const sdk = await sdkOf(command);
    expect(await ask(sdk)).to.deep.equal({ said: 'HELLO', target: 'echo/parrot' });
    let streamed = '';
    const stream = await sdk.chat.completions.create({ model: 'default', messages: [...HELLO], stream: true });
    for await (const { choices } of stream) streamed += choices[0]?.delta.content ?? '';
    expect(streamed).to.equal('HELLO');
    expect(cloud.received).to.have.length(1);
    expect(await command.stop()).to.equal(0);
  });
});
