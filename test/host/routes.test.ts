import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Guard } from '../../src/host/guard.js';
import { Routes } from '../../src/host/routes.js';
import { chainOver, MemoryLog, startProxy } from '../proxy.js';
import { ScriptedUpstream } from '../scripted-upstream.js';

const FIXTURE = fileURLToPath(new URL('../fixtures/plugins/routes', import.meta.url));

describe('A route that a plugin adds', () => {
  const REFUSED: [what: string, options: object, says: string][] = [
    [
      'that would shadow the chat',
      { method: 'POST', path: '/v1/chat/completions' },
      'The route POST /v1/chat/completions of plugin "routes" would stand in the way of 429chain\'s own below /v1.',
    ],
    ['below /v1, where there is nothing yet', { path: '/v1/mine' }, 'own below /v1.'],
    ['in capitals', { path: '/V1/models' }, 'own below /v1.'],
    ['of the admin', { path: '/admin/api/status' }, 'own below /admin.'],
    ['of the health', { path: '/health' }, 'own below /health.'],
    [
      'that another plugin has added',
      { path: '/metrics' },
      'The route GET /metrics of plugin "routes" is there already: plugin "prometheus" has added it.',
    ],
    ['without a slash', { path: 'routes' }, 'has no path such as /my-plugin/today'],
    ['with a parameter', { path: '/routes/:id' }, 'has no path such as /my-plugin/today'],
    ['with a query', { path: '/routes?a=1' }, 'has no path such as /my-plugin/today'],
    ['of no method', { method: 'get' }, 'has no such method. Expected one of GET, POST, PUT, DELETE.'],
    ['with a key that is none', { key: 'public' }, 'has the key "public". Expected one of none, api, admin.'],
  ];
  for (const [what, options, says] of REFUSED) {
    it(`refuses the start: one ${what}`, async () => {
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

  it('may use a path for several methods', () => {
    const routes = new Routes(new Guard(new MemoryLog(), Date.now));
    for (const method of ['GET', 'DELETE'] as const)
      routes.add({ method, path: '/a', key: 'none', handle: () => method }, 'one');
    expect(routes.methodsAt('/a')).to.deep.equal(['GET', 'DELETE']);
    expect(routes.methodsAt('/b')).to.deep.equal([]);
  });

  it('is given up when it does not answer in time, named and counted', async () => {
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

describe('A plugin that asks how targets stand', () => {
  let upstream: ScriptedUpstream;

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
  });

  afterEach(() => upstream.close());

  it('is told what the admin is told, and whether requests are logged', async () => {
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
