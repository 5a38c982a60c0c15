import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import Koa from 'koa';
import { WrongKeys } from '../../src/access/wrong-keys.js';
import { createGate } from '../../src/admin/gate/gate.js';
import { AdminKey } from '../../src/admin/gate/key.js';
import { Sessions } from '../../src/admin/gate/sessions.js';
import { silentLog } from '../../src/log.js';
import { until } from '../until.js';
import { ADMIN_KEY } from './browser.js';

describe('An open response of the admin', () => {
  let folder: string;
  let sessions: Sessions;
  let current: string;
  let server: Server;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), '429chain-'));
    current = ADMIN_KEY;
    const key = (): string => current;
    sessions = new Sessions({ file: join(folder, 'sessions.json'), key, now: Date.now, log: silentLog });
    const surface = new Koa();
    const adminKey = new AdminKey(key, new WrongKeys(() => performance.now()));
    surface.use(createGate({ hosts: () => [], sessions, key: adminKey, recheckMs: 10 }));
    surface.use((ctx) => {
      const feed = new PassThrough();
      feed.write('an event\n');
      ctx.body = feed;
    });
    surface.on('error', () => {});
    server = createServer(surface.callback());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (headers: Record<string, string>): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      const req = get({ host: '127.0.0.1', port, path: '/admin/api/events', headers }, (res) => {
        res.on('error', () => {});
        res.resume();
        resolve(res);
      });
      req.on('error', reject);
    });

  it('ends when its session signs out, and those of other sessions stay open', async () => {
    const [one, two] = [sessions.open(false), sessions.open(false)];
    const [first, second] = await Promise.all([one, two].map((token) => open({ cookie: `429chain-session=${token}` })));
    sessions.close(one);
    await until(() => first?.destroyed === true);
    expect(second?.destroyed).to.equal(false);
  });

  it('ends when the admin key changes, for scripts too', async () => {
    const answers = await Promise.all([
      open({ cookie: `429chain-session=${sessions.open(false)}` }),
      open({ authorization: `Bearer ${ADMIN_KEY}` }),
    ]);
    expect(answers.map(({ statusCode, destroyed }) => [statusCode, destroyed])).to.deep.equal([
      [200, false],
      [200, false],
    ]);
    current = 'another';
    await until(() => answers.every(({ destroyed }) => destroyed));
  });
});
