import { expect } from 'chai';
import { chainOver, HELLO, type RunningProxy, startProxy } from '../../../proxy.js';
import { answer, completion, reply, ScriptedUpstream } from '../../../scripted-upstream.js';

const MODELS = { data: [{ id: 'a-model' }] };

describe('The address of a provider', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy | undefined;

  beforeEach(async () => {
    upstream = (await ScriptedUpstream.start()).always((res, request) =>
      request.path.includes('/models') ? reply(200, MODELS)(res, request) : answer('hello')(res, request),
    );
  });

  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
    await upstream.close();
  });

  const start = async (provider: object): Promise<RunningProxy> => {
    proxy = await startProxy({ ...chainOver([upstream], {}, provider) });
    return proxy;
  };

  const admin = async ({ address, app }: RunningProxy, path: string): Promise<string> => {
    const headers = { authorization: `Bearer ${app.runtime.adminKey}` };
    return (await fetch(`${address}/admin/api${path}`, { headers })).text();
  };

  const QUERIES: readonly (readonly [end: string, sent: string])[] = [
    ['/openai/v1?api-version=2024-10-21', '?api-version=2024-10-21'],
    ['/openai/v1/?api-version=2024-10-21', '?api-version=2024-10-21'],
    ['/openai/v1?a=1&path=/x/', '?a=1&path=/x/'],
    ['/openai/v1?', ''],
    ['/openai/v1#part', ''],
  ];
  for (const [end, query] of QUERIES) {
    it(`keeps its query behind every path: ${end}`, async () => {
      const running = await start({ baseUrl: new URL(end, upstream.baseUrl).href });
      expect((await running.post({ messages: HELLO })).status).to.equal(200);
      expect(JSON.parse(await admin(running, '/providers/one/models'))).to.include({ state: 'ok' });
      const paths = upstream.received.map(({ path }) => path);
      expect(new Set(paths)).to.deep.equal(
        new Set([`/openai/v1/chat/completions${query}`, `/openai/v1/models${query}`]),
      );
    });
  }

  const withUser = (user: string): string => upstream.baseUrl.replace('//', `//${user}@`);

  const USERS: readonly (readonly [user: string, plain: string])[] = [
    ['me:secret-word', 'me:secret-word'],
    ['me%40corp:s%2Fcr%3At', 'me@corp:s/cr:t'],
    ['token-alone', 'token-alone:'],
    ['me:pw', 'me:pw'],
  ];
  for (const [user, plain] of USERS) {
    it(`sends a user name and password as Basic, and shows them nowhere: ${user}`, async () => {
      const running = await start({ baseUrl: withUser(user), apiKey: undefined });
      expect((await running.post({ messages: HELLO })).status).to.equal(200);
      const basic = Buffer.from(plain).toString('base64');
      expect(upstream.received[0]?.headers.authorization).to.equal(`Basic ${basic}`);
      upstream.always(reply(500, { error: { message: `no ${basic} at ${withUser(user)}` } }));
      const failed = await (await running.post({ messages: HELLO })).text();
      const shown = [failed, ...running.log.lines];
      for (const path of ['/providers', '/providers/one/models', '/configuration', '/status']) {
        shown.push(await admin(running, path));
      }
      for (const text of shown) expect(text).not.to.contain(basic).and.not.to.contain(`${user}@`);
    });
  }

  it('sends its key, not the user name and password, where it has both', async () => {
    const running = await start({ baseUrl: withUser('me:secret-word') });
    await running.post({ messages: HELLO });
    expect(upstream.received[0]?.headers.authorization).to.equal('Bearer key-of-one');
  });

  for (const status of [301, 302, 303, 307, 308]) {
    it(`names where the provider moved to, and follows no redirect (${status})`, async () => {
      const running = await start({});
      const location = 'https://new.example.com/v2/chat/completions?session=secret';
      upstream.always(reply(status, 'moved', { location }));
      const answers = [];
      for (let count = 0; count < 4; count++) answers.push(await running.post({ messages: HELLO }));
      expect(answers.map((each) => each.status)).to.deep.equal([503, 503, 503, 503]);
      const text = await (answers[0] as Response).text();
      expect(text).to.contain(`${status}: the provider moved to https://new.example.com/v2/chat/completions. `);
      expect(text).to.contain('Set baseUrl to https://new.example.com/v2"').and.not.to.contain('session=secret');
      // It rests after the second failure in a row.
      expect(upstream.received.length).to.be.lessThan(4);
      expect(await admin(running, '/providers/one/models')).to.contain('the provider moved to');
    });
  }

  it('moves on to the next target after a redirect', async () => {
    const other = (await ScriptedUpstream.start()).always(reply(200, completion('from the other')));
    try {
      proxy = await startProxy(chainOver([upstream, other]));
      upstream.always(reply(308, '', { location: '/elsewhere' }));
      const response = await proxy.post({ messages: HELLO });
      expect(response.headers.get('x-429chain-target')).to.equal('two/a-model');
    } finally {
      await other.close();
    }
  });
});
