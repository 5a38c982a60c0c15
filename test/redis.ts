import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';

/** Why no server can be started; `undefined` if one can. */
const missing = ((): string | undefined => {
  try {
    const version = execFileSync('redis-server', ['--version'], { encoding: 'utf8' }).trim();
    return Number(/v=(\d+)/.exec(version)?.[1]) >= 7 ? undefined : `redis-server 7 is needed, this is ${version}`;
  } catch {
    return 'redis-server is not installed (apt-get install redis-server)';
  }
})();

/** Skips the tests of this suite where no redis-server is installed, and prints why. */
export const needsRedis = (): void => {
  before(function () {
    if (missing === undefined) return;
    console.log(`      skipped: ${missing}`);
    this.skip();
  });
};

/** @returns a port on which nothing listens */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
};

/** How a server is started. */
export interface RedisSetup {
  /** Further arguments. @param folder that is deleted with the server */
  readonly args?: (folder: string, port: number) => readonly string[];
  /** How `client` connects, apart from the address. */
  readonly login?: Omit<RedisOptions, 'replyMapping'>;
}

/** A real redis-server on a free port, whose data is in a folder of its own. */
export class RedisServer {
  readonly port: number;
  readonly folder: string;
  readonly #setup: RedisSetup;
  #process: ChildProcess | undefined;
  #client: Redis | undefined;

  private constructor(port: number, folder: string, setup: RedisSetup) {
    this.port = port;
    this.folder = folder;
    this.#setup = setup;
  }

  /** @returns a server that answers */
  static async start(setup: RedisSetup = {}): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), '429chain-redis-'));
    const server = new RedisServer(await freePort(), folder, setup);
    await server.restart();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** For the test itself. */
  get client(): Redis {
    if (this.#client === undefined) {
      const { login } = this.#setup;
      this.#client = new Redis({
        host: '127.0.0.1',
        port: this.port,
        retryStrategy: () => 20,
        maxRetriesPerRequest: 1,
        ...login,
      });
      this.#client.on('error', () => {});
    }
    return this.#client;
  }

  /** Starts the server again after `kill`, without what it knew. */
  async restart(): Promise<void> {
    const port = ['--port', `${this.port}`, '--bind', '127.0.0.1'];
    const args = this.#setup.args?.(this.folder, this.port) ?? [];
    const own = ['--save', '', '--dir', this.folder, '--loglevel', 'warning'];
    // A later argument overrides an earlier one.
    this.#process = spawn('redis-server', [...port, ...own, ...args], { stdio: 'ignore' });
    const exited = once(this.#process, 'exit').then(() => {
      if (this.#client?.status !== 'ready') throw new Error('redis-server ended at its start.');
    });
    exited.catch(() => {});
    await Promise.race([this.#answers(), exited]);
  }

  /** It keeps its connections and answers nothing. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    const process = this.#process;
    if (process === undefined || process.exitCode !== null || process.signalCode !== null) return;
    process.kill('SIGKILL');
    await once(process, 'exit');
  }

  async stop(): Promise<void> {
    this.#client?.disconnect();
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #answers(): Promise<void> {
    for (const end = Date.now() + 10_000; Date.now() < end; await sleep(5)) {
      const answer = await this.client.ping().catch(() => undefined);
      if (answer !== undefined) return;
    }
    throw new Error('redis-server does not answer.');
  }
}
