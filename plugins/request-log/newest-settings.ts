/** The settings of each configuration that uses a log. While one follows another, both do: the newest settings hold. */
export class NewestSettings<Settings> {
  readonly #all: Settings[];

  constructor(first: Settings) {
    this.#all = [first];
  }

  get current(): Settings {
    return this.#all.at(-1) as Settings;
  }

  /** Uses other settings from now on. @returns a function that withdraws them: the ones before are used again */
  use(settings: Settings): () => void {
    this.#all.push(settings);
    return () => {
      const at = this.#all.indexOf(settings);
      if (at !== -1) this.#all.splice(at, 1);
    };
  }
}
