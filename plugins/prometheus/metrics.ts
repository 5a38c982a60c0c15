import type { LiveStatus, Outcome, RequestLogHealth } from '429chain/plugin';
import type { Registry } from 'prom-client';
import { type Names, outcomeLabel, statusLabel } from './labels.js';
import { promClient } from './prom-client.js';
import { SkippedCounts } from './skipped-counts.js';
import { StateGauges } from './state-gauges.js';
import { Counts, Distributions, type Sums } from './sums.js';

const LIMITS: ReadonlySet<string> = new Set(['rate_limit', 'quota']);

/** Buckets in seconds. */
const DURATIONS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];
const FIRST_TOKENS = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
const WAITS = [0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300];

/** The name of a metric must not begin with a digit. */
const PREFIX = 'chain429_';

/** What a scrape shows. */
interface Observed {
  /** What this process counted. */
  readonly counts: Registry;
  readonly gauges: StateGauges;
}

/** The counters of requests, over all configurations, and the state of the targets. */
export class Metrics {
  /** In the order of the text. */
  readonly #sums: Sums[] = [];

  readonly #requests = this.#counts('requests_total', 'Finished requests.', 'chain', 'status');
  readonly #attempts = this.#counts('attempts_total', 'Targets asked or skipped.', 'target', 'outcome');
  readonly #met = this.#counts('rate_limits_met_total', 'Attempts that failed because of a limit.', 'target');
  readonly #avoided = this.#counts('rate_limits_avoided_total', 'Targets skipped because of a limit.', 'target');
  readonly #skipped = new SkippedCounts((target, outcome, times) => this.#countAttempt(target, outcome, times));
  readonly #tokens = this.#counts('tokens_total', 'Tokens. Cached tokens count as input too.', 'target', 'kind');
  readonly #resumed = this.#counts('streams_resumed_total', 'Broken streams that another target resumed.', 'chain');
  readonly #duration = this.#distributions('request_duration_seconds', 'Duration of answered requests.', DURATIONS);
  readonly #firstToken = this.#distributions(
    'first_token_seconds',
    'Time until a streamed answer began.',
    FIRST_TOKENS,
  );
  readonly #waited = this.#distributions('wait_seconds', 'Time that requests waited, if they had to wait.', WAITS);
  /** From the first scrape on. */
  #gauges: StateGauges | undefined;
  #counted: Registry | undefined;

  /** Counts a finished request. */
  count(outcome: Outcome, names: Names): void {
    const { servedBy, usage, resumed, status, durationMs, firstTokenMs, waitedMs } = outcome;
    const chain = names.chain(outcome.chain);
    this.#requests.add(1, chain, statusLabel(outcome));
    for (const step of outcome.steps ?? outcome.attempts) {
      if (step.outcome === 'skipped together') this.#skipped.add(step.targets, names);
      else this.#countAttempt(names.target(step.attempt.target.id), outcomeLabel(step));
    }
    if (servedBy !== undefined && usage !== undefined) {
      const target = names.target(servedBy.id);
      this.#tokens.add(usage.input, target, 'input');
      this.#tokens.add(usage.output, target, 'output');
      this.#tokens.add(usage.cached ?? 0, target, 'cached');
    }
    if (resumed > 0) this.#resumed.add(resumed, chain);
    if (status < 400) this.#duration.add(durationMs / 1000, chain);
    if (firstTokenMs !== undefined) this.#firstToken.add(firstTokenMs / 1000, chain);
    if (waitedMs > 0) this.#waited.add(waitedMs / 1000, chain);
  }

  #countAttempt(target: string, outcome: string, times = 1): void {
    this.#attempts.add(times, target, outcome);
    if (LIMITS.has(outcome)) this.#met.add(times, target);
    if (outcome === 'limited') this.#avoided.add(times, target);
  }

  /** Brings everything up to date, with the state at `now`, epoch ms. */
  observe(status: LiveStatus, health: RequestLogHealth | undefined, now: number): Observed {
    this.#skipped.flush();
    for (const { target } of status.targets) {
      // A counter that starts at 0 shows its first increase too.
      for (const counts of [this.#met, this.#avoided]) counts.add(0, target);
    }
    this.#counted ??= this.#registered();
    this.#gauges ??= new StateGauges(PREFIX, this.#counted);
    this.#gauges.observe(status, health, now);
    return { counts: this.#counted, gauges: this.#gauges };
  }

  #registered(): Registry {
    const registry = new (promClient().Registry)();
    for (const each of this.#sums) each.register(registry);
    return registry;
  }

  #counts(name: string, help: string, ...labels: [first: string, second?: string]): Counts {
    return this.#added(new Counts({ name: PREFIX + name, help }, labels));
  }

  #distributions(name: string, help: string, bounds: readonly number[]): Distributions {
    return this.#added(new Distributions({ name: PREFIX + name, help }, 'chain', bounds));
  }

  #added<S extends Sums>(sums: S): S {
    this.#sums.push(sums);
    return sums;
  }
}
