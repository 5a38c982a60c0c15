/** What the user folded and unfolded in lists. It survives a reload, in this browser. */
export class Folds {
  readonly #key: string;
  #chosen: Readonly<Record<string, boolean>>;

  /** `list`: the name of the list, such as `providers`. */
  constructor(list: string) {
    this.#key = `429chain.folds.${list}`;
    this.#chosen = read(this.#key);
  }

  /** Whether an entry is unfolded; `usually`: unless the user chose. */
  isOpen(id: string, usually: boolean): boolean {
    return Object.hasOwn(this.#chosen, id) ? this.#chosen[id] === true : usually;
  }

  /** Folds or unfolds these entries. */
  set(ids: readonly string[], isOpen: boolean): void {
    this.#chosen = { ...this.#chosen, ...Object.fromEntries(ids.map((id) => [id, isOpen])) };
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#chosen));
    } catch {
      // Storage is full or forbidden: the choice holds until the page is left.
    }
  }
}

const read = (key: string): Readonly<Record<string, boolean>> => {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, boolean>) : {};
  } catch {
    return {};
  }
};
