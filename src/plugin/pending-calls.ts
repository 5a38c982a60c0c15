/** A call of an earlier answer. */
export interface EarlierCall {
  readonly id: unknown;
}

/** The calls of one message that share an id. */
interface SameId<C> {
  /** Those without a result, in order. */
  readonly open: Set<C>;
  last: C;
}

/** The calls of earlier answers. It finds the one that a result belongs to, in the same time however many there are. */
export class PendingCalls<C extends EarlierCall> {
  /** Those of the last message that has the id. */
  readonly #byId = new Map<unknown, SameId<C>>();
  /** Those of the last message that have no result, in order. */
  #lastOpen = new Set<C>();

  /** Adds the calls of a message. */
  addTurn(calls: readonly C[]): void {
    const ids = new Map<unknown, SameId<C>>();
    for (const call of calls) {
      const same = ids.get(call.id) ?? { open: new Set(), last: call };
      same.open.add(call);
      same.last = call;
      ids.set(call.id, same);
    }
    for (const [id, same] of ids) this.#byId.set(id, same);
    this.#lastOpen = new Set(calls);
  }

  /**
   * Returns the call that the next result belongs to: the nearest one before it with its id. Calls of one message may share
   * an id: then the first without a result, or else the last. A result without an id belongs to the first call of the
   * last message that has none yet.
   */
  take(id: unknown): C | undefined {
    const same = this.#byId.get(id);
    const isNameless = id === undefined || id === null;
    const call = isNameless ? firstOf(this.#lastOpen) : same && (firstOf(same.open) ?? same.last);
    if (call !== undefined) {
      this.#lastOpen.delete(call);
      this.#byId.get(call.id)?.open.delete(call);
    }
    return call;
  }
}

const firstOf = <C>(calls: ReadonlySet<C>): C | undefined => {
  for (const call of calls) return call;
  return undefined;
};
