import type { LiveStatus, Outcome } from '429chain/plugin';
import { expect } from 'chai';
import fc from 'fast-check';
import { Counter, Histogram, Registry } from 'prom-client';
import { Names, outcomeLabel, statusLabel } from '../../../plugins/prometheus/labels.js';
import { Metrics } from '../../../plugins/prometheus/metrics.js';

const TARGETS = ['groq/llama', 'a"quoted\\one/with\nbreaks', 'ü/😀'];
const CHAINS = ['default', 'careful', 'constructor'];
const STATUS = { targets: TARGETS.map((target) => ({ target, chains: CHAINS })) } as unknown as LiveStatus;

/** The metrics of requests as prom-client counts them. */
class Reference {
  readonly registry = new Registry();
  readonly #requests = this.#counter('requests_total', 'Finished requests.', ['chain', 'status']);
  readonly #attempts = this.#counter('attempts_total', 'Targets asked or skipped.', ['target', 'outcome']);
  readonly #met = this.#counter('rate_limits_met_total', 'Attempts that failed because of a limit.', ['target']);
  readonly #avoided = this.#counter('rate_limits_avoided_total', 'Targets skipped because of a limit.', ['target']);
  readonly #tokens = this.#counter('tokens_total', 'Tokens. Cached tokens count as input too.', ['target', 'kind']);
  readonly #resumed = this.#counter('streams_resumed_total', 'Broken streams that another target resumed.', ['chain']);
  readonly #duration = this.#histogram(
    'request_duration_seconds',
    'Duration of answered requests.',
    [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600],
  );
  readonly #firstToken = this.#histogram(
    'first_token_seconds',
    'Time until a streamed answer began.',
    [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60],
  );
  readonly #waited = this.#histogram(
    'wait_seconds',
    'Time that requests waited, if they had to wait.',
    [0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300],
  );

  count(outcome: Outcome, names: Names): void {
    const chain = names.chain(outcome.chain);
    this.#requests.inc({ chain, status: statusLabel(outcome) });
    for (const tried of outcome.attempts) {
      const target = names.target(tried.attempt.target.id);
      const label = outcomeLabel(tried);
      this.#attempts.inc({ target, outcome: label });
      if (label === 'rate_limit' || label === 'quota') this.#met.inc({ target });
      if (label === 'limited') this.#avoided.inc({ target });
    }
    if (outcome.servedBy !== undefined && outcome.usage !== undefined) {
      const target = names.target(outcome.servedBy.id);
      this.#tokens.inc({ target, kind: 'input' }, outcome.usage.input);
      this.#tokens.inc({ target, kind: 'output' }, outcome.usage.output);
      this.#tokens.inc({ target, kind: 'cached' }, outcome.usage.cached ?? 0);
    }
    if (outcome.resumed > 0) this.#resumed.inc({ chain }, outcome.resumed);
    if (outcome.status < 400) this.#duration.observe({ chain }, outcome.durationMs / 1000);
    if (outcome.firstTokenMs !== undefined) this.#firstToken.observe({ chain }, outcome.firstTokenMs / 1000);
    if (outcome.waitedMs > 0) this.#waited.observe({ chain }, outcome.waitedMs / 1000);
  }

  /** The scrape shows a counter of limits for every target. */
  scraped(): void {
    for (const target of TARGETS) for (const counter of [this.#met, this.#avoided]) counter.inc({ target }, 0);
  }

  #counter<L extends string>(name: string, help: string, labelNames: L[]): Counter<L> {
    return new Counter({ name: `chain429_${name}`, help, labelNames, registers: [this.registry] });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram<'chain'> {
    return new Histogram({
      name: `chain429_${name}`,
      help,
      labelNames: ['chain'],
      buckets,
      registers: [this.registry],
    });
  }
}

const target = fc.constantFrom(...TARGETS, 'unknown/model').map((id) => ({ id }));
const attempt = fc.oneof(
  target.map((each) => ({ outcome: 'served', attempt: { target: each } })),
  fc.record({
    outcome: fc.constant('failed'),
    attempt: fc.record({ target }),
    failure: fc.record({ class: fc.constantFrom('rate_limit', 'quota', 'server_error', 'auth') }),
  }),
  fc.record({ outcome: fc.constant('skipped'), attempt: fc.record({ target }), limited: fc.boolean() }),
);
const spans = fc.oneof(fc.constantFrom(0, 50, 100, 600_000, 1e9), fc.double({ min: 0, max: 400_000, noNaN: true }));
const absentOr = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const outcome = fc.record({
  chain: fc.constantFrom(...CHAINS, '', 'unknown'),
  status: fc.constantFrom(200, 400, 418, 429, 499, 503, 507),
  attempts: fc.array(attempt, { maxLength: 4 }),
  servedBy: absentOr(target),
  usage: absentOr(fc.record({ input: fc.nat(), output: fc.nat(), cached: absentOr(fc.nat()) })),
  resumed: fc.nat(2),
  durationMs: spans,
  firstTokenMs: absentOr(spans),
  waitedMs: spans,
}) as unknown as fc.Arbitrary<Outcome>;

/** The metrics of a text that `names` contains, by their names. */
const blocksOf = (text: string): ReadonlyMap<string, string> =>
  new Map(text.split('\n\n').map((block) => [/^# HELP (\w+)/.exec(block)?.[1] ?? '', block.trimEnd()]));

const scrape = async (metrics: Metrics, targets: readonly string[]): Promise<string> => {
  const status = { waiting: 0, targets: targets.map((target) => ({ target, state: 'available', quotas: [] })) };
  return metrics.observe(status as unknown as LiveStatus, undefined, 0).counts.metrics();
};

describe('The metrics of requests', () => {
  it('are byte for byte those that prom-client would count', async () => {
    const check = fc.asyncProperty(fc.array(outcome, { maxLength: 30 }), fc.nat(30), async (outcomes, scrapeAfter) => {
      const metrics = new Metrics();
      const reference = new Reference();
      const names = new Names(STATUS);
      for (const [index, each] of outcomes.entries()) {
        metrics.count(each, names);
        reference.count(each, names);
        if (index !== scrapeAfter) continue;
        await scrape(metrics, TARGETS);
        reference.scraped();
      }
      const blocks = blocksOf(await scrape(metrics, []));
      for (const [name, block] of blocksOf(await reference.registry.metrics()))
        expect(blocks.get(name)).to.equal(block);
    });
    await fc.assert(check, { numRuns: 60 });
  });
});
