import { expect } from 'chai';
import { Folder } from '../run.js';

/** Prints the files of all packages that were loaded when the process ends. */
const REPORT = `import { createRequire } from 'node:module';
const { cache } = createRequire(process.execPath);
process.on('exit', () => console.error(Object.keys(cache).join(' ')));`;

const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(REPORT)}`;

describe('429chain start', () => {
  let folder: Folder;

  beforeEach(() => {
    folder = new Folder();
  });

  afterEach(() => folder.remove());

  const loadedWith = async (configuration: object): Promise<string> => {
    folder.write('429chain.json5', configuration);
    const running = await folder.start(['--port', '0'], { NODE_OPTIONS });
    return (await running.end()).stderr;
  };

  const PLAIN = {
    providers: { one: { type: 'cloudflare', options: { accountId: 'a' } } },
    chains: { main: ['one/m'] },
  };

  it('checks the configuration and the options of what is built in without a compiler of schemas', async () => {
    const plugins = [{ use: 'prometheus', options: { key: 'none' } }, 'ollama'];
    expect(await loadedWith({ ...PLAIN, plugins }))
      .to.contain('/undici/')
      .and.not.match(/\/ajv\/dist\/(?!runtime)/);
  });

  it('compiles the schema of a plugin that is not built in', async () => {
    const optionsSchema = { type: 'object', properties: { size: { type: 'integer' } } };
    folder.write(
      'mine.mjs',
      `export default { name: 'mine', optionsSchema: ${JSON.stringify(optionsSchema)}, apply() {} };`,
    );
    const plugins = [{ use: './mine.mjs', options: { size: 1 } }];
    expect(await loadedWith({ ...PLAIN, plugins })).to.contain('/ajv/dist/core.js');
  });
});
