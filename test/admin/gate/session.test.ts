import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { App } from '../../../src/app.js';
import { openStore } from '../../../src/config/source/store.js';
import { MemoryLog, type RunningProxy, startProxy } from '../../proxy.js';
import { TurningClock } from '../../turning-clock.js';
import { until } from '../../until.js';
import { ADMIN_KEY, type Answered, ask, BEARER, cookieIn, JSON_TYPE, LONELY, signIn, trySignIn } from '../browser.js';

const MINUTE = 60_000;
const DAY = 86_400_000;

const withKey = (adminKey: string): object => ({ ...LONELY, server: { ...LONELY.server, adminKey } });

describe('Signing in to the admin', () => {
  let clock: TurningClock;
  let proxy: RunningProxy;

  beforeEach(async () => {
    clock = new TurningClock();
    proxy = await startProxy(LONELY, { clock });
  });

  afterEach(() => proxy.close());

  const status = (headers: Record<string, string>): Promise<Answered> =>
    ask(proxy.address, { path: '/admin/api/status', headers });

  it('gives the browser access to the API', async () => {
    const cookie = await signIn(proxy.address);
    expect((await status(cookie)).status).to.equal(200);
    const { status: code, text } = await ask(proxy.address, { path: '/admin/api/session', headers: cookie });
    expect(code).to.equal(200);
    expect(JSON.parse(text)).to.have.all.keys('signedIn', 'version').and.to.include({ signedIn: true });
  });

  it('sets a cookie that is HttpOnly, SameSite=Strict and for /admin only', async () => {
    const { headers } = await trySignIn(proxy.address, ADMIN_KEY);
    const [cookie = '', ...attributes] = headers['set-cookie']?.[0]?.split('; ') ?? [];
    expect(cookie).to.match(/^429chain-session=[\w-]{43}$/);
    expect(attributes).to.have.members(['Path=/admin', 'HttpOnly', 'SameSite=Strict', `Max-Age=${400 * 86_400}`]);
    expect(headers['cache-control']).to.equal('no-store');
  });

  it('sets a Secure cookie if the page was loaded over https', async () => {
    const { host } = new URL(proxy.address);
    const { headers } = await trySignIn(proxy.address, ADMIN_KEY, { origin: `https://${host}` });
    expect(headers['set-cookie']?.[0]?.split('; ')).to.include('Secure');
  });

  it('gives each browser its own session and ends only the one that signs out', async () => {
    const [one, two] = [await signIn(proxy.address), await signIn(proxy.address)];
    expect(one.cookie).not.to.equal(two.cookie);
    const headers = { ...one, ...JSON_TYPE };
    const out = await ask(proxy.address, { method: 'DELETE', path: '/admin/api/session', headers });
    expect(out.status).to.equal(200);
    expect(out.headers['set-cookie']?.[0]).to.match(/^429chain-session=; .*Max-Age=0;/);
    expect((await status(one)).status).to.equal(401);
    expect((await status(two)).status).to.equal(200);
  });

  it('ends the earlier session when a browser signs in again', async () => {
    const before = await signIn(proxy.address);
    const { headers } = await trySignIn(proxy.address, ADMIN_KEY, before);
    expect((await status(before)).status).to.equal(401);
    expect((await status({ cookie: cookieIn(headers) })).status).to.equal(200);
  });

  it('ends a session after seven days without use, and no other', async () => {
    const [used, unused] = [await signIn(proxy.address), await signIn(proxy.address)];
    clock.turn(6 * DAY);
    expect((await status(used)).status).to.equal(200);
    clock.turn(2 * DAY);
    expect((await status(used)).status).to.equal(200);
    expect((await status(unused)).status).to.equal(401);
  });

  it('gives a browser a newer cookie with the same attributes when it was used for over an hour', async () => {
    const { host } = new URL(proxy.address);
    const { headers } = await trySignIn(proxy.address, ADMIN_KEY, { origin: `https://${host}` });
    const first = { cookie: cookieIn(headers) };
    expect((await status(first)).headers).not.to.have.property('set-cookie');
    clock.turn(2 * 3_600_000);
    const renewed = (await status(first)).headers;
    expect(renewed['set-cookie']?.[0]?.split('; ').slice(1)).to.deep.equal(
      headers['set-cookie']?.[0]?.split('; ').slice(1),
    );
    const second = { cookie: cookieIn(renewed) };
    expect(second.cookie).not.to.equal(first.cookie);
    expect((await status(second)).status).to.equal(200);
    await ask(proxy.address, { method: 'DELETE', path: '/admin/api/session', headers: { ...first, ...JSON_TYPE } });
    expect([(await status(first)).status, (await status(second)).status]).to.deep.equal([401, 401]);
  });

  it('accepts the session of another 429chain with the same admin key, and of no other', async () => {
    const [same, other] = [
      await startProxy(LONELY, { clock }),
      await startProxy(withKey('another-admin-key'), { clock }),
    ];
    try {
      expect((await status(await signIn(same.address))).status).to.equal(200);
      expect((await status(await signIn(other.address, 'another-admin-key'))).status).to.equal(401);
    } finally {
      await Promise.all([same.close(), other.close()]);
    }
  });

  it('refuses a token that was changed in any character', async () => {
    const { cookie } = await signIn(proxy.address);
    const from = cookie.indexOf('=') + 1;
    // The last character has two bits that mean nothing.
    for (let at = from; at < cookie.length - 1; at++) {
      const changed = cookie[at] === 'A' ? 'B' : 'A';
      const forged = `${cookie.slice(0, at)}${changed}${cookie.slice(at + 1)}`;
      expect((await status({ cookie: forged })).status, `character ${at - from}`).to.equal(401);
    }
  });

  it('keeps a hundred sessions and drops the least recently used one', async () => {
    const first = await signIn(proxy.address);
    const second = await signIn(proxy.address);
    clock.turn(2 * 3_600_000);
    expect((await status(first)).status).to.equal(200);
    for (let count = 2; count < 101; count++) await signIn(proxy.address);
    expect((await status(first)).status).to.equal(200);
    expect((await status(second)).status).to.equal(401);
  });

  const BAD_BODIES: readonly (readonly [what: string, body: string, status: number, code: string])[] = [
    ['no key', '{}', 400, 'invalid_request'],
    ['an empty key', '{"adminKey":""}', 400, 'invalid_request'],
    ['a key that is not a string', '{"adminKey":[]}', 400, 'invalid_request'],
    ['a list', `["${ADMIN_KEY}"]`, 400, 'invalid_request'],
    ['nothing', '', 400, 'invalid_request'],
    ['malformed JSON around the right key', `{"adminKey":"${ADMIN_KEY}" }}`, 400, 'malformed_json'],
    ['a wrong key', '{"adminKey":"wrong-key-of-somebody"}', 401, 'invalid_api_key'],
  ];
  for (const [what, body, expected, code] of BAD_BODIES) {
    it(`refuses ${what} with ${expected} ${code} and does not repeat the key`, async () => {
      const request = { method: 'POST', path: '/admin/api/session', headers: JSON_TYPE, body };
      const answered = await ask(proxy.address, request);
      expect({ status: answered.status, code: answered.code }).to.deep.equal({ status: expected, code });
      expect(answered.headers).not.to.have.property('set-cookie');
      expect(answered.text).not.to.match(/-key-of-/);
    });
  }

  it('writes neither key nor token into responses, the log or the data folder (pitfall 45: keys in logs)', async () => {
    const answers = [
      await trySignIn(proxy.address, ADMIN_KEY),
      await trySignIn(proxy.address, 'wrong-key-of-somebody'),
    ];
    const cookie = cookieIn((answers[0] as Answered).headers);
    const token = cookie.slice(cookie.indexOf('=') + 1);
    answers.push(await status({ cookie }), await status({ authorization: 'Bearer wrong-key-of-somebody' }));
    const { dataDir } = proxy.app.runtime.settings;
    const told = [...answers.map(({ text }) => text), ...proxy.log.lines, readFileSync(join(dataDir, 'sessions.json'))];
    expect(told.join('\n'))
      .not.to.include(token)
      .and.not.to.match(/-key-of-/);
    expect(readdirSync(dataDir)).to.include('sessions.json');
    expect(statSync(join(dataDir, 'sessions.json')).mode & 0o777).to.equal(0o600);
  });

  describe('with wrong keys', () => {
    const guess = async (count: number, word = 'guess'): Promise<number[]> => {
      const statuses: number[] = [];
      for (let index = 0; index < count; index++) {
        statuses.push((await trySignIn(proxy.address, `${word}-${index}`)).status);
      }
      return statuses;
    };

    it('is refused for a while after five of them, even with the right key', async () => {
      expect(await guess(6)).to.deep.equal([401, 401, 401, 401, 401, 429]);
      const refused = await trySignIn(proxy.address, ADMIN_KEY);
      expect(refused).to.deep.include({ status: 429, code: 'too_many_attempts' });
      expect(refused.headers['retry-after']).to.equal('10');
      clock.turn(10_000);
      expect((await trySignIn(proxy.address, ADMIN_KEY)).status).to.equal(200);
    });

    it('doubles the delay with each further guess, up to 15 minutes', async () => {
      await guess(5);
      const waits: number[] = [];
      for (let index = 0; index < 8; index++) {
        const { headers } = await trySignIn(proxy.address, ADMIN_KEY);
        waits.push(Number(headers['retry-after']));
        clock.turn(Number(headers['retry-after']) * 1000);
        expect(await guess(1, `later-${index}`)).to.deep.equal([401]);
      }
      expect(waits).to.deep.equal([10, 20, 40, 80, 160, 320, 640, 900]);
    });

    it('forgets them after 15 minutes without another', async () => {
      await guess(4);
      clock.turn(16 * MINUTE);
      expect(await guess(5, 'later')).to.deep.equal([401, 401, 401, 401, 401]);
    });

    it('counts wrong bearer tokens too', async () => {
      for (let index = 0; index < 5; index++) await status({ authorization: `Bearer guess-${index}` });
      expect(await status(BEARER)).to.deep.include({ status: 429, code: 'too_many_attempts' });
    });

    it('counts the same wrong key once, so that a script with an outdated key locks nobody out', async () => {
      for (let index = 0; index < 20; index++) {
        expect((await status({ authorization: 'Bearer an-old-one' })).status).to.equal(401);
      }
      expect((await trySignIn(proxy.address, ADMIN_KEY)).status).to.equal(200);
    });

    it('does not affect open sessions', async () => {
      const cookie = await signIn(proxy.address);
      await guess(6);
      expect((await status(cookie)).status).to.equal(200);
    });
  });
});

describe('A session of the admin', () => {
  let folder: string;
  let file: string;
  let log: MemoryLog;
  let app: App | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), '429chain-'));
    file = join(folder, '429chain.json5');
    log = new MemoryLog();
    write(ADMIN_KEY);
  });

  afterEach(async () => {
    await app?.close(0);
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (adminKey: string): void =>
    writeFileSync(file, JSON.stringify({ ...LONELY, server: { ...LONELY.server, adminKey } }));

  const start = async (): Promise<string> => {
    app = await App.create({ store: openStore(file, { env: {}, log }), log });
    return await app.listen({ host: '127.0.0.1', port: 0 });
  };

  const restart = async (): Promise<string> => {
    await app?.close(0);
    return await start();
  };

  const statusOf = async (address: string, cookie: { cookie: string }): Promise<number> =>
    (await ask(address, { path: '/admin/api/status', headers: cookie })).status;

  it('survives a restart of the server', async () => {
    const cookie = await signIn(await start());
    expect(await statusOf(await restart(), cookie)).to.equal(200);
  });

  it('stays ended after a restart', async () => {
    const address = await start();
    const cookie = await signIn(address);
    const headers = { ...cookie, ...JSON_TYPE };
    await ask(address, { method: 'DELETE', path: '/admin/api/session', headers });
    expect(await statusOf(await restart(), cookie)).to.equal(401);
  });

  it('ends when the admin key changes while the server runs', async () => {
    const address = await start();
    const cookie = await signIn(address);
    write('another-key-of-the-admin');
    await until(() => app?.runtime.adminKey === 'another-key-of-the-admin');
    expect(await statusOf(address, cookie)).to.equal(401);
    expect((await trySignIn(address, ADMIN_KEY)).status).to.equal(401);
    expect(await statusOf(address, await signIn(address, 'another-key-of-the-admin'))).to.equal(200);
  });

  it('ends when the admin key changes between two starts', async () => {
    const cookie = await signIn(await start());
    await app?.close(0);
    write('another-key-of-the-admin');
    expect(await statusOf(await start(), cookie)).to.equal(401);
  });

  it('is lost if its file is damaged, and the log says why', async () => {
    const cookie = await signIn(await start());
    await app?.close(0);
    writeFileSync(join(folder, '.429chain', 'sessions.json'), '{"sessions":[');
    const address = await start();
    expect(await statusOf(address, cookie)).to.equal(401);
    expect(log.lines.join('\n')).to.match(/Cannot read the admin.s sessions from .*sessions\.json/);
    expect(await statusOf(address, await signIn(address))).to.equal(200);
  });
});
