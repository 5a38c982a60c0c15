import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import type { PluginsReply } from '../../../src/contract/admin-configuration.js';
import { Folder } from '../run.js';

const ADMIN_KEY = 'a-key-of-the-admin-4';

describe('429chain plugin new', () => {
  let folder: Folder;

  beforeEach(() => {
    folder = new Folder();
  });

  afterEach(() => folder.remove());

  const WRONG: readonly (readonly [args: string[], status: number, says: RegExp])[] = [
    [['new'], 2, /Usage: 429chain plugin new NAME/],
    [['make', 'my-provider'], 2, /Usage: 429chain plugin new/],
    [['new', 'My Provider'], 2, /'My Provider' is not a valid plugin name. Use lower-case letters/],
    [['new', '../outside'], 2, /is not a valid plugin name/],
    [['new', 'http'], 2, /'http' is the name of a Node module/],
    [
      ['new', 'my-provider', '--kind', 'polcy'],
      2,
      /--kind is 'polcy'. Expected provider, parser or policy\. Did you mean `policy`\?/,
    ],
  ];
  for (const [args, status, says] of WRONG) {
    it(`rejects "${args.join(' ')}", says what is expected, and writes nothing`, async () => {
      const run = await folder.run(['plugin', ...args]);
      expect(run.status).to.equal(status);
      expect(run.stderr).to.match(says);
      expect(existsSync(folder.file('my-provider'))).to.equal(false);
    });
  }

  for (const [what, file] of [
    ['a file', 'my-provider'],
    ['a folder that is not empty', 'my-provider/index.js'],
  ] as const) {
    it(`never overwrites ${what}`, async () => {
      mkdirSync(dirname(folder.file(file)), { recursive: true });
      folder.write(file, 'mine');
      const run = await folder.run(['plugin', 'new', 'my-provider']);
      expect(run.status).to.equal(1);
      expect(run.stderr).to.contain('already exists and is not an empty folder. Nothing was written.');
      expect(folder.read(file)).to.equal('mine');
      expect(readdirSync(folder.path, { recursive: true })).to.have.length(file.split('/').length);
    });
  }

  // test/docs/tutorial.test.ts tests the plugin itself.
  it('writes a plugin whose options the admin shows, loaded by path and as an installed package', async () => {
    await folder.run(['plugin', 'new', 'my-provider']);
    const configuration = {
      server: { apiKeys: ['a-key-of-the-proxy-3'], adminKey: ADMIN_KEY, port: 0 },
      providers: { mine: { type: 'my-provider', apiKey: 'a-key-of-mine' } },
      chains: { default: ['mine/a-model'] },
    };
    folder.write('429chain.json5', configuration);
    const byPath = await folder.start(['--plugins', './my-provider']);
    const schema = await schemaOf(byPath.address);
    expect(schema).to.have.nested.property('properties.baseUrl.type', 'string');
    await byPath.end();
    mkdirSync(folder.file('node_modules'));
    renameSync(folder.file('my-provider'), folder.file('node_modules/my-provider'));
    const options = { baseUrl: 'https://other.example/v1' };
    folder.write('429chain.json5', { ...configuration, plugins: [{ use: 'my-provider', options }] });
    const byName = await folder.start();
    expect(await schemaOf(byName.address)).to.deep.equal(schema);
    await byName.end();
  });
});

const schemaOf = async (address: string): Promise<object | undefined> => {
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  const response = await fetch(`${address}/admin/api/plugins`, { headers });
  const { plugins } = (await response.json()) as PluginsReply;
  return plugins.find(({ name }) => name === 'my-provider')?.optionsSchema;
};
