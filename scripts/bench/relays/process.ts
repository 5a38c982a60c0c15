import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const STARTS_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 10_000;
const ASK_EVERY_MS = 4;

/** A port that was free a moment ago. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const request = get({ port, host: '127.0.0.1', path: '/health', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
  });

export interface Start {
  /** Arguments of Node. */
  readonly args: readonly string[];
  readonly port: number;
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
}

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

/** Starts Node with arguments; its output is returned by the second function. */
export const spawnNode = (
  args: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>> = {},
): { readonly child: ChildProcess; readonly output: () => string } => {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let output = '';
  const keep = (data: Buffer): void => {
    output = (output + data.toString()).slice(-4_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return { child, output: () => output };
};

/** A relay in a process of its own. */
export class RelayProcess {
  readonly port: number;
  readonly pid: number;
  /** Ms from the start of the process to its first answer. */
  readonly startMs: number;
  readonly folder: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, { port, folder }: Start, startMs: number) {
    this.port = port;
    this.pid = child.pid as number;
    this.folder = folder;
    this.startMs = startMs;
    this.#child = child;
  }

  /** Returns when `/health` answers. @throws Error with its output if it does not start */
  static async start(start: Start): Promise<RelayProcess> {
    const startedAt = performance.now();
    const { child, output } = spawnNode(start.args, start.folder, start.env);
    while (!(await answers(start.port))) {
      if (child.exitCode !== null || performance.now() - startedAt > STARTS_WITHIN_MS)
        throw new Error(`${start.args.join(' ')} does not answer at /health:\n${output()}`);
      await pause(ASK_EVERY_MS);
    }
    return new RelayProcess(child, start, performance.now() - startedAt);
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), ENDS_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  }
}
