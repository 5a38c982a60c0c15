/** Served attempts that are remembered: more than any silent free tier allows in an hour. */
const REMEMBERED = 4_096;

/** When each attempt was served, as far back as a lesson needs it. Times are epoch ms. */
export class ServedLog {
  /** Oldest first; those before `#first` are forgotten. */
  #times: number[];
  #first = 0;

  constructor(times: readonly number[] = []) {
    this.#times = [...times];
  }

  get last(): number {
    return this.#times.at(-1) ?? 0;
  }

  add(at: number): void {
    this.#times.push(at);
    if (this.#times.length - this.#first > REMEMBERED) this.#first++;
    if (this.#first <= REMEMBERED) return;
    this.#times = this.#times.slice(this.#first);
    this.#first = 0;
  }

  /** How many were served after `from`. */
  countAfter(from: number): number {
    let count = 0;
    for (let index = this.#times.length - 1; index >= this.#first && (this.#times[index] as number) > from; index--)
      count++;
    return count;
  }

  after(from: number): readonly number[] {
    return this.#times.slice(this.#times.length - this.countAfter(from));
  }
}
