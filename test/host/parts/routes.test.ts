import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Guard } from '../../../src/host/guard.js';
import { Routes } from '../../../src/host/parts/routes.js';
import { chainOver, MemoryLog, startProxy } from '../../proxy.js';
import { ScriptedUpstream } from '../../scripted-upstream.js';

const FIXTURE = fileURLToPath(new URL('../../fixtures/plugins/routes', import.meta.url));

describe('A route that a plugin adds', () => {
  const REFUSED: [what: string, options: object, says: string][] = [
    [
      'that would shadow the chat',
      { method: 'POST', path: '/v1/chat/completions' },
      'The route POST /v1/chat/completions of plugin "routes" is below /v1, which belongs to 429chain.',
    ],
    ['below /v1, even without a route there', { path: '/v1/mine' }, 'is below /v1, which belongs to 429chain.'],
    ['in capitals', { path: '/V1/models' }, 'is below /v1, which belongs to 429chain.'],
    ['of the admin', { path: '/admin/api/status' }, 'is below /admin, which belongs to 429chain.'],
    ['of the health check', { path: '/health' }, 'is below /health, which belongs to 429chain.'],
    [
      'that another plugin adds',
      { path: '/metrics' },
      'The route GET /metrics of plugin "routes" exists already: plugin "prometheus" adds it.',
    ],
    ['without a slash', { path: 'routes' }, 'has an invalid path. Expected one such as /my-plugin/today'],
    ['with a parameter', { path: '/routes/:id' }, 'has an invalid path. Expected one such as /my-plugin/today'],
    ['with a query', { path: '/routes?a=1' }, 'has an invalid path. Expected one such as /my-plugin/today'],
    ['with an unknown method', { method: 'get' }, 'has an unknown method. Expected one of GET, POST, PUT, DELETE.'],
    ['with an unknown key', { key: 'public' }, 'has the key "public". Expected one of none, api, admin.'],
  ];
  for (const [what, options, says] of REFUSED) {
    it(`stops the start: a route ${what}`, async () => {
      const upstream = await ScriptedUpstream.start();
      const plugins = [{ use: FIXTURE, options }];
      const refused = await startProxy({ ...chainOver([upstream]), plugins }).then(
        ({ close }) => close(),
        (error: Error) => error,
      );
      await upstream.close();
      expect(refused).to.include({ code: 'plugin_failed' });
      expect((refused as Error).message)
        .to.contain('Plugin "routes" failed in apply: ')
        .and.contain(says);
    });
  }

  it('may use one path for several methods', () => {
    const routes = new Routes(new Guard(new MemoryLog(), Date.now));
    for (const method of ['GET', 'DELETE'] as const)
      routes.add({ method, path: '/a', key: 'none', handle: () => method }, 'one');
    expect(routes.methodsAt('/a')).to.deep.equal(['GET', 'DELETE']);
    expect(routes.methodsAt('/b')).to.deep.equal([]);
  });

  it('that does not answer in time is given up, and its plugin is blamed', async () => {
    const guard = new Guard(new MemoryLog(), () => 1);
    const routes = new Routes(guard, 5);
    routes.add({ method: 'GET', path: '/slow', key: 'none', handle: () => new Promise(() => {}) }, 'slow');
    const answer = routes
      .find('GET', '/slow')
      ?.answer({ method: 'GET', path: '/slow', query: new URLSearchParams(), headers: {} });
    const error = await answer?.catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'internal_error', status: 500 });
    expect(guard.faults).to.deep.equal([
      { plugin: 'slow', hook: 'GET /slow', count: 1, last: 'no answer within 0.005 s', at: 1 },
    ]);
  });
});

describe('A plugin that asks for the status', () => {
  let upstream: ScriptedUpstream;

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
  });

  afterEach(() => upstream.close());

  it('gets what the admin gets, and whether requests are logged', async () => {
    for (const enabled of [true, false]) {
      const plugins = [{ use: FIXTURE }, { use: 'nedb-logger', enabled }];
      const { app, address, close } = await startProxy({ ...chainOver([upstream]), plugins });
      const told = await (await fetch(`${address}/routes?do=asks`)).json();
      expect(told).to.deep.equal({ status: app.runtime.status(), logged: enabled });
      expect(app.runtime.status().targets).to.have.length(1);
      await close();
    }
  });

  it('in apply stops the start, with an error that says where to ask', async () => {
    const plugins = [{ use: FIXTURE, options: { early: true } }];
    const refused = await startProxy({ ...chainOver([upstream]), plugins }).catch((error: Error) => error);
    expect((refused as Error).message).to.match(
      /^Plugin "routes" failed in apply: .*Use status\(\) in a hook or a route/,
    );
  });
});
