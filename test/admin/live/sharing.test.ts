import { expect } from 'chai';
import type { StatusReport } from '../../../src/contract/admin-api.js';
import { MemoryStore } from '../../../src/ledger/shared/memory-store.js';
import { MemoryUnits } from '../../../src/ledger/shared/memory-units.js';
import type { Plugin, UnitStore } from '../../../src/plugin/index.js';
import { Admin } from '../admin.js';

const reported = async (store: UnitStore | undefined): Promise<StatusReport['ledger']> => {
  const sharing: Plugin = { name: 'sharing', apply: (api) => api.provideUnitStore(() => store as UnitStore) };
  const admin = await Admin.start('{ providers: {}, chains: {} }', { plugins: store === undefined ? [] : [sharing] });
  try {
    return (await admin.call<StatusReport>('GET /status')).body.ledger;
  } finally {
    await admin.close();
  }
};

describe('The line about the shared ledger in the admin', () => {
  it('is absent in a process that counts alone', async () => {
    expect(await reported(undefined)).to.equal(undefined);
  });

  it('says how many replicas share the limits, and where', async () => {
    const units = new MemoryUnits(() => Date.now());
    new MemoryStore(units, 'another replica');
    expect(await reported(new MemoryStore(units, 'redis://there'))).to.deep.equal({
      name: 'redis://there',
      connected: true,
      replicas: 2,
      summary: 'Limits are shared by 2 replicas through redis://there',
    });
  });

  it('says which share this replica uses while the store is away', async () => {
    const store = new MemoryStore(new MemoryUnits(() => Date.now()), 'redis://there');
    const away = Object.defineProperties(store as UnitStore, { connected: { value: false }, replicas: { value: 3 } });
    expect(await reported(away)).to.deep.equal({
      name: 'redis://there',
      connected: false,
      replicas: 3,
      summary: 'redis://there does not answer: this replica uses 1/3 of each limit',
    });
  });
});
