import { readCatalogue } from '../catalogue/read.js';
import type { Clock } from '../clock.js';
import type { Finding, Inspection } from '../contract/inspection.js';
import type { ModelView } from '../contract/models.js';
import type { Upstream } from '../engine/attempt/connection/upstream.js';
import type { Chains } from '../engine/chains.js';
import { askAllForModels } from '../engine/models/ask-all.js';
import type { ProviderReport } from '../engine/models/provider-models.js';
import type { PreparedProvider, PreparedTarget } from '../engine/target.js';
import type { TargetStatus } from '../ledger/ledger.js';
import type { Log } from '../log.js';
import type { Hooks } from '../plugin/door/hooks.js';
import { replaceStateFile } from '../replace-state-file.js';
import type { WorkerLink } from '../workers/link.js';
import { inspect } from './inspect.js';
import { readSeenModels, seenModelsFile, seenNow } from './seen-models.js';

/** The first look comes so long after the start, in ms: a restart has other things to do. */
const FIRST_MS = 60_000;
/** A timer cannot wait longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** How long another worker may look. */
const LOOK_MS = 120_000;
const TOPIC = 'inspection';

/** What an inspection needs of the configuration in force. */
interface Inspectable {
  readonly settings: {
    readonly dataDir: string;
    readonly server: { readonly checkEveryMs?: number | undefined };
  };
  readonly host: { readonly hooks: Pick<Hooks, 'onError'> };
  readonly chains: Pick<Chains, 'all'>;
  readonly providers: readonly PreparedProvider[];
  stateOf(target: PreparedTarget): TargetStatus;
  learnModels(provider: PreparedProvider, models: readonly ModelView[] | undefined): void;
  checked(provider: PreparedProvider, report: ProviderReport): void;
}

interface InspectionParts {
  /** Called for each look, since the configuration may have changed. */
  readonly current: () => Inspectable;
  readonly upstream: Pick<Upstream, 'dispatcher'>;
  readonly clock: Clock;
  readonly log: Log;
  /** One of the workers looks, and tells the others what it found. */
  readonly workers?: WorkerLink | undefined;
}

/** Looks at the providers when it is asked to, and every `server.checkEvery`. What is new since the last look goes into the log. */
export class Inspections {
  readonly #parts: InspectionParts;
  #latest: Inspection | undefined;
  #running: Promise<Inspection> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #everyMs: number | undefined;

  constructor(parts: InspectionParts) {
    this.#parts = parts;
    const { workers } = parts;
    workers?.answer(TOPIC, () => this.#lookHere());
    workers?.hear(TOPIC, (latest) => {
      this.#latest = latest as Inspection;
    });
    workers?.onHeard(TOPIC, () => {
      if (workers.writes && this.#latest !== undefined) workers.tell(TOPIC, this.#latest);
    });
    this.configure();
  }

  /** The last look since the start. */
  get latest(): Inspection | undefined {
    return this.#latest;
  }

  /** How often it looks by itself, in ms; `undefined` for never. */
  get everyMs(): number | undefined {
    return this.#everyMs;
  }

  /** Takes over the configuration in force. */
  configure(): void {
    const everyMs = this.#parts.current().settings.server.checkEveryMs;
    if (everyMs === this.#everyMs) return;
    this.#everyMs = everyMs;
    this.#plan(FIRST_MS);
  }

  /** Looks now, or returns the look that is under way. Never rejects. */
  look(): Promise<Inspection> {
    const { workers } = this.#parts;
    if (workers === undefined || workers.writes) return this.#lookHere();
    return workers.askWriter(TOPIC, undefined, LOOK_MS).then(
      (found) => found as Inspection,
      () => this.#lookHere(),
    );
  }

  #lookHere(): Promise<Inspection> {
    this.#running ??= this.#look().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#everyMs = undefined;
  }

  #plan(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#everyMs === undefined) return;
    const wait = Math.min(ms, this.#everyMs, LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => {
      const isOurs = this.#parts.workers?.writes ?? true;
      void (isOurs ? this.look() : Promise.resolve()).finally(() => this.#plan(Number.POSITIVE_INFINITY));
    }, wait).unref();
  }

  async #look(): Promise<Inspection> {
    const { current, upstream, clock, log } = this.#parts;
    const running = current();
    const { chains, providers, settings, host } = running;
    const file = seenModelsFile(settings.dataDir);
    const inspected = {
      providers,
      targets: [...new Set(chains.all.flatMap(({ targets }) => targets))],
      reports: await askAllForModels(providers, host.hooks, upstream),
      quotasOf: (target: PreparedTarget) => running.stateOf(target).quotas,
      catalogue: await readCatalogue(),
      seen: readSeenModels(file),
    };
    for (const provider of providers) {
      const report = inspected.reports.get(provider.keyedId);
      running.learnModels(provider, report?.models);
      if (report !== undefined) running.checked(provider, report);
    }
    const findings = inspect(inspected);
    this.#tell(findings);
    this.#latest = { at: clock.now(), findings };
    this.#parts.workers?.tell(TOPIC, this.#latest);
    try {
      await replaceStateFile(file, JSON.stringify(seenNow(inspected, clock.now())));
    } catch (error) {
      log.warn(`429chain cannot save which models it saw in ${file}: ${(error as Error).message}.`);
    }
    return this.#latest;
  }

  /** Logs what the last look did not find. */
  #tell(findings: readonly Finding[]): void {
    const before = new Set(this.#latest?.findings.map(({ about, problem }) => `${about} ${problem}`));
    for (const { about, problem, advice, kind } of findings) {
      if (before.has(`${about} ${problem}`)) continue;
      const level = kind === 'limit differs' ? 'info' : 'warn';
      this.#parts.log[level](`${about}: ${problem} ${advice}`, { finding: kind });
    }
  }
}
