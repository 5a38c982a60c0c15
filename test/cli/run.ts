import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { MAIN } from '../built.js';

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
  /** As another user. Only root may say so. */
  readonly uid?: number | undefined;
  /** On a terminal of its own, whose keys `onOutput` may press. */
  readonly terminal?: boolean;
  /** Called with all of standard output so far, whenever there is more of it. */
  readonly onOutput?: (stdout: string, press: (keys: string) => void) => void;
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

/** A folder of its own, in which commands run as processes of their own. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), '429chain-cli-'));
  readonly #children: ChildProcess[] = [];
  readonly #node: string;

  /** @param node the Node that runs the commands; the one that runs us unless told */
  constructor(node = process.execPath) {
    this.#node = node;
  }

  file(name: string): string {
    return join(this.path, name);
  }

  write(name: string, content: string | object): void {
    writeFileSync(this.file(name), typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
  }

  /** Runs `429chain` with `args` to its end, and sees to it that it prints no key. */
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
    // A command that reads no input may be gone before it is written.
    child.stdin.on('error', () => {});
    if (!terminal) child.stdin.end(input);
    const [status] = (await once(child, 'close')) as [number | null];
    for (const secret of Object.values(SECRETS)) expect(stdout + stderr).not.to.contain(secret);
    return { status, stdout, stderr };
  }

  /** Runs `429chain start` until it is told to end. */
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
    // Sleeps until there is more: the process needs the processor more than we do.
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
    // `script` comes with every Linux, and a terminal with it.
    const [file = '', ...rest] = terminal ? ['script', '-qefc', `exec ${command.join(' ')}`, '/dev/null'] : command;
    const child = spawn(file, rest, {
      cwd: this.path,
      // Nothing of the tester's own: a key in the environment would be tried.
      env: { PATH: process.env.PATH, HOME: this.path, ...env },
      uid,
    });
    this.#children.push(child);
    return child;
  }

  /** Ends what still runs in it as well. */
  remove(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.path, { recursive: true, force: true });
  }
}
