import cluster, { type Worker } from 'node:cluster';
import { MemoryStore } from '../ledger/shared/memory-store.js';
import { MemoryUnits } from '../ledger/shared/memory-units.js';
import type { LogFields } from '../log.js';
import { inBatches } from './batch.js';
import { Hub } from './hub.js';
import { type Channel, type FromPrimary, type FromWorker, ROLE_VARIABLE, type WorkerRole } from './messages.js';
import { UnitsOfWorker } from './units-of-workers.js';
import { WholeLines } from './whole-lines.js';

/** A worker that lived for this long was healthy: its successor starts at once. */
const HEALTHY_MS = 10_000;
/** The pause before the second start in a row. It doubles with each further one. */
const PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** How long the last lines of a worker may take after its end. */
const LAST_LINES_MS = 1_000;

export interface PrimaryOptions {
  /** How many workers run. */
  readonly count: number;
  /** What a worker learns beside its number. */
  readonly role: Omit<WorkerRole, 'number' | 'writes'>;
  readonly isAdminKeyNew: boolean;
  readonly log: { warn(message: string, fields?: LogFields): void };
  /** Writes whole lines to the output and the error output of the process. */
  readonly write: (lines: string) => void;
  readonly writeError: (lines: string) => void;
}

/** A worker process, from its start to its end. */
interface Running {
  readonly number: number;
  readonly worker: Worker;
  readonly channel: Channel<FromPrimary, FromWorker>;
  readonly startedAt: number;
  address?: string;
  /** Its exit status, once it has ended. */
  status?: number;
}

/** How a start ends: all workers listen, or the first one ended before it did. */
export type Started = { readonly ok: true } | { readonly ok: false; readonly status: number; readonly signal?: string };

/** Starts the workers, replaces those that end, and passes on what they tell each other. */
export class Primary {
  readonly #options: PrimaryOptions;
  readonly #hub = new Hub();
  readonly #units = new MemoryUnits(Date.now);
  readonly #lines: WholeLines;
  readonly #errorLines: WholeLines;
  readonly #running = new Map<number, Running>();
  /** Starts in a row after which a worker ended soon, by its number. */
  readonly #failures = new Map<number, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** What waits for a worker to listen or to end. */
  readonly #waiting = new Set<() => void>();
  #isStarting = true;
  #isStopping = false;
  #status = 0;

  constructor(options: PrimaryOptions) {
    this.#options = options;
    this.#lines = new WholeLines(options.write, performance.now.bind(performance));
    this.#errorLines = new WholeLines(options.writeError, performance.now.bind(performance));
    const [exec, ...args] = process.argv.slice(1);
    cluster.setupPrimary({ exec, args, serialization: 'advanced', stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  }

  /** Starts one worker, and the others once it listens: what keeps all of them from starting is reported once. */
  async start(): Promise<Started> {
    const first = await this.#begun(1);
    if (first.address === undefined) {
      const { exitCode, signalCode } = first.worker.process;
      return { ok: false, status: exitCode ?? 1, ...(signalCode !== null && { signal: signalCode }) };
    }
    this.#isStarting = false;
    if (this.#isStopping) return { ok: true };
    const numbers = Array.from({ length: this.#options.count - 1 }, (_, index) => index + 2);
    await Promise.all(numbers.map((number) => this.#begun(number)));
    this.#announce();
    return { ok: true };
  }

  /** Every worker reads the configuration again. */
  reload(): void {
    this.#toAll({ kind: 'reload' });
  }

  /** Every worker drains. @returns the exit status, when all have ended */
  async stop(): Promise<number> {
    this.#isStopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#toAll({ kind: 'stop' });
    this.#sayAlone();
    await this.#until(() => this.#running.size === 0);
    return this.#status;
  }

  /** Ends every worker at once. */
  kill(): void {
    this.#isStopping = true;
    for (const { worker } of this.#running.values()) worker.process.kill('SIGKILL');
  }

  /** Starts a worker. Resolves when it listens or has ended. */
  async #begun(number: number): Promise<Running> {
    const running = this.#fork(number);
    await this.#until(() => running.address !== undefined || running.status !== undefined);
    return running;
  }

  #fork(number: number): Running {
    const writes = this.#hub.writer === undefined;
    const role: WorkerRole = { ...this.#options.role, number, writes };
    const worker = cluster.fork({ [ROLE_VARIABLE]: JSON.stringify(role) });
    const channel = channelTo(worker);
    const running: Running = { number, worker, channel, startedAt: performance.now() };
    this.#running.set(number, running);
    channel.onMessage((message) => {
      if (message.kind !== 'ready') return;
      running.address = message.address;
      // It may have missed the first one.
      if (this.#isStopping) channel.send({ kind: 'stop' });
      this.#changed();
    });
    this.#hub.add(number, channel);
    const units = new UnitsOfWorker(new MemoryStore(this.#units), channel);
    this.#sayReplicas();
    const { stdout, stderr } = worker.process;
    stdout?.setEncoding('utf8').on('data', (text: string) => this.#lines.add(number, text));
    stderr?.setEncoding('utf8').on('data', (text: string) => this.#errorLines.add(number, text));
    worker.on('error', () => {});
    worker.once('exit', (code, signal) => {
      // Before its last lines: others take over what it held.
      units.end();
      this.#hub.remove(number, this.#successors(number));
      void this.#lastLines(running).then(() => this.#ended(running, code, signal));
    });
    return running;
  }

  async #lastLines({ number, worker }: Running): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LAST_LINES_MS);
      worker.process.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#lines.end(number);
    this.#errorLines.end(number);
  }

  #ended(running: Running, code: number | null, signal: string | null): void {
    const { number, startedAt } = running;
    running.status = code ?? 1;
    this.#running.delete(number);
    this.#sayReplicas();
    if (this.#isStopping) {
      if (running.status !== 0) this.#status = 1;
      this.#sayAlone();
    } else if (!this.#isStarting) {
      this.#replace(number, performance.now() - startedAt, signal ?? `status ${code}`);
    }
    this.#changed();
  }

  #replace(number: number, livedMs: number, how: string): void {
    const failures = livedMs >= HEALTHY_MS ? 0 : (this.#failures.get(number) ?? 0);
    this.#failures.set(number, failures + 1);
    const pauseMs = failures === 0 ? 0 : Math.min(LONGEST_PAUSE_MS, PAUSE_MS * 2 ** (failures - 1));
    const when = pauseMs === 0 ? 'now' : `in ${pauseMs / 1000} s`;
    this.#options.log.warn(`Worker ${number} ended (${how}). 429chain starts another one ${when}.`);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#fork(number);
    }, pauseMs);
    this.#timers.add(timer);
  }

  /** The worker that writes says it, or another one that listens. */
  #announce(): void {
    const { count, isAdminKeyNew } = this.#options;
    const listening = [...this.#running.values()].filter(({ address }) => address !== undefined);
    const teller = listening.find(({ number }) => number === this.#hub.writer) ?? listening[0];
    if (teller?.address === undefined) return;
    const announcement = { address: teller.address, isAdminKeyNew, workers: count };
    teller.channel.send({ kind: 'announce', announcement });
  }

  /** Those that listen already come first. */
  #successors(number: number): number[] {
    return [...this.#running.values()]
      .filter((each) => each.number !== number)
      .sort((one, other) => Number(one.address === undefined) - Number(other.address === undefined))
      .map((each) => each.number);
  }

  /** The worker that writes waits for the others, since they still send it what to write. */
  #sayAlone(): void {
    if (this.#running.size !== 1) return;
    this.#toAll({ kind: 'alone' });
  }

  #sayReplicas(): void {
    this.#toAll({ kind: 'replicas', number: this.#running.size });
  }

  #toAll(message: FromPrimary): void {
    for (const { channel } of this.#running.values()) channel.send(message);
  }

  #changed(): void {
    for (const check of this.#waiting) check();
  }

  #until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!isSo()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }
}

const channelTo = (worker: Worker): Channel<FromPrimary, FromWorker> => ({
  send: inBatches((messages) => {
    // It may end at any time. Its `exit` says so.
    if (worker.isConnected()) worker.process.send([...messages], () => {});
  }),
  onMessage: (listener) =>
    void worker.on('message', (messages: readonly FromWorker[]) => {
      // A plugin may send something of its own.
      if (Array.isArray(messages)) for (const message of messages) listener(message);
    }),
});
