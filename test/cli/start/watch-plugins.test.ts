import { mkdirSync, renameSync } from 'node:fs';
import { expect } from 'chai';
import { Folder, type Running } from '../run.js';

const PLUGIN = `
import { words } from './lib/words.js';
export default {
  name: 'my-plugin',
  apply: (api) => {
    api.addRoute({ method: 'GET', path: '/words', key: 'none', handle: () => words });
    api.log.info('says ' + words);
  },
};`;

describe('429chain start --watch', () => {
  let folder: Folder;
  let running: Running;

  const says = (words: string): void => folder.write('my-plugin/lib/words.js', `export const words = '${words}';\n`);

  const answer = async (): Promise<string> => (await fetch(`${running.address}/words`)).text();

  beforeEach(async () => {
    folder = new Folder();
    mkdirSync(folder.file('my-plugin/lib'), { recursive: true });
    folder.write('my-plugin/package.json', { type: 'module', exports: './index.js' });
    folder.write('my-plugin/index.js', PLUGIN);
    says('one');
    folder.write('429chain.json5', {
      server: { apiKeys: ['a-key-of-the-proxy-3'], port: 0 },
      providers: { local: { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1' } },
      chains: { default: ['local/a-model'] },
    });
    running = await folder.start(['--watch', '--plugins', './my-plugin']);
  });

  afterEach(async () => {
    await running.end();
    folder.remove();
  });

  it('reloads a plugin and its imports, and keeps the old code while the new code is broken', async () => {
    expect(await answer()).to.equal('one');
    says('two');
    await running.printed(/says two/);
    expect(await answer()).to.equal('two');
    folder.write('my-plugin/lib/words.js', 'export const words = ;');
    await running.printed(/A plugin changed and cannot be used; 429chain keeps the previous configuration/);
    await running.printed(/The plugin .*my-plugin cannot be loaded/);
    expect(await answer()).to.equal('two');
    says('three');
    await running.printed(/says three/);
    expect(await answer()).to.equal('three');
  });

  it('follows a folder that is replaced', async () => {
    mkdirSync(folder.file('next/lib'), { recursive: true });
    folder.write('next/package.json', { type: 'module', exports: './index.js' });
    folder.write('next/index.js', PLUGIN);
    folder.write('next/lib/words.js', "export const words = 'two';\n");
    renameSync(folder.file('my-plugin'), folder.file('old'));
    renameSync(folder.file('next'), folder.file('my-plugin'));
    await running.printed(/says two/);
    says('three');
    await running.printed(/says three/);
  });

  it('watches new folders', async () => {
    mkdirSync(folder.file('my-plugin/more'));
    folder.write('my-plugin/more/words.js', "export const words = 'more';\n");
    folder.write('my-plugin/index.js', PLUGIN.replace('./lib/', './more/'));
    await running.printed(/says more/);
    folder.write('my-plugin/more/words.js', "export const words = 'still more';\n");
    await running.printed(/says still more/);
  });
});
