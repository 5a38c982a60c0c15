/** Served attempts that are remembered: more than any free tier without headers allows in an hour. */
const MAX_REMEMBERED = 4_096;

/** When each attempt was served, as far back as learning needs it. Times are epoch ms. */
export class ServedLog {
  /** Oldest first; those before `#first` are forgotten. */
  #times: number[];
  #first = 0;

  constructor(times: readonly number[] = []) {
    this.#times = [...times];
  }

  /** When the latest attempt was served; 0 for never. */
  get last(): number {
    return this.#times.at(-1) ?? 0;
  }

  add(at: number): void {
    this.#times.push(at);
    if (this.#times.length - this.#first > MAX_REMEMBERED) this.#first++;
    if (this.#first <= MAX_REMEMBERED) return;
    this.#times = this.#times.slice(this.#first);
    this.#first = 0;
  }

  /** Returns how many attempts were served after `from`. */
  countAfter(from: number): number {
    let [low, high] = [this.#first, this.#times.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times[middle] as number) > from) high = middle;
      else low = middle + 1;
    }
    return this.#times.length - low;
  }

  /** Returns when the attempts after `from` were served, oldest first. */
  after(from: number): readonly number[] {
    return this.#times.slice(this.#times.length - this.countAfter(from));
  }
}
