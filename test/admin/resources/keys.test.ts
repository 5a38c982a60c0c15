import { expect } from 'chai';
import type { KeysReply, MadeKey } from '../../../src/contract/admin-configuration.js';
import { answer } from '../../scripted-upstream.js';
import { codeOf, SECRETS } from '../admin.js';
import { DOT_ENV } from '../configured.js';
import { AdminStage } from '../stage.js';

describe('The admin API for client keys', () => {
  const stage = AdminStage.forEachTest();

  beforeEach(() => {
    stage.one.always(answer('hi'));
  });

  const list = async (): Promise<KeysReply['keys']> => (await stage.call<KeysReply>('GET /keys')).body.keys;
  const make = (label: unknown) => stage.call<MadeKey>('POST /keys', { label });

  /** The status that a client with this key gets. */
  const asked = async (key: string): Promise<number> => {
    const response = await stage.chat({}, key);
    await response.text();
    return response.status;
  };

  it('lists masked keys, and reveals one for copying', async () => {
    expect(await list()).to.deep.equal([{ label: 'key 1', masked: '429…789', own: false, variable: 'CALLER_KEY' }]);
    const { body } = await stage.call('POST /keys/key%201/reveal', {});
    expect(body).to.deep.equal({ key: SECRETS.caller });
    expect(codeOf(await stage.call('POST /keys/key%202/reveal', {}))).to.equal('not_found');
  });

  it('creates a key that is valid at once and appears in the log with its label', async () => {
    const { body } = await make('My laptop');
    expect(body.key).to.match(/^429-[\w-]{32}$/);
    expect(body.label).to.equal('My laptop');
    expect(stage.text).to.include(
      `apiKeys: ['\${CALLER_KEY}', { key: '\${CHAIN_API_KEY_MY_LAPTOP}', label: 'My laptop' }]`,
    );
    expect(stage.dotEnv).to.equal(`${DOT_ENV}CHAIN_API_KEY_MY_LAPTOP=${body.key}\n`);
    expect([await asked(body.key), await asked(SECRETS.caller), await asked('another')]).to.deep.equal([200, 200, 401]);
    await stage.idle();
    const { requests } = (await stage.call<{ requests: { keyLabel: string }[] }>('GET /requests')).body;
    // The newest one was refused for its unknown key.
    expect(requests.map(({ keyLabel }) => keyLabel)).to.deep.equal(['', 'key 1', 'My laptop']);
  });

  it('renames and revokes keys', async () => {
    const { key } = (await make('old')).body;
    expect((await stage.call('PUT /keys/old', { label: 'new' })).status).to.equal(200);
    expect((await stage.call('PUT /keys/key%201', { label: 'first' })).status).to.equal(200);
    expect((await list()).map(({ label }) => label)).to.deep.equal(['first', 'new']);
    expect(await asked(key)).to.equal(200);
    expect((await stage.call('DELETE /keys/new')).status).to.equal(200);
    expect([await asked(key), await asked(SECRETS.caller)]).to.deep.equal([401, 200]);
    const last = await stage.call('DELETE /keys/first');
    expect({ status: last.status, code: codeOf(last) }).to.deep.equal({ status: 409, code: 'in_use' });
    expect(last.text).to.include('only key');
  });

  for (const [label, code] of [
    ['', 'invalid_request'],
    [7, 'invalid_request'],
    ['x'.repeat(61), 'invalid_request'],
    ['two\nlines', 'invalid_request'],
    ['key 1', 'in_use'],
  ] as const) {
    it(`refuses the label ${JSON.stringify(label)}`, async () => {
      expect(codeOf(await make(label))).to.equal(code);
      expect(stage.dotEnv).to.equal(DOT_ENV);
    });
  }

  it('keeps the key from the first start valid when another one is created', async () => {
    await stage.restart(
      `{ providers: { one: { type: 'openai-compatible', baseUrl: '${stage.one.baseUrl}' } }, chains: { mine: ['one/a'] } }`,
    );
    const [own] = await list();
    expect(own).to.include({ label: 'key 1', own: true });
    expect(codeOf(await stage.call('DELETE /keys/key%201'))).to.equal('in_use');
    const { key: before } = (await stage.call<{ key: string }>('POST /keys/key%201/reveal', {})).body;
    const { key } = (await make('laptop')).body;
    expect([await asked(before), await asked(key)]).to.deep.equal([200, 200]);
    expect(stage.dotEnv).to.equal(`CHAIN_API_KEY=${before}\nCHAIN_API_KEY_LAPTOP=${key}\n`);
    expect((await list()).map(({ label, own }) => ({ label, own }))).to.deep.equal([
      { label: 'key 1', own: false },
      { label: 'laptop', own: false },
    ]);
  });
});
