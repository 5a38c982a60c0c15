/** What is open and what is folded on a page, kept in this browser. */
export class Folds {
  readonly #key: string;
  readonly #open: Map<string, boolean>;

  /** `page` names the page whose folds these are. */
  constructor(page: string) {
    this.#key = `folds-${page}`;
    this.#open = new Map(Object.entries(kept(this.#key)));
  }

  /** Whether `name` is open; `otherwise` if the user has neither opened nor folded it. */
  isOpen(name: string, otherwise: boolean): boolean {
    return this.#open.get(name) ?? otherwise;
  }

  set(names: readonly string[], open: boolean): void {
    for (const name of names) this.#open.set(name, open);
    localStorage.setItem(this.#key, JSON.stringify(Object.fromEntries(this.#open)));
  }
}

const kept = (key: string): Readonly<Record<string, boolean>> => {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '{}') ?? {};
  } catch {
    // Something else wrote it.
    return {};
  }
};
