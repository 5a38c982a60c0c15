import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const STARTS_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 4;

const running = new Set<ChildProcess>();
const folders = new Set<string>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

/** A folder that is removed at the end of the bench. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), '429chain-bench-'));
  folders.add(folder);
  return folder;
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const request = get({ port, host: '127.0.0.1', path: '/health', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
  });

export interface Program {
  /** Arguments of Node. */
  readonly args: readonly string[];
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program in a process of its own. It listens on a port that it chooses, and writes its address to its output. */
export class RunningProgram {
  readonly port: number;
  readonly pid: number;
  /** Ms from the start of the process to its first answer. */
  readonly startMs: number;
  readonly folder: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number, startMs: number, folder: string) {
    this.port = port;
    this.pid = child.pid as number;
    this.startMs = startMs;
    this.folder = folder;
    this.#child = child;
  }

  /** Returns when `/health` answers. @throws Error with its output if it does not start */
  static async start({ args, folder, env = {} }: Program): Promise<RunningProgram> {
    const startedAt = performance.now();
    // A file, as a service has it: reading a pipe would cost the caller time.
    const file = join(temporaryFolder(), 'output.log');
    const output = openSync(file, 'a');
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, NODE_ENV: 'production', ...env },
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    running.add(child);
    child.once('exit', () => running.delete(child));
    for (;;) {
      const text = readFileSync(file, 'utf8');
      const port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1]);
      if (port > 0 && (await answers(port)))
        return new RunningProgram(child, port, performance.now() - startedAt, folder);
      if (child.exitCode !== null || performance.now() - startedAt > STARTS_WITHIN_MS)
        throw new Error(`${args.join(' ')} does not answer at /health:\n${text}`);
      await pause(LOOK_EVERY_MS);
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), ENDS_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  }
}
