import type { LiveStatus, QuotaView, RequestLogHealth, TargetState } from '429chain/plugin';
import type { Counter, Gauge, Registry } from 'prom-client';
import { windowLabel } from './labels.js';
import { promClient } from './prom-client.js';

const STATES: readonly TargetState[] = ['available', 'tracking', 'exhausted', 'unconfigured', 'disabled'];

/** The state of the targets. */
export class StateGauges {
  readonly #client = promClient();
  readonly #registry = new this.#client.Registry();
  readonly #prefix: string;

  readonly #waiting: Gauge;
  readonly #replicas: Gauge;
  readonly #ledgerAway: Gauge;
  readonly #state: Gauge<'target' | 'state'>;
  readonly #limit: QuotaGauge;
  readonly #remaining: QuotaGauge;
  readonly #inFlight: QuotaGauge;
  readonly #reset: QuotaGauge;
  readonly #lost: Counter;
  readonly #failing: Gauge;
  readonly #blocked: Counter;

  /**
   * @param prefix before the name of each gauge
   * @param counts gets the counter of this process
   */
  constructor(prefix: string, counts: Registry) {
    this.#prefix = prefix;
    this.#replicas = this.#gauge('replicas', 'Replicas that count limits together, as this one sees them.');
    this.#ledgerAway = this.#gauge('shared_ledger_away', '1 while the shared ledger cannot be reached.');
    this.#waiting = this.#gauge('waiting_requests', 'Requests that are waiting for a limit to reset.');
    this.#state = this.#gauge('target_state', '1 for the current state of a target, 0 for every other state.', [
      'target',
      'state',
    ]);
    this.#limit = this.#quotaGauge('quota_limit', 'The limit of a quota in its window.');
    this.#remaining = this.#quotaGauge('quota_remaining', 'What is left of a quota.');
    this.#inFlight = this.#quotaGauge('quota_in_flight', 'Units of a quota that are reserved for attempts in flight.');
    this.#reset = this.#quotaGauge('quota_reset_seconds', 'Time until a quota resets.');
    this.#lost = this.#counter('request_log_lost_total', 'Requests that the request log lost.');
    this.#failing = this.#gauge('request_log_failing', '1 while the request log cannot be written.');
    this.#blocked = this.#counter(
      'event_loop_blocked_total',
      'Times that the event loop was blocked for over 250 ms.',
      counts,
    );
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Sets the gauges to the state at `now`, epoch ms. Targets and quotas that no longer exist disappear. */
  observe({ targets, waiting, loop, ledger }: LiveStatus, health: RequestLogHealth | undefined, now: number): void {
    this.#waiting.set(waiting);
    this.#replicas.set(ledger?.replicas ?? 1);
    this.#ledgerAway.set(ledger === undefined || ledger.connected ? 0 : 1);
    for (const gauge of [this.#state, this.#limit, this.#remaining, this.#inFlight, this.#reset]) gauge.reset();
    for (const { target, state, quotas } of targets) {
      for (const each of STATES) this.#state.set({ target, state: each }, each === state ? 1 : 0);
      for (const quota of quotas) this.#observeQuota(quota, now);
    }
    this.#blocked.reset();
    this.#blocked.inc(loop?.blocked ?? 0);
    this.#lost.reset();
    this.#lost.inc(health?.lost ?? 0);
    this.#failing.set(health?.failing === undefined ? 0 : 1);
  }

  /** The gauges alone. */
  text(): Promise<string> {
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

  #counter(name: string, help: string, registry = this.#registry): Counter {
    return new this.#client.Counter({ name: this.#prefix + name, help, registers: [registry] });
  }

  #gauge<L extends string>(name: string, help: string, labelNames: L[] = []): Gauge<L> {
    return new this.#client.Gauge({ name: this.#prefix + name, help, labelNames, registers: [this.#registry] });
  }

  #quotaGauge(name: string, help: string): QuotaGauge {
    return this.#gauge(name, help, ['scope', 'dimension', 'window', 'source']);
  }
}

type QuotaGauge = Gauge<'scope' | 'dimension' | 'window' | 'source'>;
