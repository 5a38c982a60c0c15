import type { Metric, Registry } from 'prom-client';

/** One line of a metric in the text format. */
interface Line {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Default: the name of the metric. */
  readonly metricName?: string;
}

/** What identifies a metric. */
export interface Heading {
  readonly name: string;
  readonly help: string;
}

/**
 * A metric that is counted by hand and read by prom-client when it is scraped. Counters of prom-client join and hash their
 * labels at each increase.
 */
export abstract class Sums {
  abstract readonly type: 'counter' | 'histogram';
  readonly name: string;
  readonly help: string;

  constructor({ name, help }: Heading) {
    this.name = name;
    this.help = help;
  }

  register(registry: Registry): void {
    // It needs the name, and `get`.
    registry.registerMetric(this as unknown as Metric);
  }

  /** Called by the registry. */
  async get(): Promise<Heading & { readonly type: string; readonly values: readonly Line[] }> {
    return { name: this.name, help: this.help, type: this.type, values: this.lines() };
  }

  protected abstract lines(): readonly Line[];
}

/** The sum of one combination of labels. */
interface Sum extends Line {
  value: number;
}

/** A counter with one or two labels. */
export class Counts extends Sums {
  readonly type = 'counter';
  readonly #labels: readonly [first: string, second?: string];
  /** By the values of the first and the second label. */
  readonly #sums = new Map<string, Map<string, Sum>>();
  /** In the order in which they were counted first. */
  readonly #lines: Sum[] = [];

  constructor(heading: Heading, labels: readonly [first: string, second?: string]) {
    super(heading);
    this.#labels = labels;
  }

  /** Adds `by` for these values of the labels. */
  add(by: number, first: string, second = ''): void {
    const sum = this.#sums.get(first)?.get(second) ?? this.#begin(first, second);
    sum.value += by;
  }

  protected lines(): readonly Line[] {
    return this.#lines;
  }

  #begin(first: string, second: string): Sum {
    const [nameOfFirst, nameOfSecond] = this.#labels;
    const labels = { [nameOfFirst]: first, ...(nameOfSecond !== undefined && { [nameOfSecond]: second }) };
    const sum = { labels, value: 0 };
    const ofFirst = this.#sums.get(first) ?? new Map<string, Sum>();
    this.#sums.set(first, ofFirst.set(second, sum));
    this.#lines.push(sum);
    return sum;
  }
}

/** The values of one label. */
interface Distribution {
  /** For each bound, the values up to it and above the one before. */
  readonly counts: number[];
  sum: number;
  count: number;
}

/** A histogram with one label. */
export class Distributions extends Sums {
  readonly type = 'histogram';
  readonly #label: string;
  /** Upper bounds, ascending. */
  readonly #bounds: readonly number[];
  readonly #byLabel = new Map<string, Distribution>();

  constructor(heading: Heading, label: string, bounds: readonly number[]) {
    super(heading);
    this.#label = label;
    this.#bounds = bounds;
  }

  /** Counts a value for this value of the label. */
  add(value: number, label: string): void {
    const values = this.#byLabel.get(label) ?? this.#begin(label);
    values.sum += value;
    values.count++;
    for (let index = 0; index < this.#bounds.length; index++) {
      if (value > (this.#bounds[index] as number)) continue;
      (values.counts[index] as number)++;
      return;
    }
  }

  protected lines(): readonly Line[] {
    return [...this.#byLabel].flatMap(([value, { counts, sum, count }]) => {
      const label = { [this.#label]: value };
      let upTo = 0;
      const buckets = this.#bounds.map((le, index) => {
        upTo += counts[index] as number;
        return { metricName: `${this.name}_bucket`, labels: { le, ...label }, value: upTo };
      });
      return [
        ...buckets,
        { metricName: `${this.name}_bucket`, labels: { le: '+Inf', ...label }, value: count },
        { metricName: `${this.name}_sum`, labels: label, value: sum },
        { metricName: `${this.name}_count`, labels: label, value: count },
      ];
    });
  }

  #begin(label: string): Distribution {
    const values = { counts: this.#bounds.map(() => 0), sum: 0, count: 0 };
    this.#byLabel.set(label, values);
    return values;
  }
}
