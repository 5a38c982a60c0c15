import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { MAIN } from '../built.js';

/** No command may ever print these. */
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
  /** Run as this user; needs root. */
  readonly uid?: number | undefined;
  /** Run on a pseudo-terminal, with input from `onOutput`. */
  readonly terminal?: boolean;
  /** Called whenever stdout grows, with all of it so far. */
  readonly onOutput?: (stdout: string, press: (keys: string) => void) => void;
}

/** A running `429chain start`. */
export interface Running {
  /** Such as `http://127.0.0.1:3429`. */
  readonly address: string;
  /** stdout and stderr so far. */
  output(): string;
  /** Resolves when the output matches `pattern`. */
  printed(pattern: RegExp): Promise<void>;
  /** Sends a signal that does not end it. */
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal. Resolves with the whole output when the process has ended. */
  end(signal?: NodeJS.Signals): Promise<Run>;
}

/** A temporary folder in which commands run as child processes. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), '429chain-cli-'));
  readonly #children: ChildProcess[] = [];
  readonly #node: string;

  /** @param node the Node to run; default: the current one */
  constructor(node = process.execPath) {
    this.#node = node;
  }

  file(name: string): string {
    return join(this.path, name);
  }

  read(name: string): string {
    return readFileSync(this.file(name), 'utf8');
  }

  /** The permissions of a file. */
  modeOf(name: string): number {
    return statSync(this.file(name)).mode & 0o777;
  }

  write(name: string, content: string | object): void {
    writeFileSync(this.file(name), typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
  }

  /** Runs `429chain` with `args` to its end, and expects no key in its output. */
  async run(
    args: readonly string[],
    { env = {}, input = '', uid, terminal = false, onOutput }: RunOptions = {},
  ): Promise<Run> {
    const child = this.#spawn(args, env, { terminal, uid });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      onOutput?.(stdout, (keys) => child.stdin.write(keys));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    // A command that reads no input may end before the input is written.
    child.stdin.on('error', () => {});
    if (!terminal) child.stdin.end(input);
    const [status] = (await once(child, 'close')) as [number | null];
    for (const secret of Object.values(SECRETS)) expect(stdout + stderr).not.to.contain(secret);
    return { status, stdout, stderr };
  }

  /** Runs `429chain start` until `end`. */
  async start(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Running> {
    const child = this.#spawn(['start', ...args], env);
    let stdout = '';
    let stderr = '';
    const more = new EventEmitter();
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      more.emit('more');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      more.emit('more');
    });
    const closed = once(child, 'close').then(([status]) => {
      more.emit('more');
      return status as number | null;
    });
    // Waits for output instead of polling, to leave the processor to the process.
    const printed = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(stdout + stderr)) {
        await once(more, 'more');
        if (child.exitCode !== null && !pattern.test(stdout + stderr)) {
          expect.fail(`It ended with status ${child.exitCode} and never printed ${pattern}:\n${stdout}${stderr}`);
        }
      }
    };
    await printed(/listens on/);
    return {
      address: /listens on (http:\/\/[^/]+)/.exec(stdout)?.[1] ?? '',
      output: () => stdout + stderr,
      printed,
      signal: (signal) => void child.kill(signal),
      end: async (signal = 'SIGTERM') => {
        child.kill(signal);
        return { status: await closed, stdout, stderr };
      },
    };
  }

  #spawn(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    { terminal = false, uid }: Pick<RunOptions, 'terminal' | 'uid'> = {},
  ): ChildProcessWithoutNullStreams {
    const command = [this.#node, MAIN, ...args];
    // `script` gives the process a terminal. Every Linux has it.
    const [file = '', ...rest] = terminal ? ['script', '-qefc', `exec ${command.join(' ')}`, '/dev/null'] : command;
    const child = spawn(file, rest, {
      cwd: this.path,
      // Without the tester's environment: 429chain would use its keys.
      env: { PATH: process.env.PATH, HOME: this.path, ...env },
      uid,
    });
    this.#children.push(child);
    return child;
  }

  /** Also kills the processes that still run. */
  remove(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.path, { recursive: true, force: true });
  }
}
