import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { AdminApi } from '../src/contract/admin-api.js';
import { type Answerer, answer, chunk, DONE, reply, ScriptedUpstream } from '../test/scripted-upstream.js';
import { Container } from './container.js';
import { ADDRESS, step } from './try-step.js';
import { tryVolumes } from './try-volumes.js';

/** The second half of try-image.sh: runs the image and uses it as its owner would. */
const [root = '', imageFile = ''] = process.argv.slice(2);

const volumes = Container.newVolumes(root, ['/config', '/data']);
const inConfig = (name: string): string => join(volumes['/config'] ?? '', name);
const keys = (): NodeJS.Dict<string> => parseEnv(readFileSync(inConfig('.env'), 'utf8'));
const container = new Container(root, imageFile, volumes);

const call = async (path: string, key: string | undefined, body?: object, method = 'POST'): Promise<Response> =>
  fetch(`${ADDRESS}${path}`, {
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'if-match': '*' },
    ...(body === undefined ? {} : { method, body: JSON.stringify(body) }),
  });

const chat = (more: object = {}): Promise<Response> =>
  call('/v1/chat/completions', keys().CHAIN_API_KEY, {
    model: 'default',
    messages: [{ role: 'user', content: 'Hello' }],
    ...more,
  });

const admin = async <R extends `GET /${string}` & keyof AdminApi>(route: R): Promise<AdminApi[R]['reply']> => {
  const response = await call(`/admin/api${route.slice('GET '.length)}`, keys().CHAIN_ADMIN_KEY);
  assert.equal(response.status, 200, route);
  return (await response.json()) as AdminApi[R]['reply'];
};

const save = async (path: string, body: object): Promise<void> => {
  const saved = await call(`/admin/api${path}`, keys().CHAIN_ADMIN_KEY, body, 'PUT');
  assert.equal(saved.status, 200, await saved.text());
};

/** A stream that ends on request. */
const held = (): { readonly answerer: Answerer; readonly finish: () => void } => {
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const answerer: Answerer = async (res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(chunk({ role: 'assistant', content: 'begun' }));
    await finished;
    res.end(chunk({ content: ' and ended' }, 'stop') + DONE);
  };
  return { answerer, finish };
};

const limited = (await ScriptedUpstream.start()).always(
  reply(429, { error: { message: 'Too many requests today' } }, { 'retry-after': '3600' }),
);
const upstream = (await ScriptedUpstream.start()).always(answer('Hello from upstream'));

try {
  console.log('The image');
  await step('runs as a user other than root, with Node as process 1', async () => {
    assert.match(container.image.User, /^1000\b/);
    assert.equal(await container.output(['id', '-u']), '1000');
    assert.match(await container.output(['sh', '-c', '429chain --version']), /^\d+\.\d+\.\d+$/);
  });
  await step('is writable only in /config, /data and /tmp', async () => {
    const tries = ['/app/x', '/config/x', '/data/x', '/etc/x', '/home/node/x', '/tmp/x', '/usr/local/bin/x'];
    const script = `for f in ${tries.join(' ')}; do touch $f 2>/dev/null && echo $f && rm $f; done; true`;
    assert.deepEqual((await container.output(['sh', '-c', script])).split('\n'), ['/config/x', '/data/x', '/tmp/x']);
  });

  console.log('The first start');
  let running = await container.start();
  await step('creates a configuration and keys, and prints no key', async () => {
    assert.equal(statSync(inConfig('.env')).mode & 0o777, 0o600);
    const { CHAIN_API_KEY = '', CHAIN_ADMIN_KEY = '' } = keys();
    assert.match(CHAIN_API_KEY, /^429-/);
    assert.match(CHAIN_ADMIN_KEY, /^admin-/);
    assert.match(running.output(), /429chain generated CHAIN_API_KEY and CHAIN_ADMIN_KEY in \/config\/\.env/);
    assert.ok(!running.output().includes(CHAIN_API_KEY) && !running.output().includes(CHAIN_ADMIN_KEY));
  });
  await step('is healthy', async () => {
    assert.equal((await container.health()).status, 0);
  });
  await step('has Node as process 1', async () => {
    assert.match(readFileSync(`/proc/${running.pid}/cmdline`, 'utf8'), /^node\0/);
    assert.match(readFileSync(`/proc/${running.pid}/status`, 'utf8'), /^NSpid:.*\t1$/m);
  });
  await step('serves the admin', async () => {
    const page = await (await fetch(`${ADDRESS}/admin/`)).text();
    const script = /<script[^>]+src="([^"]+)"/.exec(page)?.[1];
    assert.equal((await fetch(`${ADDRESS}${script}`)).status, 200);
  });
  await step('rejects requests without a key', async () => {
    assert.equal((await call('/v1/chat/completions', 'wrong', { messages: [] })).status, 401);
    assert.equal((await call('/admin/api/status', keys().CHAIN_API_KEY)).status, 401);
  });

  console.log('The admin');
  await step('saves providers and a chain, with the key in /config/.env', async () => {
    const type = 'openai-compatible';
    await save('/providers/one', { type, baseUrl: limited.baseUrl, apiKey: 'a-key-of-a-provider' });
    await save('/providers/two', { type, baseUrl: upstream.baseUrl });
    await save('/chains/default', { targets: [{ target: 'one/a-model' }, { target: 'two/a-model' }] });
    assert.equal(keys().ONE_API_KEY, 'a-key-of-a-provider');
    assert.match(readFileSync(inConfig('429chain.json5'), 'utf8'), /\$\{ONE_API_KEY\}/);
  });
  await step('answers with the second target while the first is limited', async () => {
    const response = await chat();
    assert.equal(response.headers.get('x-429chain-target'), 'two/a-model');
    assert.match(await response.text(), /Hello from upstream/);
  });

  await step('runs commands, as `docker exec` does', async () => {
    assert.match(await container.output(['429chain', 'status']), /^one\/a-model +exhausted[\s\S]*^two\/a-model/m);
    assert.match(await container.output(['429chain', 'explain']), /two\/a-model/);
    await container.output(['429chain', 'check', '--offline']);
  });
  await step('loads a plugin from /config', async () => {
    writeFileSync(
      inConfig('hello.js'),
      `import { definePlugin } from '429chain/plugin';
       export default definePlugin({ name: 'hello', apply() { throw new Error('The plugin says hello'); } });`,
    );
    const { output } = await container.run(['429chain', 'start', '--port', '0', '--plugins', '/config/hello.js']);
    assert.match(output, /The plugin says hello/);
  });

  console.log('SIGTERM');
  await step('exits with status 0 after the stream in flight is complete', async () => {
    const { answerer, finish } = held();
    upstream.script(answerer);
    const response = await chat({ stream: true });
    const text = response.text();
    running.signal('SIGTERM');
    await running.printed(/Stopping/);
    finish();
    const whole = await text;
    assert.match(whole, /begun/);
    assert.match(whole, / and ended[\s\S]*data: \[DONE\]/);
    assert.equal(await running.status, 0);
  });
  await step('is not healthy afterwards', async () => {
    const { status, output } = await container.health();
    assert.equal(status, 1);
    assert.match(output, /does not answer/);
  });

  console.log('kill -9 and restart');
  running = await container.start();
  await step('serves with the same configuration and the same keys', async () => {
    assert.match(await (await chat()).text(), /Hello from upstream/);
    assert.equal(limited.received.length, 1, '429chain asked the first target during its cooldown');
  });
  running.signal('SIGKILL');
  await running.status;
  running = await container.start();
  await step('is healthy', async () => {
    assert.equal((await container.health()).status, 0);
  });
  await step('still knows the cooldown of the first target', async () => {
    const { targets } = await admin('GET /status');
    assert.equal(targets.find(({ target }) => target === 'one/a-model')?.state, 'exhausted');
    assert.equal((await chat()).status, 200);
    assert.equal(limited.received.length, 1);
  });
  await step('still has its configuration and all requests in its log', async () => {
    const { providers } = await admin('GET /providers');
    assert.deepEqual(
      providers.map(({ id }) => id),
      ['one', 'two'],
    );
    const { requests } = await admin('GET /requests');
    assert.ok(requests.length >= 3, `${requests.length} requests`);
  });
  running.signal('SIGTERM');
  assert.equal(await running.status, 0);

  await tryVolumes(root, imageFile, volumes);
} finally {
  container.kill();
  Container.removeVolumes(volumes);
  await Promise.all([limited.close(), upstream.close()]);
}
