import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { CommandLine } from '../../docs/command-line.js';
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

  /** Writes the configuration as a file that leads to `port`. */
  const point = (port: number, server: object = { apiKeys: ['${PROXY_KEY}'] }): void =>
    folder.write('429chain.json5', { ...configuration(), server: { port, ...server } });

  const env = { PROXY_KEY: SECRETS.proxy };

  beforeEach(async () => {
    folder = new Folder();
    one = (await ScriptedUpstream.start()).always(answer('Hello from one'));
    two = (await ScriptedUpstream.start()).always(answer('Hello from two'));
    proxy = await startProxy(configuration());
    point(portOf(proxy.address));
  });

  afterEach(async () => {
    await proxy.close();
    await Promise.all([one.close(), two.close()]);
    folder.remove();
  });

  it('prints the answer, and beside it who gave it', async () => {
    const run = await folder.run(['ask', 'How', 'are you?'], { env });
    expect(run).to.deep.equal({ status: 0, stdout: 'Hello from one\n', stderr: 'one/a-model answered, 1 attempt.\n' });
    expect(one.received[0]?.body).to.deep.include({ messages: [{ role: 'user', content: 'How are you?' }] });
  });

  it('lets no model and no provider steer the terminal', async () => {
    one.always(answer('a\tb\n\x1b]52;c;ZXZpbA==\x07'));
    const answered = await folder.run(['ask', 'Hello'], { env });
    expect(answered.stdout).to.equal('a\tb\n\\x1b]52;c;ZXZpbA==\\x07\n');
    one.always(reply(429, { error: { message: 'no\n\x1b[2Jroom' } }));
    const refused = await folder.run(['ask', '--chain', 'single', 'Hello'], { env });
    expect(refused.stderr).to.contain('no \\x1b[2Jroom');
  });

  it('says how many attempts it took', async () => {
    one.always(reply(503, 'busy'));
    const { stdout, stderr } = await folder.run(['ask', 'Hello'], { env });
    expect(stdout).to.equal('Hello from two\n');
    expect(stderr).to.equal('two/a-model answered, 2 attempts.\n');
  });

  for (const [what, chain, served] of [
    ['a chain', 'single', 'one/a-model'],
    ['a target', 'two/other', 'two/other'],
  ] as const) {
    it(`asks ${what} that --chain names`, async () => {
      const { stderr } = await folder.run(['ask', 'Hello', '--chain', chain], { env });
      expect(stderr).to.equal(`${served} answered, 1 attempt.\n`);
    });
  }

  it('refuses a chain that the proxy would take for its default', async () => {
    const { status, stderr } = await folder.run(['ask', 'Hello', '--chain', 'singel'], { env });
    expect(status).to.equal(2);
    expect(stderr).to.equal('There is no chain "singel". Chains: default, single, poor. Did you mean `single`?\n');
  });

  it('prints words as they come', async () => {
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

  it('reads the question from its input when there are no words', async () => {
    const { status } = await folder.run(['ask'], { env, input: 'From a pipe: ä\n' });
    expect(status).to.equal(0);
    expect(one.received[0]?.body).to.deep.include({ messages: [{ role: 'user', content: 'From a pipe: ä\n' }] });
  });

  it('refuses to ask nothing', async () => {
    const { status, stderr } = await folder.run(['ask'], { env });
    expect({ status, stderr }).to.deep.equal({
      status: 2,
      stderr: 'There is no question. Write 429chain ask "…", or pipe one in.\n',
    });
  });

  it('finds the key that the proxy keeps in its data folder', async () => {
    point(portOf(proxy.address), {});
    mkdirSync(folder.file('data'));
    folder.write('data/api-key', `${SECRETS.proxy}\n`);
    expect((await folder.run(['ask', 'Hello', '--data-dir', 'data'])).status).to.equal(0);
  });

  it('says when no proxy is running, and how to start one', async () => {
    await proxy.close();
    const { status, stderr } = await folder.run(['ask', 'Hello'], { env });
    expect(status).to.equal(1);
    expect(stderr).to.match(
      /^No proxy is running at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)\.\n {2}429chain start /,
    );
  });

  it('takes a proxy that never made a key for one that never ran', async () => {
    point(portOf(proxy.address), {});
    const { status, stderr } = await folder.run(['ask', 'Hello']);
    expect(status).to.equal(1);
    expect(stderr).to.match(/^No proxy is running .*no API key in .*\.429chain\)/);
  });

  it('tells the reason of each target when none can answer', async () => {
    one.always(reply(429, { error: { message: `Limit reached for ${SECRETS.provider}` } }, { 'retry-after': '30' }));
    const { status, stdout, stderr } = await folder.run(['ask', 'Hello', '--chain', 'poor'], { env });
    expect({ status, stdout }).to.deep.equal({ status: 1, stdout: '' });
    expect(stderr).to.match(/^No target of chain "poor" can answer now\.$/m);
    expect(stderr).to.match(
      /^ {2}one\/a-model +at its rate limit \(429\): Limit reached for \*\*\* · again in \d+ s$/m,
    );
    expect(stderr).to.match(/^ {2}three\/a-model +NOT_SET is not set$/m);
    expect(stderr).to.match(/^Try again in \d+ s\.$/m);
  });

  it('tells the same of a target that is left alone since', async () => {
    one.always(reply(429, { error: { message: 'spent' } }, { 'retry-after': '7200' }));
    await folder.run(['ask', 'Hello', '--chain', 'single'], { env });
    const { stderr } = await folder.run(['ask', 'Hello', '--chain', 'single'], { env });
    expect(stderr).to.match(/^ {2}one\/a-model +at its rate limit.*spent.* · again at \S/m);
    expect(one.received).to.have.length(1);
  });

  it('passes on what a provider says about the question itself', async () => {
    one.always(reply(400, { error: { message: 'I do not like that' } }));
    const { status, stderr } = await folder.run(['ask', 'Hello', '--chain', 'single'], { env });
    expect(status).to.equal(1);
    expect(stderr).to.equal('one/a-model refused the question (400): I do not like that\n');
  });

  it('says when the proxy refuses the key', async () => {
    const { status, stderr } = await folder.run(['ask', 'Hello'], { env: { PROXY_KEY: 'another-key' } });
    expect({ status, stderr }).to.deep.equal({
      status: 1,
      stderr: 'That API key is not one of server.apiKeys. (status 401)\n',
    });
  });

  it('fails when the answer breaks off, and keeps what came', async () => {
    one.always(stream([chunk({ content: 'half an' })], 'cut'));
    const { status, stdout, stderr } = await folder.run(['ask', 'Hello', '--chain', 'single'], { env });
    expect({ status, stdout }).to.deep.equal({ status: 1, stdout: 'half an\n' });
    expect(stderr).to.match(/^one\/a-model broke off after its first token/);
  });

  for (const [what, status, type, body, says] of [
    ['a page', 200, 'text/html', '<html></html>', /^The answer has no text\.\n$/],
    ['an error page', 502, 'text/html', '<title>Bad gateway</title>', /^an HTML page: Bad gateway \(status 502\)\n$/],
    [
      'half a stream',
      200,
      'text/event-stream',
      chunk({ content: 'half' }),
      /^The answer broke off before its end\.\n$/,
    ],
    ['no JSON in a stream', 200, 'text/event-stream', 'data: {"a\n\n', /^The answer broke off: /],
  ] as const) {
    it(`copes with a server that is not 429chain: ${what}`, async () => {
      const server = createServer((_req, res) => void res.writeHead(status, { 'content-type': type }).end(body));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      point((server.address() as AddressInfo).port);
      const run = await folder.run(['ask', 'Hello'], { env });
      await new Promise((resolve) => server.close(resolve));
      expect(run.status).to.equal(1);
      expect(run.stderr).to.match(says);
    });
  }

  it('asks a demo that runs, in a folder without any configuration', async () => {
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

  it('finds a port taken, and start says so', async () => {
    const { status, stderr } = await folder.run(['start', '--port', String(portOf(proxy.address))], { env });
    expect(status).to.equal(1);
    expect(stderr).to.match(/^429chain cannot listen on 127\.0\.0\.1:\d+: something listens there already\./m);
  });
});
