import { testProviderType } from '429chain/testing';
import { expect } from 'chai';
import { MESSAGES_SHAPE } from './messages-api.js';
import { ROOT } from './pages.js';

describe('docs/examples/messages-provider', () => {
  it('passes the conformance kit, translated both ways', async function () {
    this.timeout(60_000);
    const plugin = `${ROOT}docs/examples/messages-provider`;
    const report = await testProviderType(plugin, { type: 'messages', upstream: MESSAGES_SHAPE });
    expect(report.ok, String(report)).to.equal(true);
  });
});
