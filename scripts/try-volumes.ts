import assert from 'node:assert/strict';
import { chmodSync, chownSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { Container, type Volumes } from './container.js';
import { ADDRESS, step } from './try-step.js';

const PLACES = ['/config', '/data'];
const ADMIN_KEY = 'a-key-of-the-admin';

const asAdmin = (path: string, key: string | undefined, init: RequestInit = {}): Promise<Response> =>
  fetch(`${ADDRESS}/admin/api${path}`, {
    ...init,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'if-match': '*' },
  });

const saveProvider = async (key: string): Promise<void> => {
  const body = JSON.stringify({ type: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1' });
  const saved = await asAdmin('/providers/saved', key, { method: 'PUT', body });
  assert.equal(saved.status, 200, await saved.text());
};

/** Requests the admin page with a host name. @returns the status */
const statusUnder = (host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get(`${ADDRESS}/admin/`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).once('error', reject);
  });

/** Starts 429chain, runs `work` with it, and stops it. @throws if it does not exit with status 0 */
const whileRunning = async (container: Container, body: () => Promise<void>): Promise<void> => {
  const running = await container.start();
  try {
    await body();
  } finally {
    running.signal('SIGTERM');
  }
  assert.equal(await running.status, 0);
};

/** Tests the image with other kinds of volumes. `used`: volumes of a stopped container. */
export const tryVolumes = async (root: string, imageFile: string, used: Volumes): Promise<void> => {
  const withNew = async (owner: number | undefined, body: (volumes: Volumes) => Promise<void>): Promise<void> => {
    const volumes = Container.newVolumes(root, PLACES, owner);
    try {
      await body(volumes);
    } finally {
      Container.removeVolumes(volumes);
    }
  };
  const within = (volumes: Volumes, name: string): string => join(volumes['/config'] ?? '', name);

  console.log('A backup');
  await step('restores configuration, keys, ledger and log on new volumes', () =>
    withNew(undefined, async (volumes) => {
      const archive = 'config/backup.tar.gz';
      await new Container(root, imageFile, used).output([
        ...['tar', '--create', '--gzip', '--exclude', archive, '--file', `/${archive}`, '--directory', '/'],
        ...['config', 'data'],
      ]);
      cpSync(within(used, 'backup.tar.gz'), within(volumes, 'backup.tar.gz'));
      const restored = new Container(root, imageFile, volumes);
      await restored.output(['tar', '--extract', '--gzip', '--file', `/${archive}`, '--directory', '/']);
      assert.equal(statSync(within(volumes, '.env')).mode & 0o777, 0o600);
      const { CHAIN_ADMIN_KEY } = parseEnv(readFileSync(within(volumes, '.env'), 'utf8'));
      await whileRunning(restored, async () => {
        const { targets } = (await (await asAdmin('/status', CHAIN_ADMIN_KEY)).json()) as {
          targets: { state: string }[];
        };
        assert.equal(targets[0]?.state, 'exhausted');
        const { requests } = (await (await asAdmin('/requests', CHAIN_ADMIN_KEY)).json()) as { requests: object[] };
        assert.ok(requests.length >= 3, `${requests.length} requests`);
      });
    }),
  );

  console.log('Another user');
  await step('can run it on new volumes, with keys in files and a host name for the admin', () =>
    withNew(undefined, async (volumes) => {
      writeFileSync(within(volumes, 'key'), 'a-key-in-a-file\n');
      const environment = {
        CHAIN_API_KEY_FILE: '/config/key',
        CHAIN_ADMIN_KEY: ADMIN_KEY,
        CHAIN_HOST: 'llm.example.org',
      };
      await whileRunning(new Container(root, imageFile, volumes, { user: '4321:4321', environment }), async () => {
        const models = await fetch(`${ADDRESS}/v1/models`, { headers: { authorization: 'Bearer a-key-in-a-file' } });
        assert.equal(models.status, 200);
        assert.equal(await statusUnder('llm.example.org'), 200);
        assert.equal(await statusUnder('429chain:3429'), 403);
      });
    }),
  );

  console.log('Your own configuration');
  await step('is the example with its two lines and keys, which it needs to start; its folder can be read-only', () =>
    withNew(undefined, async (volumes) => {
      const container = new Container(root, imageFile, volumes);
      const shipped = readFileSync('429chain.json5', 'utf8');
      writeFileSync(within(volumes, '429chain.json5'), shipped);
      const { status, output } = await container.run(['429chain', 'start', '--create']);
      assert.equal(status, 1);
      assert.match(output, /apiKeys/);
      writeFileSync(within(volumes, '429chain.json5'), shipped.replaceAll(/\/\/ (apiKeys|adminKey):/g, '$1:'));
      writeFileSync(within(volumes, '.env'), `CHAIN_API_KEY=a-key-of-a-caller\nCHAIN_ADMIN_KEY=${ADMIN_KEY}\n`);
      for (const name of ['429chain.json5', '.env']) chownSync(within(volumes, name), 1000, 1000);
      await whileRunning(container, () => saveProvider(ADMIN_KEY));
      chownSync(volumes['/config'] ?? '', 0, 0);
      chmodSync(volumes['/config'] ?? '', 0o755);
      chmodSync(within(volumes, '429chain.json5'), 0o444);
      await whileRunning(container, async () => {
        assert.equal((await asAdmin('/providers', ADMIN_KEY)).status, 200);
        assert.equal((await asAdmin('/providers/saved', ADMIN_KEY, { method: 'DELETE' })).status, 403);
      });
    }),
  );

  console.log('A single-file mount');
  await step('is overwritten in place', () =>
    withNew(undefined, async (volumes) => {
      const folder = mkdtempSync(join(tmpdir(), '429chain-file-'));
      const file = join(folder, '429chain.json5');
      const keys = `{ apiKeys: ['a-key-of-a-caller'], adminKey: '${ADMIN_KEY}' }`;
      writeFileSync(file, `// A comment\n{ server: ${keys}, providers: {}, chains: {} }\n`);
      chownSync(file, 1000, 1000);
      const mounted = { ...volumes, '/config/429chain.json5': file };
      await whileRunning(new Container(root, imageFile, mounted), () => saveProvider(ADMIN_KEY));
      assert.match(readFileSync(file, 'utf8'), /^\/\/ A comment\n[\s\S]*saved/);
      rmSync(folder, { recursive: true });
    }),
  );

  console.log('A folder of another user');
  await step('stops the start, and says what to do', () =>
    withNew(0, async (volumes) => {
      const { status, output } = await new Container(root, imageFile, volumes).run(['429chain', 'start', '--create']);
      assert.equal(status, 1);
      assert.match(output, /chown -R 1000:1000/);
    }),
  );
};
