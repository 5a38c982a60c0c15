import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { until } from '../until.js';

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

/** A `429chain start` that goes on. */
export interface Running {
  /** Such as `http://127.0.0.1:3429`. */
  readonly address: string;
  /** All that it printed so far, on both. */
  output(): string;
  /** Resolves when it has printed what `pattern` finds. */
  printed(pattern: RegExp): Promise<void>;
  /** Sends a signal. Resolves with all that it printed, once it has ended. */
  end(signal?: NodeJS.Signals): Promise<Run>;
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
    const child = this.#spawn(args, env);
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

  /** Runs `429chain start` until it is told to end. */
  async start(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Running> {
    const child = this.#spawn(['start', ...args], env);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const closed = once(child, 'close').then(([status]) => status as number | null);
    const printed = (pattern: RegExp): Promise<void> => until(() => pattern.test(stdout + stderr));
    await Promise.race([
      printed(/listens on/),
      closed.then((status) => expect.fail(`It ended with status ${status}:\n${stdout}${stderr}`)),
    ]);
    return {
      address: /listens on (http:\/\/[^/]+)/.exec(stdout)?.[1] ?? '',
      output: () => stdout + stderr,
      printed,
      end: async (signal = 'SIGTERM') => {
        child.kill(signal);
        return { status: await closed, stdout, stderr };
      },
    };
  }

  /** Runs `429chain` on a terminal until `enough` of what it prints, then presses Ctrl-C. Returns all that it printed. */
  async runOnTerminal(args: readonly string[], enough: (output: string) => boolean): Promise<string> {
    const command = [process.execPath, ...SOURCE, ...args].map((word) => `'${word}'`).join(' ');
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: this.path,
      env: { PATH: process.env.PATH, HOME: this.path },
    });
    const closed = once(child, 'close');
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await until(() => enough(output));
    child.stdin.write('\x03');
    await closed;
    return output;
  }

  #spawn(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcessWithoutNullStreams {
    return spawn(process.execPath, [...SOURCE, ...args], {
      cwd: this.path,
      // Nothing of the tester's own: a key in the environment would be tried.
      env: { PATH: process.env.PATH, HOME: this.path, ...env },
    });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
