import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
// Builds the package that the name `429chain` resolves to.
import '../built.js';
import { answer, ScriptedUpstream } from '../scripted-upstream.js';
import { blocksOf, ROOT, readPage } from './pages.js';

const PAGE = 'library.md';
const OWN_SERVER = 'http://127.0.0.1:11434/v1';

describe('docs/library.md', () => {
  let folder: string;
  let upstream: ScriptedUpstream;

  beforeEach(async () => {
    upstream = (await ScriptedUpstream.start()).always(answer('Water.'));
    folder = mkdtempSync(join(tmpdir(), '429chain-library-page-'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(ROOT, join(folder, 'node_modules', '429chain'));
    symlinkSync(join(ROOT, 'node_modules', 'openai'), join(folder, 'node_modules', 'openai'));
    const configuration = {
      providers: { local: { type: 'openai-compatible', baseUrl: upstream.baseUrl } },
      chains: { default: ['local/qwen3:8b'] },
    };
    writeFileSync(join(folder, '429chain.json5'), JSON.stringify(configuration));
  });

  afterEach(async () => {
    await upstream.close();
    rmSync(folder, { recursive: true });
  });

  for (const { place, text } of blocksOf(PAGE, 'js')) {
    it(`shows a program that gets an answer and ends: ${place}`, async () => {
      const program = join(folder, 'program.mjs');
      writeFileSync(program, text.replace(OWN_SERVER, upstream.baseUrl));
      // Without a Groq key, so that no real provider is asked.
      const run = promisify(execFile)(process.execPath, [program], { cwd: folder, env: { PATH: process.env.PATH } });
      const { stdout, stderr } = await run;
      expect(stderr).to.equal('');
      expect(stdout).to.match(/Water\.|'local\/qwen3:8b' => 1/);
      expect(upstream.received).to.have.length(1);
    });
  }

  it('describes every option and every member of the result', () => {
    const source = readFileSync(join(ROOT, 'src/index.ts'), 'utf8');
    const ofInterface = (name: string): string =>
      new RegExp(`interface ${name} \\{([\\s\\S]*?)^\\}`, 'm').exec(source)?.[1] ?? '';
    const members = ['CommonOptions', 'ProxyServer'].flatMap((name) =>
      [...ofInterface(name).matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, member]) => member as string),
    );
    expect(members).to.include.members(['plugins', 'close']);
    const told = new Set([...readPage(PAGE).matchAll(/^\| `(\w+)/gm)].map(([, name]) => name));
    expect([...members, 'configuration', 'file'].filter((member) => !told.has(member))).to.deep.equal([]);
  });
});
