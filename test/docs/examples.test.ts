import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import OpenAI from 'openai';
import { API_KEY, HELLO } from '../proxy.js';
import { answer, reply, ScriptedUpstream, stream } from '../scripted-upstream.js';
import { MESSAGES_SHAPE } from './messages-api.js';
import { ROOT } from './pages.js';
import { CommandLine } from './shell/command-line.js';

/** A time zone in which the current time is `hour` and some minutes. */
const zoneWhereItIs = (hour: number): string => {
  const ahead = ((hour - new Date().getUTCHours() + 35) % 24) - 11;
  return `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
};

/** A port that was free a moment ago. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
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

  /** Runs `429chain start` with a configuration, as a user does. */
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

  /** Asks with the real SDK. Returns the answer and the target. */
  const ask = async (
    sdk: OpenAI,
    model = 'default',
  ): Promise<{ said: string | null | undefined; target: string | null }> => {
    const request = sdk.chat.completions.create({ model, messages: [...HELLO] });
    const { data, response } = await request.withResponse();
    return { said: data.choices[0]?.message.content, target: response.headers.get('x-429chain-target') };
  };

  const BOTH = { chains: { default: ['local/a-model', 'cloud/a-model'] } };

  it('compile against the types of 429chain/plugin', async () => {
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

  it('quiet-hours: during the day it is asked', async () => {
    const command = start(BOTH, ['docs/examples/quiet-hours'], { TZ: zoneWhereItIs(12) });
    expect(await ask(await sdkOf(command))).to.deep.equal({ said: 'local', target: 'local/a-model' });
    expect(await command.stop()).to.equal(0);
  });

  it('quiet-hours: takes provider and hours from the configuration, and says when to retry', async () => {
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
    expect(targets[0]?.reason).to.equal('cloud is not used until 15:00');
    expect(targets[0]?.retry_at).to.match(/:00:00\.000Z$/);
    expect(Number(refusal.headers?.get('retry-after'))).to.be.within(1.5 * 3600, 3 * 3600);
    expect(await command.stop()).to.equal(0);
  });

  it('quiet-hours: invalid options stop the start, with line and column', async () => {
    const use = join(ROOT, 'docs/examples/quiet-hours');
    const command = start({ ...BOTH, plugins: [{ use, options: { form: 22 } }] }, []);
    expect(await command.exit).to.equal(1);
    expect(command.output).to.match(/429chain\.json5:\d+:\d+ .*unknown key `form`. Did you mean `from`\?/);
  });

  it('echo-provider: a provider type in one file, in any folder, answers if others cannot', async () => {
    const copy = join(folder, 'echo-provider');
    cpSync(join(ROOT, 'docs/examples/echo-provider'), copy, { recursive: true });
    cloud.always(reply(429, { error: { message: 'slow down' } }, { 'retry-after': '60' }));
    const providers = {
      cloud: { type: 'openai-compatible', baseUrl: cloud.baseUrl },
      echo: { type: 'echo', options: { voice: 'loud' } },
    };
    const plugins = [{ use: copy, options: { port: await freePort() } }];
    const command = start({ providers, chains: { default: ['cloud/a-model', 'echo/parrot'] }, plugins }, []);
    const sdk = await sdkOf(command);
    expect(await ask(sdk)).to.deep.equal({ said: 'HELLO', target: 'echo/parrot' });
    let streamed = '';
    const stream = await sdk.chat.completions.create({ model: 'default', messages: [...HELLO], stream: true });
    for await (const { choices } of stream) streamed += choices[0]?.delta.content ?? '';
    expect(streamed).to.equal('HELLO');
    expect(cloud.received).to.have.length(1);
    expect(await command.stop()).to.equal(0);
  });

  it('messages-provider: an API of another shape answers the real SDK, whole and streamed', async () => {
    const said = { pieces: ['Land ', 'ahoy!'], usage: { input: 12, output: 4 } };
    local.script(reply(200, MESSAGES_SHAPE.answer?.(said)), stream(MESSAGES_SHAPE.stream?.(said) ?? []));
    const providers = { theirs: { type: 'messages', baseUrl: local.baseUrl, apiKey: 'their-key' } };
    const command = start({ providers, chains: { default: ['theirs/a-model'] } }, ['docs/examples/messages-provider']);
    const sdk = await sdkOf(command);
    expect(await ask(sdk)).to.deep.equal({ said: 'Land ahoy!', target: 'theirs/a-model' });
    const messages = [{ role: 'system', content: 'Be brief.' } as const, ...HELLO];
    const runner = sdk.chat.completions.stream({
      model: 'default',
      messages,
      stream_options: { include_usage: true },
    });
    expect(await runner.finalContent()).to.equal('Land ahoy!');
    expect(await runner.totalUsage()).to.include({ prompt_tokens: 12, completion_tokens: 4 });
    expect(local.received[1]?.path).to.equal('/v1/messages');
    expect(local.received[1]?.headers).to.include({ 'x-api-key': 'their-key', 'anthropic-version': '2023-06-01' });
    expect(local.received[1]?.headers).not.to.have.property('authorization');
    expect(local.received[1]?.body).to.deep.equal({
      model: 'a-model',
      max_tokens: 4096,
      system: 'Be brief.',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
      stream: true,
    });
    expect(await command.stop()).to.equal(0);
  });

  it('quota-header: the limits of its own header are respected', async () => {
    local.always(answer('local', { 'x-quota': 'minute=3/20, day=1000/1000' }));
    const command = start(BOTH, ['docs/examples/quota-header']);
    const sdk = await sdkOf(command);
    expect((await ask(sdk)).target).to.equal('local/a-model');
    expect((await ask(sdk)).target).to.equal('cloud/a-model');
    expect(local.received).to.have.length(1);
    expect(await command.stop()).to.equal(0);
  });

  it("day-reserve: the last fifth of a day's limit is kept for one chain", async () => {
    const left = (remaining: number) => answer('local', { 'x-quota': `minute=0/500, day=${1000 - remaining}/1000` });
    local.script(left(201), left(200)).always(left(199));
    const use = join(ROOT, 'docs/examples/day-reserve');
    const plugins = [join(ROOT, 'docs/examples/quota-header'), { use, options: { chain: 'urgent' } }];
    const chains = { ...BOTH.chains, urgent: ['local/a-model'] };
    const command = start({ chains, defaultChain: 'default', plugins }, []);
    const sdk = await sdkOf(command);
    const targets: (string | null)[] = [];
    for (const _ of [1, 2, 3]) targets.push((await ask(sdk)).target);
    expect(targets).to.deep.equal(['local/a-model', 'local/a-model', 'cloud/a-model']);
    expect((await ask(sdk, 'urgent')).target).to.equal('local/a-model');
    expect(await command.stop()).to.equal(0);
  });
});
