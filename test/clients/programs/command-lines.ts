import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LONG_TEXT } from '../answers.js';
import { has, type Program, same, type Way } from '../program.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Has `429chain connect` write the settings of a client in a new home, and runs a command of it there. */
const inNewHome = async (
  way: Way,
  client: string,
  chain: string,
  args: readonly string[],
): Promise<{ stdout: string; home: string }> => {
  const home = way.folder();
  const env = { PATH: process.env.PATH, HOME: home, CHAIN_API_KEY: way.key, CI: '1' };
  const connect = ['connect', client, '--url', way.address, '--chain', chain];
  await run('npm', ['run', '--silent', '429chain', '--', ...connect], { cwd: ROOT, env });
  const [command = '', ...rest] = args;
  const child = run(way.command(command), rest, { cwd: home, env, timeout: 120_000 });
  child.child.stdin?.end();
  return { stdout: (await child).stdout, home };
};

const task = async (way: Way, client: string, args: readonly string[]): Promise<void> => {
  const { stdout, home } = await inNewHome(way, client, way.chain, [...args, 'Write a file named result.txt']);
  const file = join(home, 'result.txt');
  if (!existsSync(file)) throw new Error(`The file was not written: ${stdout.slice(-800)}`);
  same(readFileSync(file, 'utf8').trim(), 'done');
  has(stdout, 'The tools say');
};

const casesOf = (client: string, args: readonly string[]): Program['cases'] => ({
  plain: async (way) =>
    has((await inNewHome(way, client, way.chain, [...args, 'Hello'])).stdout, 'Hello from the model.'),
  'break in the middle': async (way) =>
    has((await inNewHome(way, client, way.breaking, [...args, 'Please tell the story'])).stdout, LONG_TEXT),
  task: (way) => task(way, client, args),
});

export const codex: Program = {
  title: 'Codex CLI',
  packages: ['@openai/codex@0.171.0'],
  protocol: 'Responses',
  cases: casesOf('codex', ['codex', 'exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox']),
};

export const claudeCode: Program = {
  title: 'Claude Code',
  packages: ['@anthropic-ai/claude-code@2.1.197'],
  protocol: 'Messages',
  cases: casesOf('claude', ['claude', '--allowedTools', 'Bash', '-p']),
};
