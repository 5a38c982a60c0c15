import type { LiveStatus, Outcome, QuotaView, RequestLogHealth, TargetState } from '429chain/plugin';
import { Counter, Gauge, Registry } from 'prom-client';
import { type Names, outcomeLabel, statusLabel, windowLabel } from './labels.js';
import { SkippedCounts } from './skipped-counts.js';
import { Counts, Distributions } from './sums.js';

const STATES: readonly TargetState[] = ['available', 'tracking', 'exhausted', 'unconfigured', 'disabled'];
const LIMITS: ReadonlySet<string> = new Set(['rate_limit', 'quota']);

/** Buckets in seconds. */
const DURATIONS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];
const FIRST_TOKENS = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
const WAITS = [0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300];

/** The name of a metric must not begin with a digit. */
const PREFIX = 'chain429_';

/** The counters of requests, over all configurations, and the state of the targets. */
export class Metrics {
  readonly #registry = new Registry();

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
  readonly #waiting = this.#gauge('waiting_requests', 'Requests that are waiting for a limit to reset.');
  readonly #state = this.#gauge('target_state', '1 for the current state of a target, 0 for every other state.', [
    'target',
    'state',
  ]);
  readonly #limit = this.#quotaGauge('quota_limit', 'The limit of a quota in its window.');
  readonly #remaining = this.#quotaGauge('quota_remaining', 'What is left of a quota.');
  readonly #inFlight = this.#quotaGauge(
    'quota_in_flight',
    'Units of a quota that are reserved for attempts in flight.',
  );
  readonly #reset = this.#quotaGauge('quota_reset_seconds', 'Time until a quota resets.');
  readonly #lost = this.#counter('request_log_lost_total', 'Requests that the request log lost.');
  readonly #failing = this.#gauge('request_log_failing', '1 while the request log cannot be written.');
  readonly #blocked = this.#counter(
    'event_loop_blocked_total',
    'Times that the event loop was blocked for over 250 ms.',
  );

  get contentType(): string {
    return this.#registry.contentType;
  }

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

  /** Sets the gauges to the state at `now`, epoch ms. Targets and quotas that no longer exist disappear. */
  observe({ targets, waiting, loop }: LiveStatus, health: RequestLogHealth | undefined, now: number): void {
    this.#waiting.set(waiting);
    for (const gauge of [this.#state, this.#limit, this.#remaining, this.#inFlight, this.#reset]) gauge.reset();
    for (const { target, state, quotas } of targets) {
      // A counter that starts at 0 shows its first increase too.
      for (const counts of [this.#met, this.#avoided]) counts.add(0, target);
      for (const each of STATES) this.#state.set({ target, state: each }, each === state ? 1 : 0);
      for (const quota of quotas) this.#observeQuota(quota, now);
    }
    this.#blocked.reset();
    this.#blocked.inc(loop?.blocked ?? 0);
    this.#lost.reset();
    this.#lost.inc(health?.lost ?? 0);
    this.#failing.set(health?.failing === undefined ? 0 : 1);
  }

  /** All metrics in the text format of Prometheus. */
  text(): Promise<string> {
    this.#skipped.flush();
    return this.#registry.metrics();
  }

  #observeQuota(quota: QuotaView, now: number): void {
    const { scope, dimension, source, limit, remaining, inFlight, resetAt } = quota;
    // A limit of the configuration and the same limit from headers are two quotas.
    const labels = { scope, dimension, window: windowLabel(quota), source };
    if (limit !== undefined) this.#limit.set(labels, limit);
    if (remaining !== undefined) this.#remaining.set(labels, remaining);
    this.#inFlight.set(labels, inFlight);
    if (resetAt !== undefined) this.#reset.set(labels, Math.max(0, resetAt - now) / 1000);
  }

  #counts(name: string, help: string, ...labels: [first: string, second?: string]): Counts {
    return new Counts({ name: PREFIX + name, help }, labels, this.#registry);
  }

  #distributions(name: string, help: string, bounds: readonly number[]): Distributions {
    return new Distributions({ name: PREFIX + name, help }, 'chain', bounds, this.#registry);
  }

  #counter(name: string, help: string): Counter {
    return new Counter({ name: PREFIX + name, help, registers: [this.#registry] });
  }

  #gauge<L extends string>(name: string, help: string, labelNames: L[] = []): Gauge<L> {
    return new Gauge({ name: PREFIX + name, help, labelNames, registers: [this.#registry] });
  }

  #quotaGauge(name: string, help: string): Gauge<'scope' | 'dimension' | 'window' | 'source'> {
    return this.#gauge(name, help, ['scope', 'dimension', 'window', 'source']);
  }
}
