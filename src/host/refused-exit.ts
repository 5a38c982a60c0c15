/** Thrown in a plugin that tries to end the process. */
export class RefusedExit extends Error {
  #isCounted = false;

  /** @param call such as `process.exit(1)` */
  constructor(call: string) {
    super(`it called ${call}. 429chain refused: a plugin throws an error instead`);
    this.name = 'RefusedExit';
  }

  /** Whether `value` is one. It runs no code of a plugin, as `instanceof` does for a proxy. */
  static is(value: unknown): value is RefusedExit {
    return typeof value === 'object' && value !== null && #isCounted in value;
  }

  /** `true` from the second call on: the plugin is blamed at the call, and again if it lets the error pass. */
  isCountedAgain(): boolean {
    const before = this.#isCounted;
    this.#isCounted = true;
    return before;
  }
}
