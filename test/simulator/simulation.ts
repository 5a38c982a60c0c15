import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from '../../src/app.js';
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

/**
 * Runs a workload in virtual time on the real engine. The same seed gives the same course.
 * @param believe record the ledger's view of the target with each call
 */
export const simulate = async (workload: Workload, seed: number, believe = false): Promise<Course> => {
  const plans = plansOf(workload, seed);
  const time = new VirtualTime(startOf(workload));
  const folder = mkdtempSync(join(tmpdir(), '429chain-simulator-'));
  try {
    return await time.until(new Simulation(workload, plans, seed, time, folder, believe).run());
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
}

class Simulation {
  readonly #workload: Workload;
  readonly #plans: readonly Plan[];
  readonly #seed: number;
  readonly #time: VirtualTime;
  readonly #folder: string;
  readonly #believe: boolean;
  readonly #providers: readonly SimulatedProvider[];
  readonly #calls: Call[] = [];
  readonly #unanswered = new Map<number, string>();
  readonly #restarts: number[] = [];
  readonly #log = new MemoryLog();
  /** The life that accepts requests; callers wait for it while the engine restarts. */
  #life!: Promise<Life>;
  #lives = 0;
  #moves = 0;

  constructor(
    workload: Workload,
    plans: readonly Plan[],
    seed: number,
    time: VirtualTime,
    folder: string,
    believe: boolean,
  ) {
    this.#workload = workload;
    this.#plans = plans;
    this.#seed = seed;
    this.#time = time;
    this.#folder = folder;
    this.#believe = believe;
    this.#providers = workload.providers.map((spec) => new SimulatedProvider(spec, plans, this.#calls, seed));
  }

  async run(): Promise<Course> {
    const { restarts = [] } = this.#workload;
    this.#life = this.#begin();
    await this.#life;
    const callers = this.#plans.map((plan) => this.#call(plan));
    const restarting = restarts.map((restart) => this.#restart(restart));
    await Promise.all([...callers, ...restarting]);
    const { app } = await this.#life;
    await this.#holdUntil(app.close(0));
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
    for (;;) {
      const life = await this.#life;
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

  async #restart({ atMinute, how }: Restart): Promise<void> {
    await sleep(atMinute * 60_000);
    const life = await this.#life;
    life.ending = true;
    const from = this.#dataDir;
    if (how === 'kill') {
      // Pending writes reach the disk before the process dies: otherwise virtual time would outrun the disk.
      await this.#time.hold(realPause());
      cpSync(from, this.#moveOut(), { recursive: true, force: true });
      life.network.die();
      void life.app.close(0);
      this.#life = this.#begin();
    } else {
      const closed = life.app.close(0);
      this.#life = closed.then(() => this.#begin());
      await this.#holdUntil(closed);
    }
    await this.#life;
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

  get #dataDir(): string {
    return join(this.#folder, `data-${this.#moves}`);
  }

  /** Returns a folder that the previous life does not know. */
  #moveOut(): string {
    this.#moves++;
    return this.#dataDir;
  }

  #begin(): Promise<Life> {
    let made: App | undefined;
    const believed = (target: string): string => (this.#believe && made !== undefined ? beliefOf(made, target) : '');
    const network = new SimulatedNetwork(this.#providers, this.#seed + this.#lives++, believed);
    const app = App.create({
      store: storeOf(configurationOf(this.#workload), this.#dataDir),
      log: this.#log,
      clock: { now: () => Date.now(), monotonic: () => performance.now() },
      createDispatcher: () => network,
    });
    return this.#time.hold(app).then((built) => {
      made = built;
      return { app: built, network, ending: false };
    });
  }
}

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
