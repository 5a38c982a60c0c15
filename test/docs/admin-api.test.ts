import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { Admin } from '../admin/admin.js';
import { ROUTES } from '../admin/routes.js';
import { answer, reply, ScriptedUpstream } from '../scripted-upstream.js';
import { blocksOf, readPage } from './pages.js';

/** Those that answer no JSON of the contract's. */
const STREAMS = ['POST /v1/…', 'POST /chat', 'GET /events'];

describe('docs/admin-api.md', () => {
  let one: ScriptedUpstream;
  let admin: Admin;

  before(async () => {
    one = await ScriptedUpstream.start();
    one.always((res, request) =>
      (request.path.endsWith('/models') ? reply(200, { data: [{ id: 'a-model' }] }) : answer('hi'))(res, request),
    );
    admin = await Admin.start(
      `{ providers: { one: { type: 'openai-compatible', baseUrl: '${one.baseUrl}' } }, chains: { default: ['one/a-model'] } }`,
    );
  });

  after(async () => {
    await admin.close();
    await one.close();
  });

  it('names every route of the contract, and none that does not exist', () => {
    const named = [...readPage('admin-api.md').matchAll(/^\| `([A-Z]+ \/[^`]*)`/gm)].map(([, route]) => route);
    expect(named).to.have.members([...ROUTES, ...STREAMS]);
  });

  for (const { place, text } of blocksOf('admin-api.md', 'sh').filter((block) => !block.text.includes('/events'))) {
    it(`shows a command that works: ${place}`, async () => {
      const env = { ...process.env, ADDRESS: admin.address, ADMIN_KEY: admin.app.runtime.adminKey, NO_PROXY: '*' };
      const command = text.replaceAll(/\bcurl /g, "curl -sS -w '\\n%{http_code}' ");
      const { stdout } = await promisify(execFile)('sh', ['-ec', command], { env });
      const [body = '', status] = stdout.split(/\n(?=\d{3}$)/);
      expect(status, body).to.equal('200');
      expect(JSON.parse(body)).to.be.an('object').and.not.to.have.property('error');
    });
  }
});
