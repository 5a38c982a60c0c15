import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MAIN } from '../built.js';
import { API_KEY } from '../proxy.js';

const COUNTING = fileURLToPath(new URL('counting.mjs', import.meta.url));

export type Counts = Readonly<Record<string, number>>;

/** What is counted: work (promises, timers, writes, listeners) or allocated bytes. Each needs a process of its own. */
export type Counted = 'work' | 'bytes';

/** Without a compiler that optimizes when it finds time, each run allocates the same. Nothing is collected in between. */
const FLAGS: Readonly<Record<Counted, readonly string[]>> = {
  work: [],
  bytes: [
    '--expose-gc',
    '--no-opt',
    '--no-lazy-feedback-allocation',
    '--min-semi-space-size=256',
    '--max-semi-space-size=256',
  ],
};

/** The built 429chain in a process that counts its own work, with everything on that is on by default. */
export class CountedProxy {
  readonly address: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(address: string, child: ChildProcess, folder: string) {
    this.address = address;
    this.#child = child;
    this.#folder = folder;
  }

  /** @throws Error if it does not start */
  static async start(counted: Counted, providerUrl: string): Promise<CountedProxy> {
    const folder = mkdtempSync(join(tmpdir(), '429chain-counted-'));
    const file = join(folder, '429chain.json5');
    const configuration = {
      server: { host: '127.0.0.1', port: 0, apiKeys: [API_KEY] },
      providers: { one: { type: 'openai-compatible', baseUrl: providerUrl, apiKey: 'key-of-one' } },
      chains: { default: ['one/a-model'] },
    };
    writeFileSync(file, JSON.stringify(configuration));
    const child = spawn(process.execPath, [...FLAGS[counted], '--import', COUNTING, MAIN, 'start', '--config', file], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, COUNTED: counted, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const address = await new Promise<string>((resolve, reject) => {
      let output = '';
      const keep = (data: Buffer): void => {
        output = (output + data.toString()).slice(-10_000);
        const found = /listens on (http:\/\/[^/\s]+)/.exec(output)?.[1];
        if (found !== undefined) resolve(found);
      };
      child.stdout?.on('data', keep);
      child.stderr?.on('data', keep);
      child.once('exit', (status) => reject(new Error(`429chain ended with status ${status}:\n${output}`)));
    });
    return new CountedProxy(address, child, folder);
  }

  /** The counts of everything that `work` makes 429chain do. */
  async countsOf(work: () => Promise<void>): Promise<Counts> {
    await this.#send('reset');
    await work();
    return this.#send('read');
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #send(message: 'reset' | 'read'): Promise<Counts> {
    const answered = once(this.#child, 'message');
    this.#child.send(message);
    const [counts] = (await answered) as [Counts];
    return counts;
  }
}
