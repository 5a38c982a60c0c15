import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RequestPage, RequestRecord, UsageReport } from '../../src/contract/requests.js';

const MEMORY_ROUTE = fileURLToPath(new URL('memory-route.mjs', import.meta.url));
const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
export const API_KEY = 'key-of-the-soak';
const ADMIN_KEY = 'admin-key-of-the-soak';
const PROVIDERS = ['p0', 'p1', 'p2', 'p3'];

/** Bytes. */
export interface Memory {
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number;
}

/** The built 429chain in a process of its own, over four providers at one address. */
export class SoakedProxy {
  readonly address: string;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #output: () => string;

  private constructor(address: string, child: ChildProcess, folder: string, output: () => string) {
    this.address = address;
    this.#child = child;
    this.#folder = folder;
    this.#output = output;
  }

  /** @throws Error if it does not start */
  static async start(providerPort: number): Promise<SoakedProxy> {
    const folder = mkdtempSync(join(tmpdir(), '429chain-soak-'));
    const timeouts = { firstToken: '2s', idle: '2s', total: '6s' };
    const providers = PROVIDERS.map((id) => [
      id,
      { type: 'openai-compatible', baseUrl: `http://127.0.0.1:${providerPort}/${id}/v1`, timeouts },
    ]);
    const targets = PROVIDERS.flatMap((id) => Array.from({ length: 6 }, (_, index) => `${id}/chained-${index}`));
    const configuration = {
      server: { host: '127.0.0.1', port: 0, apiKeys: [API_KEY], adminKey: ADMIN_KEY },
      providers: Object.fromEntries(providers),
      chains: { default: { targets, maxWait: '1s' } },
      // Small segments, so that what the log holds in memory is soon as much as it will ever be.
      plugins: [
        { use: 'nedb-logger', options: { maxRequests: 4_000 } },
        { use: 'prometheus', options: { key: 'none' } },
        MEMORY_ROUTE,
      ],
    };
    const file = join(folder, '429chain.json5');
    writeFileSync(file, JSON.stringify(configuration));
    const child = spawn(process.execPath, ['--expose-gc', MAIN, 'start', '--config', file], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder },
    });
    let output = '';
    const address = await new Promise<string>((resolve, reject) => {
      const keep = (data: Buffer): void => {
        output = (output + data.toString()).slice(-100_000);
        const found = /listens on (http:\/\/[^/\s]+)/.exec(output)?.[1];
        if (found !== undefined) resolve(found);
      };
      child.stdout.on('data', keep);
      child.stderr.on('data', keep);
      child.once('exit', (status) => reject(new Error(`429chain ended with status ${status}:\n${output}`)));
    });
    return new SoakedProxy(address, child, folder, () => output);
  }

  /** Lines of its log that report a fault of its own. */
  get faults(): string[] {
    return this.#output()
      .split('\n')
      .filter((line) => /Unexpected|unhandled|uncaught|Cannot|event loop/i.test(line));
  }

  async memory(): Promise<Memory> {
    return (await this.#json('/soak/memory')) as Memory;
  }

  /** How many descriptors it has open, by kind; `undefined` where the system cannot tell. */
  descriptors(): { readonly sockets: number; readonly others: number } | undefined {
    const folder = `/proc/${this.#child.pid}/fd`;
    if (!existsSync(folder)) return undefined;
    const links = readdirSync(folder).map((fd) => {
      try {
        return readlinkSync(join(folder, fd));
      } catch {
        return '';
      }
    });
    const sockets = links.filter((link) => link.startsWith('socket:')).length;
    return { sockets, others: links.filter((link) => link !== '').length - sockets };
  }

  page(cursor?: string): Promise<RequestPage> {
    return this.#json(
      `/admin/api/requests?limit=500${cursor === undefined ? '' : `&cursor=${cursor}`}`,
    ) as Promise<RequestPage>;
  }

  async totals(): Promise<UsageReport> {
    return (await this.#json('/admin/api/usage')) as UsageReport;
  }

  /** The metric `requests_total` by status. */
  async metrics(): Promise<Record<string, number>> {
    const text = await this.#get('/metrics');
    const sums: Record<string, number> = {};
    for (const [, status = '', count] of text.matchAll(/^chain429_requests_total\{.*?status="(\w+)"\} (\d+)$/gm)) {
      sums[status] = (sums[status] ?? 0) + Number(count);
    }
    return sums;
  }

  /** Ends it with SIGTERM. Resolves with its exit status. */
  async end(): Promise<number | null> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const [status] = (await ended) as [number | null];
    rmSync(this.#folder, { recursive: true, force: true });
    return status;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #json(path: string): Promise<unknown> {
    return JSON.parse(await this.#get(path));
  }

  /** On a connection of its own, which closes afterwards: connections are counted. */
  #get(path: string): Promise<string> {
    const headers = { authorization: `Bearer ${ADMIN_KEY}` };
    return new Promise((resolve, reject) => {
      const request = httpRequest(`${this.address}${path}`, { headers, agent: false }, (response) => {
        let text = '';
        response.on('data', (data: Buffer) => {
          text += data.toString();
        });
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`${path} answers ${response.statusCode}: ${text}`));
        });
      });
      request.on('error', reject).end();
    });
  }
}

/** Collects the records of the log while the oldest are removed. */
export class LogReader {
  readonly records = new Map<string, RequestRecord[]>();
  readonly #proxy: SoakedProxy;
  readonly #known = new Set<string>();

  constructor(proxy: SoakedProxy) {
    this.#proxy = proxy;
  }

  /** Reads what is new. */
  async read(): Promise<void> {
    let cursor: string | undefined;
    do {
      const { requests, next } = await this.#proxy.page(cursor);
      const fresh = requests.filter((record) => !this.#known.has(keyOf(record)));
      for (const record of fresh) {
        this.#known.add(keyOf(record));
        this.records.set(record.id, [...(this.records.get(record.id) ?? []), record]);
      }
      cursor = fresh.length === requests.length ? next : undefined;
    } while (cursor !== undefined);
  }
}

const keyOf = ({ id, at, latencyMs }: RequestRecord): string => `${id} ${at} ${latencyMs}`;
