/** A call of an earlier answer. */
interface EarlierCall {
  readonly id: unknown;
}

/** The calls of a conversation, turn by turn. */
export class EarlierCalls<C extends EarlierCall> {
  #last: readonly C[] = [];
  /** The calls with an id, in the last turn that has some. */
  readonly #byId = new Map<unknown, readonly C[]>();

  /** Adds the calls of the next message. */
  add(turn: readonly C[]): void {
    this.#last = turn;
    const byId = new Map<unknown, C[]>();
    for (const call of turn) {
      const same = byId.get(call.id);
      if (same === undefined) byId.set(call.id, [call]);
      else same.push(call);
    }
    for (const [id, calls] of byId) this.#byId.set(id, calls);
  }

  /**
   * Returns the call that a result belongs to: the nearest one before it with its id. Calls of one turn may share an id: then
   * the first that is open. A result without an id belongs to the first open call of the last turn.
   * @param isOpen whether a call has no result yet
   */
  callOf(id: unknown, isOpen: (call: C) => boolean): C | undefined {
    if (id === undefined || id === null) return this.#last.find(isOpen);
    const named = this.#byId.get(id);
    return named?.find(isOpen) ?? named?.at(-1);
  }
}
