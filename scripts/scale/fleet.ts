import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/redis.js';

const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

export const CLIENT_KEY = 'the-key-of-the-clients';

/** What replicas have in common. */
export interface FleetSetup {
  readonly replicas: number;
  /** Further arguments of `start`. */
  readonly args?: readonly string[];
  /** Where the accounts are: one `baseUrl` each. */
  readonly accounts: readonly string[];
  readonly plugins?: readonly object[];
  /** Runs the replica with this index in a network of its own, which has this address. */
  readonly apart?: { readonly index: number; readonly namespace: string; readonly address: string } | undefined;
}

/** Replicas of the built 429chain, with one configuration file and a data folder each. */
export class Fleet {
  readonly #setup: FleetSetup;
  readonly #folder = mkdtempSync(join(tmpdir(), '429chain-scale-'));
  readonly #ports: number[] = [];
  readonly #processes: ChildProcess[] = [];
  /** What the replicas logged. */
  readonly log: string[] = [];

  private constructor(setup: FleetSetup) {
    this.#setup = setup;
    const providers = Object.fromEntries(
      setup.accounts.map((baseUrl, index) => [
        `account-${index}`,
        { type: 'openai-compatible', baseUrl, apiKey: `key-${index}` },
      ]),
    );
    const configuration = {
      server: { apiKeys: [CLIENT_KEY], adminKey: 'the-key-of-the-admin', drain: '5s', log: { format: 'json' } },
      providers,
      chains: { default: { targets: Object.keys(providers).map((id) => `${id}/a-model`), maxWait: '2s' } },
      plugins: setup.plugins ?? [],
    };
    writeFileSync(join(this.#folder, '429chain.json5'), JSON.stringify(configuration));
  }

  static async start(setup: FleetSetup): Promise<Fleet> {
    const fleet = new Fleet(setup);
    for (let index = 0; index < setup.replicas; index++) fleet.#ports.push(await freePort());
    await Promise.all(fleet.#ports.map((_, index) => fleet.startReplica(index)));
    return fleet;
  }

  get addresses(): readonly string[] {
    return this.#ports.map((port, index) => `http://${this.#hostOf(index)}:${port}`);
  }

  async startReplica(index: number): Promise<void> {
    const { apart, args = [] } = this.#setup;
    const command = [
      process.execPath,
      ...[
        MAIN,
        'start',
        '--config',
        join(this.#folder, '429chain.json5'),
        '--data-dir',
        join(this.#folder, `data-${index}`),
      ],
      ...['--host', this.#hostOf(index), '--port', `${this.#ports[index]}`, ...args],
    ];
    const prefix = apart?.index === index ? ['ip', 'netns', 'exec', apart.namespace] : [];
    const [program = '', ...rest] = [...prefix, ...command];
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => {
        for (const line of text.toString().split('\n'))
          if (/"level":"(warn|error)|answers|does not/.test(line)) this.log.push(`${index}: ${line}`);
      });
    this.#processes[index] = child;
    for (const end = Date.now() + 30_000; Date.now() < end; await sleep(50)) {
      const answer = await fetch(`${this.addresses[index]}/health`).catch(() => undefined);
      if (answer?.ok === true) return;
    }
    throw new Error(`Replica ${index} does not answer.\n${this.log.join('\n')}`);
  }

  async kill(index: number): Promise<void> {
    const child = this.#processes[index] as ChildProcess;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** CPU of all replicas that run, with their workers, in ms. */
  get cpuMs(): number {
    return this.#processes
      .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
      .reduce((sum, { pid = 0 }) => sum + cpuMsOf(pid), 0);
  }

  /** Stops every replica as an upgrade does, so that the log is complete. */
  async close(): Promise<void> {
    await Promise.all(
      this.#processes.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
        await ended;
        clearTimeout(late);
      }),
    );
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #hostOf(index: number): string {
    return this.#setup.apart?.index === index ? this.#setup.apart.address : '127.0.0.1';
  }
}

/** Of a process and those that it started. */
const cpuMsOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return (
    (Number(fields[11]) + Number(fields[12])) * 10 + children.reduce((sum, child) => sum + cpuMsOf(Number(child)), 0)
  );
};
