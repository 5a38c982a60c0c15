import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { CommandLine } from '../../docs/shell/command-line.js';
import { type RunningProxy, startProxy } from '../../proxy.js';
import { answer, chunk, DONE, reply, ScriptedUpstream, stream } from '../../scripted-upstream.js';
import { Folder, SECRETS } from '../run.js';

describe('429chain ask', () => {
  let folder: Folder;
  let one: ScriptedUpstream;
  let two: ScriptedUpstream;
  let proxy: RunningProxy;

  const portOf = (address: string): number => Number(new URL(address).port);

  const configuration = (): object => ({
    server: { apiKeys: [SECRETS.proxy] },
    providers: {
      one: { type: 'openai-compatible', baseUrl: one.baseUrl, apiKey: SECRETS.provider },
      two: { type: 'openai-compatible', baseUrl: two.baseUrl },
      three: { type: 'openai-compatible', baseUrl: two.baseUrl, apiKey: '${NOT_SET}' },
    },
    chains: {
      default: { targets: ['one/a-model', 'two/a-model'], maxWait: '0s' },
      single: { targets: ['one/a-model'], maxWait: '0s', resume: false },
      poor: { targets: ['one/a-model', 'three/a-model'], maxWait: '0s' },
    },
    defaultChain: 'default',
  });

  /** Writes a configuration whose proxy is at `port`. */
  const writeConfiguration = (port: number, server: object = { apiKeys: ['${PROXY_KEY}'] }): void =>
    folder.write('429chain.json5', { ...configuration(), server: { port, ...server } });

  const env = { PROXY_KEY: SECRETS.proxy };

  beforeEach(async () => {
    folder = new Folder();
    one = (await ScriptedUpstream.start()).always(answer('Hello from one'));
    two = (await ScriptedUpstream.start()).always(answer('Hello from two'));
    proxy = await startProxy(configuration());
    writeConfiguration(portOf(proxy.address));
  });

  afterEach(async () => {
    await proxy.close();
    await Promise.all([one.close(), two.close()]);
    folder.remove();
  });

  it('prints the answer to stdout and the target to stderr', async () => {
    const run = await folder.run(['ask', 'How', 'are you?'], { env });
    expect(run).to.deep.equal({ status: 0, stdout: 'Hello from one\n', stderr: 'one/a-model answered, 1 attempt.\n' });
    expect(one.received[0]?.body).to.deep.include({ messages: [{ role: 'user', content: 'How are you?' }] });
  });

  it('escapes control characters in answers and error messages', async () => {
    one.always(answer('a\tb\n\x1b]52;c;ZXZpbA==\x07'));
    const answered = await folder.run(['ask', 'Hello'], { env });
    expect(answered.stdout).to.equal('a\tb\n\\x1b]52;c;ZXZpbA==\\x07\n');
    one.always(reply(429, { error: { message: 'no\n\x1b[2Jroom' } }));
    const refused = await folder.run(['ask', '--chain', 'single', 'Hello'], { env });
    expect(refused.stderr).to.contain('no \\x1b[2Jroom');
  });

  it('reports the number of attempts', async () => {
    one.always(reply(503, 'busy'));
    const { stdout, stderr } = await folder.run(['ask', 'Hello'], { env });
    expect(stdout).to.equal('Hello from two\n');
    expect(stderr).to.equal('two/a-model answered, 2 attempts.\n');
  });

  for (const [what, chain, served] of [
    ['a chain', 'single', 'one/a-model'],
    ['a target', 'two/other', 'two/other'],
  ] as const) {
    it(`sends the request to ${what} given with --chain`, async () => {
      const { stderr } = await folder.run(['ask', 'Hello', '--chain', chain], { env });
      expect(stderr).to.equal(`${served} answered, 1 attempt.\n`);
    });
  }

  it('rejects an unknown chain, which the proxy would answer with its default chain', async () => {
    const { status, stderr } = await folder.run(['ask', 'Hello', '--chain', 'singel'], { env });
    expect(status).to.equal(2);
    expect(stderr).to.equal('There is no chain "singel". Chains: default, single, poor. Did you mean `single`?\n');
  });

  it('prints the answer while it arrives', async () => {
    let seen = (): void => {};
    const printed = new Promise<void>((resolve) => {
      seen = resolve;
    });
    one.always(async (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chunk({ content: 'begun' }));
      await printed;
      res.end(chunk({ content: ' and ended\n' }, 'stop') + DONE);
    });
    const onOutput = (stdout: string): void => {
      if (stdout === 'begun') seen();
    };
    const { stdout } = await folder.run(['ask', 'Hello'], { env, onOutput });
    expect(stdout).to.equal('begun and ended\n');
  });

  it('reads the question from stdin when there are no arguments', async () => {
    const { status } = await folder.run(['ask'], { env, input: 'From a pipe: ä\n' });
    expect(status).to.equal(0);
    expect(one.received[0]?.body).to.deep.include({ messages: [{ role: 'user', content: 'From a pipe: ä\n' }] });
  });

  it('rejects an empty question', async () => {
    const { status, stderr } = await folder.run(['ask'], { env });
    expect({ status, stderr }).to.deep.equal({
      status: 2,
      stderr: 'The question is missing. Run 429chain ask "…", or pipe the question to 429chain ask.\n',
    });
  });

  it('uses the generated key in the data folder', async () => {
    writeConfiguration(portOf(proxy.address), {});
    mkdirSync(folder.file('data'));
    folder.write('data/api-key', `${SECRETS.proxy}\n`);
    expect((await folder.run(['ask', 'Hello', '--data-dir', 'data'])).status).to.equal(0);
  });

  it('fails when no proxy is running, and says how to start one', async () => {
    await proxy.close();
    const { status, stderr } = await folder.run(['ask', 'Hello'], { env });
    expect(status).to.equal(1);
    expect(stderr).to.match(
      /^No proxy is running at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)\.\n {2}429chain start /,
    );
  });

  it('says how to start the demo when that is not running', async () => {
    const port = String(portOf(proxy.address));
    await proxy.close();
    const { status, stderr } = await folder.run(['ask', '--demo', '--port', port, 'Hello']);
    expect(status).to.equal(1);
    expect(stderr).to.match(/^No proxy is running at [^\n]+\n {2}429chain start --demo /);
  });

  it('reports that no proxy is running when there is no generated key', async () => {
    writeConfiguration(portOf(proxy.address), {});
    const { status, stderr } = await folder.run(['ask', 'Hello']);
    expect(status).to.equal(1);
    expect(stderr).to.match(/^No proxy is running .*no API key in .*\.429chain\)/);
  });

  it('lists the reason of each target when none can answer', async () => {
    one.always(reply(429, { error: { message: `Limit reached for ${SECRETS.provider}` } }, { 'retry-after': '30' }));
    const { status, stdout, stderr } = await folder.run(['ask', 'Hello', '--chain', 'poor'], { env });
    expect({ status, stdout }).to.deep.equal({ status: 1, stdout: '' });
    expect(stderr).to.match(/^No target of chain "poor" can answer now\.$/m);
    expect(stderr).to.match(
      /^ {2}one\/a-model +rate limit reached \(429\): Limit reached for \*\*\* · retry in \d+ s$/m,
    );
    expect(stderr).to.match(/^ {2}three\/a-model +NOT_SET is not set$/m);
    expect(stderr).to.match(/^Retry in \d+ s\.$/m);
  });

  it('gives the same reason while the target is cooling down', async () => {
    one.always(reply(429, { error: { message: 'spent' } }, { 'retry-after': '7200' }));
    await folder.run(['ask', 'Hello', '--chain', 'single'], { env });
    const { stderr } = await folder.run(['ask', 'Hello', '--chain', 'single'], { env });
    expect(stderr).to.match(/^ {2}one\/a-model +rate limit reached.*spent.* · retry at \S/m);
    expect(one.received).to.have.length(1);
  });

  it("prints the provider's message when it rejects the request", async () => {
    one.always(reply(400, { error: { message: 'I do not like that' } }));
    const { status, stderr } = await folder.run(['ask', 'Hello', '--chain', 'single'], { env });
    expect(status).to.equal(1);
    expect(stderr).to.equal('one/a-model refused the request (400): I do not like that\n');
  });

  it('reports that the proxy rejects the key', async () => {
    const { status, stderr } = await folder.run(['ask', 'Hello'], { env: { PROXY_KEY: 'another-key' } });
    expect({ status, stderr }).to.deep.equal({
      status: 1,
      stderr: 'This API key is not one of server.apiKeys. (status 401)\n',
    });
  });

  it('fails when the answer breaks off, after printing what arrived', async () => {
    one.always(stream([chunk({ content: 'half an' })], 'cut'));
    const { status, stdout, stderr } = await folder.run(['ask', 'Hello', '--chain', 'single'], { env });
    expect({ status, stdout }).to.deep.equal({ status: 1, stdout: 'half an\n' });
    expect(stderr).to.match(/^one\/a-model broke off after its first token/);
  });

  for (const [what, status, type, body, says] of [
    ['an HTML page', 200, 'text/html', '<html></html>', /^The answer is empty\.\n$/],
    ['an error page', 502, 'text/html', '<title>Bad gateway</title>', /^Bad gateway \(status 502\)\n$/],
    [
      'half a stream',
      200,
      'text/event-stream',
      chunk({ content: 'half' }),
      /^The answer broke off before its end\.\n$/,
    ],
    ['invalid JSON in a stream', 200, 'text/event-stream', 'data: {"a\n\n', /^The answer broke off: /],
  ] as const) {
    it(`fails with a message when the server is not 429chain: ${what}`, async () => {
      const server = createServer((_req, res) => void res.writeHead(status, { 'content-type': type }).end(body));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      writeConfiguration((server.address() as AddressInfo).port);
      const run = await folder.run(['ask', 'Hello'], { env });
      await new Promise((resolve) => server.close(resolve));
      expect(run.status).to.equal(1);
      expect(run.stderr).to.match(says);
    });
  }

  it('talks to a running demo without a configuration', async () => {
    const dataDir = folder.file('demo');
    const demo = new CommandLine(['--demo', '--port', '0', '--data-dir', dataDir]);
    try {
      const port = new URL(await demo.listening()).port;
      const args = ['ask', '--demo', '--port', port, '--data-dir', dataDir, '--chain', 'fast', 'Hello'];
      const { status, stdout, stderr } = await folder.run(args);
      expect(status, stderr).to.equal(0);
      expect(stdout).to.contain('Hello');
      expect(stderr).to.match(/answered, \d attempts?\.$/m);
      expect(await demo.stop()).to.equal(0);
    } finally {
      await demo.kill();
    }
  });

  it('makes start report that the port is in use', async () => {
    const { status, stderr } = await folder.run(['start', '--port', String(portOf(proxy.address))], { env });
    expect(status).to.equal(1);
    expect(stderr).to.match(/^429chain cannot listen on 127\.0\.0\.1:\d+: another process listens there\./m);
  });
});
