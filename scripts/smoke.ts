import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { Folder } from '../test/cli/run.js';

/**
 * Starts the built 429chain on each supported Node, with binaries from the registry, and tests an answer, a stream, the admin
 * and the shutdown. Exits with status 1 if one fails.
 */
const VERSIONS = ['20', '22', '24'];

const HELLO = [{ role: 'user' as const, content: 'Hello' }];

const expect = (isSo: boolean, what: string): void => {
  if (!isSo) throw new Error(`Expected ${what}.`);
};

const fetchNodes = (folder: string): void => {
  const binaries = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const dependencies = Object.fromEntries(VERSIONS.map((version) => [`node${version}`, `npm:${binaries}@${version}`]));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const args = ['install', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline', '--ignore-scripts'];
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`npm failed to install ${Object.values(dependencies).join(', ')}.`);
};

const tryWith = async (node: string): Promise<void> => {
  const folder = new Folder(node);
  try {
    const demo = await folder.start(['--demo', '--port', '0']);
    const apiKey = readFileSync(folder.file('.429chain/demo/api-key'), 'utf8').trim();
    const { completions } = new OpenAI({ baseURL: `${demo.address}/v1`, apiKey, maxRetries: 0 }).chat;

    const answer = await completions.create({ model: 'default', messages: HELLO });
    expect(Boolean(answer.choices[0]?.message.content), 'an answer with a text');

    let streamed = '';
    for await (const { choices } of await completions.create({ model: 'default', messages: HELLO, stream: true })) {
      streamed += choices[0]?.delta.content ?? '';
    }
    expect(streamed !== '', 'a stream with a text');

    const page = await fetch(`${demo.address}/admin/`);
    expect(page.ok && (await page.text()).includes('<script'), 'the page of the admin');

    const { status, stderr } = await demo.end('SIGTERM');
    expect(status === 0, `exit status 0 after SIGTERM, and not ${status}: ${stderr}`);
    expect(stderr === '', `nothing on standard error, and not: ${stderr}`);
  } finally {
    folder.remove();
  }
};

const nodes = mkdtempSync(join(tmpdir(), '429chain-nodes-'));
try {
  fetchNodes(nodes);
  for (const version of VERSIONS) {
    const node = join(nodes, 'node_modules', `node${version}`, 'bin', 'node');
    const startedAt = performance.now();
    await tryWith(node);
    const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    console.log(
      `Node ${stdout.trim()}: answers, streams, shows the admin and ends, in ${Math.round(performance.now() - startedAt)} ms`,
    );
  }
} finally {
  rmSync(nodes, { recursive: true, force: true });
}
