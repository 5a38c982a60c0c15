/** The headers of a response until it begins: names and values by turns, as Node writes them at once. */
export class ResponseHead {
  readonly lines: string[] = [];

  /** A name that is there gets another value. */
  set(name: string, value: string): void {
    const at = this.#find(name);
    if (at === -1) this.lines.push(name, value);
    else this.lines[at + 1] = value;
  }

  get(name: string): string | undefined {
    const at = this.#find(name);
    return at === -1 ? undefined : this.lines[at + 1];
  }

  delete(name: string): void {
    const at = this.#find(name);
    if (at !== -1) this.lines.splice(at, 2);
  }

  #find(name: string): number {
    for (let at = 0; at < this.lines.length; at += 2) if (isSame(this.lines[at] as string, name)) return at;
    return -1;
  }
}

const isSame = (one: string, other: string): boolean =>
  one === other || (one.length === other.length && one.toLowerCase() === other.toLowerCase());
