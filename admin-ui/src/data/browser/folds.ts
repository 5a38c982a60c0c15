import { store, stored, thisBrowser } from './stored.js';

/** What the user folded and unfolded in lists. It survives a reload, in this browser. */
export class Folds {
  readonly #key: string;
  #chosen: Readonly<Partial<Record<string, boolean>>>;

  /** `list`: the name of the list, such as `providers`. */
  constructor(list: string) {
    this.#key = `429chain.folds.${list}`;
    this.#chosen = stored<Record<string, boolean>>(thisBrowser, this.#key);
  }

  /** Whether an entry is unfolded; `usually`: unless the user chose. */
  isOpen(id: string, usually: boolean): boolean {
    return Object.hasOwn(this.#chosen, id) ? this.#chosen[id] === true : usually;
  }

  /** Folds or unfolds these entries. */
  set(ids: readonly string[], isOpen: boolean): void {
    this.#chosen = { ...this.#chosen, ...Object.fromEntries(ids.map((id) => [id, isOpen])) };
    // Where it cannot be stored, the choice holds until the page is left.
    store(thisBrowser, this.#key, this.#chosen);
  }
}
