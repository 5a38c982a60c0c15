import { expect } from 'chai';
import { Folder, type Running } from '../run.js';

const configuration = (label: string): object => ({
  server: { apiKeys: [{ label, key: 'a-key-of-the-proxy-3' }, '${SECRET}'], port: 0 },
  providers: { local: { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1' } },
  chains: { default: ['local/a-model'] },
});

describe('429chain start at SIGHUP', () => {
  let folder: Folder;
  let running: Running;

  beforeEach(async () => {
    folder = new Folder();
    folder.write('secret', 'the-first-secret');
    folder.write('429chain.json5', configuration('one'));
    running = await folder.start([], { SECRET_FILE: folder.file('secret') });
  });

  afterEach(async () => {
    await running.end();
    folder.remove();
  });

  const statusWith = async (key: string): Promise<number> =>
    (await fetch(`${running.address}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status;

  it('reads everything again, also the files of secrets, which are not watched', async () => {
    expect(await statusWith('the-first-secret')).to.equal(200);
    folder.write('secret', 'the-second-secret');
    running.signal('SIGHUP');
    await running.printed(/SIGHUP: 429chain reads the configuration again[\s\S]*The changed configuration is in force/);
    expect([await statusWith('the-second-secret'), await statusWith('the-first-secret')]).to.deep.equal([200, 401]);
  });

  it('keeps the configuration in force if the new one cannot be used, and reads it again at the next', async () => {
    folder.write('secret', '   ');
    running.signal('SIGHUP');
    await running.printed(
      /The configuration was read again and cannot be used; 429chain keeps the previous configuration/,
    );
    expect(await statusWith('the-first-secret')).to.equal(200);
    folder.write('secret', 'the-third-secret');
    running.signal('SIGHUP');
    await running.printed(/The changed configuration is in force/);
    expect(await statusWith('the-third-secret')).to.equal(200);
  });
});
