/** Weight of the latest report in the running averages. */
const WEIGHT = 0.2;
/** How much of the distance to the average the largest report loses with each report. */
const FADING = 0.001;

/** A running average that also tells how far single reports lie from it. */
export class Average {
  mean: number;
  #deviation: number;
  /** The largest recent report. */
  #largest: number;

  constructor(first: number) {
    this.mean = first;
    this.#deviation = first / 2;
    this.#largest = first;
  }

  add(value: number): void {
    this.#deviation += WEIGHT * (Math.abs(value - this.mean) - this.#deviation);
    this.mean += WEIGHT * (value - this.mean);
    this.#largest = Math.max(value, this.#largest - FADING * (this.#largest - this.mean));
  }

  /** Hardly ever exceeded: mean and deviation as TCP combines them for its timeouts (RFC 6298). */
  get high(): number {
    return this.mean + 4 * this.#deviation;
  }

  /** Above every recent report: a run of small reports lowers the average, but promises nothing. */
  get most(): number {
    return Math.max(this.high, this.#largest + this.#deviation);
  }
}
