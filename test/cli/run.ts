import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

/** What no command may ever print. */
export const SECRETS = {
  provider: 'sk-a-key-of-a-provider-1',
  header: 'a-key-in-a-header-2',
  proxy: 'a-key-of-the-proxy-3',
} as const;

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Called with all of standard output so far, whenever there is more of it. */
  readonly onOutput?: (stdout: string) => void;
}

const SOURCE = [
  '--import',
  import.meta.resolve('tsx'),
  '--conditions=429chain-source',
  fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url)),
];

/** A folder of its own, in which commands run as processes of their own. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), '429chain-cli-'));

  file(name: string): string {
    return join(this.path, name);
  }

  write(name: string, content: string | object): void {
    writeFileSync(this.file(name), typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
  }

  /** Runs `429chain` with `args` to its end, and sees to it that it prints no key. */
  async run(args: readonly string[], { env = {}, input = '', onOutput }: RunOptions = {}): Promise<Run> {
    const child = spawn(process.execPath, [...SOURCE, ...args], {
      cwd: this.path,
      // Nothing of the tester's own: a key in the environment would be tried.
      env: { PATH: process.env.PATH, HOME: this.path, ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      onOutput?.(stdout);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    // A command that reads no input may be gone before it is written.
    child.stdin.on('error', () => {}).end(input);
    const [status] = (await once(child, 'close')) as [number | null];
    for (const secret of Object.values(SECRETS)) expect(stdout + stderr).not.to.contain(secret);
    return { status, stdout, stderr };
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
