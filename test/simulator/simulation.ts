import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from '../../src/app.js';
import type { UnitStore } from '../../src/plugin/door/unit-store.js';
import type { Plugin } from '../../src/plugin/index.js';
import { MemoryLog, storeOf } from '../proxy.js';
import { type Plan, plansOf } from './arrivals.js';
import { ask } from './asking.js';
import { SimulatedNetwork } from './network.js';
import { type Call, SimulatedProvider } from './provider.js';
import { VirtualTime } from './virtual-time.js';
import { configurationOf, type Restart, startOf, type Workload } from './world.js';

/** Everything that happened. */
export interface Course {
  readonly plans: readonly Plan[];
  readonly calls: readonly Call[];
  /** Why each request got no answer, by its number. */
  readonly unanswered: ReadonlyMap<number, string>;
  /** When the engine was restarted, epoch ms. */
  readonly restarts: readonly number[];
  /** Warnings and errors of the engine. */
  readonly log: readonly string[];
}

/** How a workload runs. */
export interface Run {
  /** Records the ledger's view of the target with each call. */
  readonly believe?: boolean;
  /** Processes behind a load balancer that gives each of them a request in turn. Default: 1. */
  readonly replicas?: number;
  /** Returns what a process counts units with; called once for each life of each process. */
  readonly connect?: () => UnitStore & { readonly die?: () => void };
}

/** Runs a workload in virtual time on the real engine. The same seed gives the same course. */
export const simulate = async (workload: Workload, seed: number, run: Run = {}): Promise<Course> => {
  const plans = plansOf(workload, seed);
  const time = new VirtualTime(startOf(workload));
  const folder = mkdtempSync(join(tmpdir(), '429chain-simulator-'));
  try {
    return await time.until(new Simulation(workload, plans, seed, time, folder, run).run());
  } finally {
    time.end();
    rmSync(folder, { recursive: true, force: true });
  }
};

/** One life of the engine, between two restarts. */
interface Life {
  readonly app: App;
  readonly network: SimulatedNetwork;
  /** It accepts no more requests; requests that fail now fail because of that. */
  ending: boolean;
  /** The connection to other processes breaks. */
  readonly die: () => void;
}

class Simulation {
  readonly #workload: Workload;
  readonly #plans: readonly Plan[];
  readonly #seed: number;
  readonly #time: VirtualTime;
  readonly #folder: string;
  readonly #run: Run;
  readonly #providers: readonly SimulatedProvider[];
  readonly #calls: Call[] = [];
  readonly #unanswered = new Map<number, string>();
  readonly #restarts: number[] = [];
  readonly #log = new MemoryLog();
  /** Of each process, the life that accepts requests; callers wait for it while the engine restarts. */
  readonly #processes: Promise<Life>[] = [];
  #lives = 0;
  /** Of each process, how often it moved to another folder. */
  readonly #moves: number[];

  constructor(workload: Workload, plans: readonly Plan[], seed: number, time: VirtualTime, folder: string, run: Run) {
    this.#workload = workload;
    this.#plans = plans;
    this.#seed = seed;
    this.#time = time;
    this.#folder = folder;
    this.#run = run;
    this.#moves = Array.from({ length: run.replicas ?? 1 }, () => 0);
    this.#providers = workload.providers.map((spec) => new SimulatedProvider(spec, plans, this.#calls, seed));
  }

  async run(): Promise<Course> {
    const { restarts = [] } = this.#workload;
    for (const process of this.#moves.keys()) this.#processes.push(this.#begin(process));
    await Promise.all(this.#processes);
    const callers = this.#plans.map((plan) => this.#call(plan));
    const restarting = restarts.map((restart, index) => this.#restart(restart, index % this.#moves.length));
    await Promise.all([...callers, ...restarting]);
    for (const process of this.#processes) {
      const { app } = await process;
      await this.#holdUntil(app.close(0));
    }
    return {
      plans: this.#plans,
      calls: this.#calls,
      unanswered: this.#unanswered,
      restarts: this.#restarts,
      log: this.#log.lines,
    };
  }

  /** A caller that retries when the process ends during its request. */
  async #call(plan: Plan): Promise<void> {
    await sleep(plan.at - Date.now());
    for (let turn = plan.index; ; turn++) {
      const life = await (this.#processes[turn % this.#processes.length] as Promise<Life>);
      try {
        return await ask(life.app, plan);
      } catch (error) {
        if (!life.ending) {
          this.#unanswered.set(plan.index, (error as Error).message);
          return;
        }
      }
    }
  }

  async #restart({ atMinute, how }: Restart, process: number): Promise<void> {
    await sleep(atMinute * 60_000);
    const life = await (this.#processes[process] as Promise<Life>);
    life.ending = true;
    const from = this.#dataDir(process);
    if (how === 'kill') {
      // Pending writes reach the disk before the process dies: otherwise virtual time would outrun the disk.
      await this.#time.hold(realPause());
      cpSync(from, this.#moveOut(process), { recursive: true, force: true });
      life.network.die();
      life.die();
      void life.app.close(0);
      this.#processes[process] = this.#begin(process);
    } else {
      const closed = life.app.close(0);
      this.#processes[process] = closed.then(() => this.#begin(process));
      await this.#holdUntil(closed);
    }
    await this.#processes[process];
    this.#restarts.push(Date.now());
  }

  /** Fires only the timers that are due, so that no time passes while the disk works. */
  async #holdUntil(work: Promise<void>): Promise<void> {
    let isOver = false;
    const over = work.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await sleep(0);
      await this.#time.hold(realPause());
    }
    await over;
  }

  #dataDir(process: number): string {
    return join(this.#folder, `data-${process}-${this.#moves[process]}`);
  }

  /** Returns a folder that the previous life does not know. */
  #moveOut(process: number): string {
    this.#moves[process] = (this.#moves[process] as number) + 1;
    return this.#dataDir(process);
  }

  #begin(process: number): Promise<Life> {
    let made: App | undefined;
    const { believe = false, connect } = this.#run;
    const believed = (target: string): string => (believe && made !== undefined ? beliefOf(made, target) : '');
    const network = new SimulatedNetwork(this.#providers, this.#seed + this.#lives++, believed);
    const store = connect?.();
    const app = App.create({
      store: storeOf(configurationOf(this.#workload), this.#dataDir(process)),
      plugins: store === undefined ? [] : [storePlugin(store)],
      log: this.#log,
      clock: { now: () => Date.now(), monotonic: () => performance.now() },
      createDispatcher: () => network,
    });
    return this.#time.hold(app).then((built) => {
      made = built;
      return { app: built, network, ending: false, die: () => store?.die?.() };
    });
  }
}

const storePlugin = (store: UnitStore): Plugin => ({
  name: 'units-of-the-simulation',
  apply: (api) => api.provideUnitStore(() => store),
});

/** A target's quotas in one line, as the ledger sees them. */
const beliefOf = ({ runtime }: App, target: string): string => {
  const found = runtime.chains.all.flatMap(({ targets }) => targets).find(({ id }) => id === target);
  if (found === undefined) return '';
  const { state, quotas } = runtime.stateOf(found);
  const words = quotas.map(({ source, dimension, windowMs, limit, used, inFlight, resetAt }) => {
    const reset = resetAt === undefined ? '?' : `${((resetAt - Date.now()) / 1000).toFixed(1)} s`;
    return `${source} ${dimension}/${(windowMs ?? 0) / 1000} s: ${used} of ${limit} used, ${inFlight} in flight, reset in ${reset}`;
  });
  return `${state}; ${words.join('; ')}`;
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

/** The real timer, not replaced by virtual time. */
const realTimeout = globalThis.setTimeout;
const realPause = (): Promise<void> => new Promise((resolve) => realTimeout(resolve, 30));
