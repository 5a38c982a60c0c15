import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { Folder } from '../test/cli/run.js';

/**
 * Starts the built 429chain on each supported Node, the current one or one from the registry, and tests an answer, a stream, the admin
 * and the shutdown. Exits with status 1 if one fails.
 */
const VERSIONS = ['20', '22', '24'];

const HELLO = [{ role: 'user' as const, content: 'Hello' }];

const expect = (isSo: boolean, what: string): void => {
  if (!isSo) throw new Error(`Expected ${what}.`);
};

/** @returns the Node of a major version: the current one, or the binary of the registry's package, taken into `folder` */
const nodeOf = (major: string, folder: string): string => {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const binaries = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}@${major}`;
  const run = (command: string, args: readonly string[]): string => {
    const { status, stdout } = spawnSync(command, args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (status !== 0)
      throw new Error(`${command} ${args.join(' ')} ended with status ${status}, so ${binaries} is missing.`);
    return stdout;
  };
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--prefer-offline', binaries])) as [
    { filename: string },
  ];
  const file = join('package', 'bin', 'node');
  // The packages also contain npm and the headers of Node.
  run('tar', ['--extract', '--file', filename, file]);
  const node = join(folder, `node${major}`);
  renameSync(join(folder, file), node);
  return node;
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
  for (const version of VERSIONS) {
    const node = nodeOf(version, nodes);
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
