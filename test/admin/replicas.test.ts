import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openStore } from '../../src/config/source/store.js';
import type { ConfigurationReply, Saved } from '../../src/contract/admin-configuration.js';
import { MemoryLog } from '../proxy.js';
import { Admin, type Answer, codeOf } from './admin.js';
import { AdminStage } from './stage.js';

describe('The admin behind a load balancer, over replicas that share a folder', () => {
  const stage = AdminStage.forEachTest();
  let dataDir: string;
  let other: Admin;

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), '429chain-data-'));
    const log = new MemoryLog();
    other = await Admin.start('', { store: openStore(stage.admin.file, { env: {}, log, dataDir }), log });
  });
  afterEach(async () => {
    await other.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const configuration = async (admin: Admin): Promise<ConfigurationReply> =>
    (await admin.call<ConfigurationReply>('GET /configuration')).body;
  const addChain = (admin: Admin, name: string, revision?: string): Promise<Answer<Saved>> =>
    admin.call<Saved>(`PUT /chains/${name}`, { targets: ['one/a-model'] }, revision);

  it('shows at any replica what another one has just saved', async () => {
    for (const [index, name] of ['chain-one', 'chain-two', 'chain-three', 'chain-four'].entries()) {
      const [from, to] = index % 2 === 0 ? [stage.admin, other] : [other, stage.admin];
      const saved = await addChain(from, name);
      expect(saved.status).to.equal(200);
      const shown = await configuration(to);
      expect(shown.revision).to.equal(saved.body.revision);
      expect(shown.text).to.include(name);
    }
  });

  it('accepts the next save at another replica than the last one', async () => {
    let { revision } = await configuration(stage.admin);
    for (const [index, name] of ['chain-one', 'chain-two', 'chain-three', 'chain-four'].entries()) {
      const saved = await addChain(index % 2 === 0 ? other : stage.admin, name, revision);
      expect(saved.status).to.equal(200);
      revision = saved.body.revision;
    }
  });

  it('refuses a save from a revision that another replica replaced a moment ago', async () => {
    const { revision } = await configuration(other);
    expect((await addChain(stage.admin, 'chain-one', revision)).status).to.equal(200);
    const refused = await addChain(other, 'chain-two', revision);
    expect([refused.status, codeOf(refused)]).to.deep.equal([409, 'configuration_changed']);
    expect(stage.text).to.include('chain-one').and.not.to.include('chain-two');
  });

  it('accepts one of several saves that reach all replicas at the same time', async () => {
    for (const round of [1, 2, 3, 4, 5]) {
      const { revision } = await configuration(stage.admin);
      const answers = await Promise.all(
        [stage.admin, other].map((admin, index) => addChain(admin, `round-${round}-${index}`, revision)),
      );
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 409]);
      expect(stage.text.match(new RegExp(`round-${round}-\\d`, 'g'))).to.have.length(1);
    }
  });

  it('uses a key that was entered at another replica', async () => {
    const key = 'a-key-entered-at-one-replica-0123456789';
    const type = 'openai-compatible';
    const provider = { type, baseUrl: stage.two.baseUrl, apiKey: key };
    expect((await stage.admin.call('PUT /providers/five', provider)).status).to.equal(200);
    await other.call('GET /providers');
    const at = other.app.runtime.settings.providers.find(({ id }) => id === 'five');
    expect(at?.apiKey).to.equal(key);
  });
});
