import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { MAIN } from '../../built.js';
import { ROOT } from '../pages.js';

/** `429chain` as a process of its own. */
export class CommandLine {
  readonly #child: ChildProcess;
  /** Resolves with its exit status; `null` when a signal ended it. */
  readonly exit: Promise<number | null>;
  #output = '';
  #onOutput = (): void => {};

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        this.#onOutput();
      });
    }
    this.#child = child;
    this.exit = once(child, 'close').then(([status]) => status as number | null);
  }

  /** All that it printed so far. */
  get output(): string {
    return this.#output;
  }

  /** @returns the base URL that it prints once it listens */
  async listening(): Promise<string> {
    const printed = new Promise<string>((resolve) => {
      this.#onOutput = () => {
        const [, url] = /429chain listens on (http:[^\s"]+)/.exec(this.#output) ?? [];
        if (url !== undefined) resolve(url);
      };
      this.#onOutput();
    });
    const ended = this.exit.then((status) => {
      throw new Error(`It ended with status ${status} and does not listen:\n${this.#output}`);
    });
    return Promise.race([printed, ended]);
  }

  /** Asks it to stop, as Docker and systemd do. @returns its exit status */
  stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.exit;
  }

  /** Ends it, whatever it does. */
  kill(): Promise<number | null> {
    this.#child.kill('SIGKILL');
    return this.exit;
  }
}
